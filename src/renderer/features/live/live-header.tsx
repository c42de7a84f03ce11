/** One line: session, state, mode, cost, actions. */
import { countPaths, type Mode, waitingText } from '../../../shared/view'
import {
  endWords,
  formatClock,
  formatFactor,
  iceWords,
  modeMeanings,
  modeNames,
  modeWords,
} from '../../../shared/words'
import { type Live, useStore } from '../../state'
import { Button, Health, type HealthTone, ModeSelect, Segmented, useMedia } from '../../ui'

export function LiveHeader({ live }: { readonly live: Live }) {
  const { view } = live
  return (
    <header className="bar">
      <div className="bar-facts">
        <h1 title={view.title}>{view.title}</h1>
        {view.role === 'loopback' && <span className="mark warn">Emulated</span>}
        <span className="dim fixed">
          {view.role !== 'loopback' && <span className="widest-only">{view.role} · </span>}
          {formatClock((view.snapshot?.atMs ?? 0) - (view.openedAtMs ?? 0))}
        </span>
        <StateLine live={live} />
        <span className="space" />
        <ModeSwitch live={live} />
        <PeerMode live={live} />
        <Cost factor={view.snapshot?.overheadFactor ?? null} />
      </div>
      <div className="bar-actions">
        <Actions ended={view.ended !== null} />
      </div>
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

/** All six in sight where there is room, else in a list. */
function ModeSwitch({ live }: { readonly live: Live }) {
  const setMode = useStore((store) => store.setMode)
  const wanted = useStore((store) => store.wanted)
  const { snapshot, ended } = live.view
  // What is waited for needs the room.
  const isWaiting = snapshot !== null && waitingText(snapshot) !== null
  const isWide = useMedia(isWaiting ? '(width >= 1500px)' : '(width >= 1340px)')
  if (snapshot === null || ended !== null) return null
  const common = {
    label: 'Mode, as we send',
    value: wanted.mode ?? snapshot.mode,
    onChange: (mode: Mode) => void setMode('sent', mode),
  }
  if (!isWide) return <ModeSelect {...common} />
  return (
    <span className="modes">
      <Segmented
        {...common}
        options={modeNames.map((mode) => ({
          value: mode,
          label: modeWords[mode],
          title: modeMeanings[mode],
        }))}
      />
    </span>
  )
}

/** Each direction has its own mode; the peer is asked to change its own. */
function PeerMode({ live }: { readonly live: Live }) {
  const setMode = useStore((store) => store.setMode)
  const { peerMode, ended, snapshot } = live.view
  if (peerMode === null || ended !== null || snapshot === null) return null
  const isWaiting = waitingText(snapshot) !== null
  return (
    <span className={isWaiting ? 'peer-mode dim roomy-only' : 'peer-mode dim'} title="How the peer sends">
      peer
      <ModeSelect
        slim
        label="Mode, as the peer sends"
        value={peerMode}
        onChange={(mode) => void setMode('received', mode)}
      />
    </span>
  )
}

function Cost({ factor }: { readonly factor: number | null }) {
  return (
    <span className="dim cost" title="Bytes sent over bytes needed, since the session began">
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
  const testsOpen = useStore((store) => store.testsOpen)
  const openTests = useStore((store) => store.openTests)
  const sideOpen = useStore((store) => store.sideOpen)
  const openSide = useStore((store) => store.openSide)
  return (
    <>
      <Button pressed={testsOpen} title="Test streams (S)" onClick={() => openTests(!testsOpen)}>
        Tests
      </Button>
      <span className="narrow-only">
        <Button pressed={sideOpen} onClick={() => openSide(!sideOpen)}>
          Meaning
        </Button>
      </span>
      <Button busy={busy === 'exporting'} onClick={() => void exportReport(['json', 'csv', 'html'])}>
        Export<span className="roomy-only"> report</span>
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
