/** One line: what is recorded, and how far to trust it. */
import type { SessionView } from '../../../shared/view'
import { type Live, useStore } from '../../state'
import { Button } from '../../ui'

export function LiveFooter({ live }: { readonly live: Live }) {
  const recording = useStore((store) => store.session?.recording ?? null)
  const open = useStore((store) => store.openOverlay)
  const paused = useStore((store) => store.paused)
  return (
    <footer className="foot">
      <RecordingState name={recording} live={live} />
      <span className="space" />
      <span className="ellipsis">{trustOf(live.view)}</span>
      <span className="wide-only">{paused ? 'Space goes on' : 'Space pauses the view'}</span>
      <Button look="link" onClick={() => open('help')}>
        ? keys
      </Button>
    </footer>
  )
}

function RecordingState({ name, live }: { readonly name: string | null; readonly live: Live }) {
  const { recordingProblem, ended } = live.view
  if (name === null || recordingProblem !== null) {
    const text = recordingProblem ?? 'Not recorded: the file could not be opened'
    return (
      <span className="ellipsis problem" title={recordingProblem ?? undefined}>
        {text}
      </span>
    )
  }
  return (
    <span className="ellipsis">
      {ended === null ? 'Recording to' : 'Recorded to'} {name}
    </span>
  )
}

function trustOf(view: SessionView): string {
  if (view.role === 'loopback') return 'Emulated paths: nothing leaves this machine'
  const carrying = view.snapshot?.pairs.filter((pair) => pair.carrying) ?? []
  const wrong = carrying.find((pair) => pair.egress.verified === false)
  if (wrong !== undefined)
    return `${wrong.local.interfaceName}: packets leave by ${wrong.egress.interfaceName}, another link`
  const loose = carrying.filter((pair) => pair.local.binding === 'address' && pair.egress.verified === null)
  const names = [...new Set(loose.map((pair) => pair.local.interfaceName))].join(', ')
  if (names !== '') return `${names}: address only, packets may leave by another link`
  const seen = carrying.filter((pair) => pair.egress.verified === true).length
  if (seen > 0) return `${seen} of ${carrying.length} carrying paths seen to leave by their own interface`
  return 'Every socket is bound to its interface'
}
