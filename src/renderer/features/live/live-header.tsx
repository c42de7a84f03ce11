/** One line: session, state, mode, cost, actions. */
import { countPaths, waitingText } from '../../../shared/view'
import { endWords, formatClock, formatFactor, iceWords } from '../../../shared/words'
import { type Live, useStore } from '../../state'
import { Button, Health, type HealthTone, ModeSelect } from '../../ui'

export function LiveHeader({ live }: { readonly live: Live }) {
  const { view } = live
  return (
    <header className="bar">
      <h1 title={view.title}>{view.title}</h1>
      {view.role === 'loopback' && <span className="mark warn">Emulated</span>}
      <span className="dim fixed">
        {view.role !== 'loopback' && <span className="roomy-only">{view.role} · </span>}
        {formatClock((view.snapshot?.atMs ?? 0) - (view.openedAtMs ?? 0))}
      </span>
      <StateLine live={live} />
      <span className="space" />
      <ModeSwitch live={live} />
      <PeerMode live={live} />
      <Cost factor={view.snapshot?.overheadFactor ?? null} />
      <Actions ended={view.ended !== null} />
    </header>
  )
}

function StateLine({ live }: { readonly live: Live }) {
  const { text, tone } = stateOf(live)
  return (
    <span role="status" aria-live="polite" className="state-line">
      <Health tone={tone}>{text}</Health>
    </span>
  )
}

function stateOf({ view }: Live): { text: string; tone: HealthTone } {
  if (view.ended !== null) {
    return {
      text: view.ended.reason === 'done' ? 'ended' : endWords[view.ended.reason],
      tone: view.ended.reason === 'done' ? 'none' : 'bad',
    }
  }
  if (view.snapshot === null) return { text: iceWords.new, tone: 'none' }
  const waiting = waitingText(view.snapshot)
  if (waiting !== null) return { text: waiting, tone: 'bad' }
  const { up, paths } = countPaths(view.snapshot)
  const tone = up === 0 ? 'bad' : up < paths ? 'warn' : 'good'
  if (paths === 0) return { text: 'no path in use', tone: 'bad' }
  return { text: `${up} of ${paths} ${paths === 1 ? 'path' : 'paths'} up`, tone }
}

function ModeSwitch({ live }: { readonly live: Live }) {
  const setMode = useStore((store) => store.setMode)
  const setUse = useStore((store) => store.setUse)
  const wanted = useStore((store) => store.wanted)
  const { snapshot, ended } = live.view
  if (snapshot === null || ended !== null) return null
  return (
    <>
      <ModeSelect
        label="Mode, as we send"
        value={wanted.mode ?? snapshot.mode}
        onChange={(mode) => void setMode('sent', mode)}
      />
      <select
        className="select"
        aria-label="Which pairs carry"
        title="Which live pairs carry traffic"
        value={wanted.use ?? snapshot.use}
        onChange={(event) => {
          const use = event.target.value
          if (use === 'auto' || use === 'all' || use === 'disjoint') void setUse(use)
        }}
      >
        <option value="auto">auto</option>
        <option value="all">all pairs</option>
        <option value="disjoint">disjoint</option>
      </select>
    </>
  )
}

/** Each direction has its own mode; the peer is asked to change its own. */
function PeerMode({ live }: { readonly live: Live }) {
  const setMode = useStore((store) => store.setMode)
  const { peerMode, ended } = live.view
  if (peerMode === null || ended !== null) return null
  return (
    <span className="row dim roomy-only">
      peer
      <ModeSelect
        label="Mode, as the peer sends"
        value={peerMode}
        onChange={(mode) => void setMode('received', mode)}
      />
    </span>
  )
}

function Cost({ factor }: { readonly factor: number | null }) {
  return (
    <span className="dim cost" title="Bytes sent over bytes needed">
      <span className="roomy-only">cost </span>
      <b>{factor === null ? '–' : formatFactor(factor)}</b>
    </span>
  )
}

function Actions({ ended }: { readonly ended: boolean }) {
  const busy = useStore((store) => store.busy)
  const exportReport = useStore((store) => store.exportReport)
  const stop = useStore((store) => store.stopSession)
  const leave = useStore((store) => store.leaveSession)
  const sideOpen = useStore((store) => store.sideOpen)
  const openSide = useStore((store) => store.openSide)
  return (
    <>
      <span className="narrow-only">
        <Button pressed={sideOpen} onClick={() => openSide(!sideOpen)}>
          Meaning
        </Button>
      </span>
      <Button busy={busy === 'exporting'} onClick={() => void exportReport(['json', 'csv', 'html'])}>
        Export report
      </Button>
      {ended ? (
        <Button look="main" onClick={() => void leave()}>
          New session
        </Button>
      ) : (
        <Button look="main" busy={busy === 'stopping'} onClick={() => void stop()}>
          Stop
        </Button>
      )}
    </>
  )
}
