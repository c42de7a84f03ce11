/** One line: what is recorded, and how far to trust it. */
import { trustText } from '../../../shared/view'
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
      <span className="ellipsis">{trustText(live.view)}</span>
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
