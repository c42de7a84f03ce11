/** A band over the graphs that stay: how the session ended and what it came to. */
import type { FailureStory } from '../../../shared/view'
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
  const missing = snapshot?.messages.reduce((sum, stream) => sum + (stream.missing ?? 0), 0) ?? 0
  const used = snapshot?.pairs.filter((pair) => pairTraffic(pair).sent.packets > 0).length ?? 0
  return (
    <section className={failure === null ? 'ended-band' : 'ended-band bad'} aria-label="How it ended">
      <b>{failure === null ? `Ended in good order after ${ran}` : `${failure.title}, after ${ran}`}</b>
      <span>
        {failure === null
          ? `${used} ${used === 1 ? 'path' : 'paths'} used, ${formatCount(sent?.sent) || 'no'} messages sent, ${missing === 0 ? 'none missing either way' : `${formatCount(missing)} missing`}.`
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
