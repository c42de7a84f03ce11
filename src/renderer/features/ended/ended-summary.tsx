/** A band over the graphs that stay: how the session ended and what it came to. */
import type { FailureStory, MessageStreamSnapshot } from '../../../shared/view'
import { pairTraffic } from '../../../shared/streams'
import { formatCount, formatSpan } from '../../../shared/words'
import { type Live, useStore } from '../../state'

export function EndedSummary({
  live,
  failure,
}: {
  readonly live: Live
  readonly failure: FailureStory | null
}) {
  const recorded = useStore((store) => store.session?.recording ?? null) !== null
  const { ended, snapshot, openedAtMs, recordingProblem } = live.view
  if (ended === null) return null
  const ran = formatSpan(ended.atMs - (openedAtMs ?? 0))
  const sent = snapshot?.messages.find((stream) => stream.direction === 'sent')
  const used = snapshot?.pairs.filter((pair) => pairTraffic(pair).sent.packets > 0).length ?? 0
  return (
    <section className={failure === null ? 'ended-band' : 'ended-band bad'} aria-label="How it ended">
      <b>{failure === null ? `Ended in good order after ${ran}` : `${failure.title}, after ${ran}`}</b>
      <span>
        {failure === null
          ? `${used} ${used === 1 ? 'path' : 'paths'} used, ${formatCount(sent?.sent) || 'no'} messages sent, ${missingText(snapshot?.messages ?? [])}.`
          : `${failure.cause} ${failure.advice[0] ?? ''}`}
      </span>
      <span className="dim">
        The graphs stay until you start a new session;{' '}
        {!recorded
          ? 'nothing was recorded.'
          : recordingProblem === null
            ? 'the recording is complete.'
            : 'the recording is not complete.'}
      </span>
    </section>
  )
}

/** A stock peer says of no direction what is missing. */
function missingText(messages: readonly MessageStreamSnapshot[]): string {
  const known = messages.flatMap(({ missing }) => missing ?? [])
  const missing = known.reduce((sum, one) => sum + one, 0)
  if (missing > 0) return `${formatCount(missing)} missing`
  if (known.length === 0) return 'whether any is missing is not known'
  return known.length > 1 ? 'none missing either way' : 'none missing one way, the other is not known'
}
