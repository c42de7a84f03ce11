import type { StreamBreak, StreamRest } from '../face/streams'
import type { ControlText, ToldRest } from '../frames'
import type { Pair } from '../ice'
import { plainRateBps, type SentStream, type TooNarrow } from '../streams'
import { sendText } from './control'
import { pairById, type SessionState, tell } from './state'

/** Whether another path than this could carry the stream: it works, the user limits it to no less, and it does not rest. */
export function canDoWithout(state: SessionState, stream: SentStream, pair: Pair): boolean {
  if (state.mode !== 'redundant' && state.mode !== 'backup') return false
  const rateBps = plainRateBps(stream.spec) ?? 0
  return state.streamPairs.some(
    (other) =>
      other !== pair &&
      other.state === 'up' &&
      !stream.rests.resting.includes(other.id) &&
      rateBps <= (state.spreading.caps.get(other.id) ?? Infinity),
  )
}

/** Takes a path that is too narrow from a stream that others carry on. */
export function beginRest(state: SessionState, stream: SentStream, why: TooNarrow): void {
  const { againAtMs } = stream.rests.begin(why, state.nowMs)
  const { id, spec } = stream
  const restMs = (againAtMs ?? state.nowMs) - state.nowMs
  tell(state, { kind: 'stream-path-rests', direction: 'sent', id, spec, ...why, restMs })
  sendRests(state, stream)
}

/** Tries paths that have rested for long enough, and gives those back that carry what they are tried with. */
export function reviewRests(state: SessionState): void {
  for (const stream of state.streams.running) {
    const changed = stream.rests.review(state.nowMs, (pairId) => mayTry(state, stream, pairId))
    tellRests(state, stream, changed)
  }
}

/**
 * The path works, no other stream tries it now, nor this one another, which may be over the same links, and it is not known
 * to carry less than the stream sends.
 */
function mayTry(state: SessionState, stream: SentStream, pairId: number): boolean {
  const { agent, streamPairs, streams, feedback, nowMs } = state
  if (agent.state.isHeld || stream.rests.tried.length > 0) return false
  if (!streamPairs.some(({ id, state: at }) => id === pairId && at === 'up')) return false
  if (streams.running.some(({ rests }) => rests.tried.includes(pairId))) return false
  const capacity = feedback.paths.get(pairId)?.capacity
  capacity?.tick(nowMs)
  const usableBps = capacity?.view().usableBps ?? null
  return usableBps === null || usableBps >= (plainRateBps(stream.spec) ?? 0)
}

/** The user changed something by which the path, or with null any, may be wide enough for the stream. */
export function endRests(state: SessionState, stream: SentStream, pairId: number | null): void {
  tellRests(state, stream, stream.rests.end(pairId, state.nowMs))
}

/** The same for all streams. */
export function endAllRests(state: SessionState, pairId: number | null): void {
  for (const stream of state.streams.running) endRests(state, stream, pairId)
}

function tellRests(state: SessionState, stream: SentStream, changed: readonly StreamRest[]): void {
  if (changed.length === 0) return
  for (const rest of changed) {
    if (rest.state !== 'resting') tellPath(state, 'sent', stream, rest.state, rest)
  }
  sendRests(state, stream)
}

function tellPath(
  state: SessionState,
  direction: 'sent' | 'received',
  { id, spec }: Pick<SentStream, 'id' | 'spec'>,
  now: 'tried' | 'over',
  { pairId, label }: StreamBreak,
): void {
  const kind = now === 'tried' ? 'stream-path-tried' : 'stream-path-returns'
  tell(state, { kind, direction, id, spec, pairId, label })
}

function sendRests(state: SessionState, { id, rests }: SentStream): void {
  if (!state.streams.peerReadsRests) return
  const { nowMs } = state
  const paths = rests.view(nowMs).map(({ pairId, sentBps, lostPercent, againAtMs, ...rest }): ToldRest => {
    const { state: now, times, restedMs } = rest
    const pair = pairId === null ? null : (pairById(state, pairId)?.peerNumber ?? null)
    const againInMs = againAtMs === null ? null : Math.max(0, againAtMs - nowMs)
    return { pair, sentBps, lostPercent, state: now, times, restedMs, againInMs }
  })
  sendText(state, { t: 'stream-rests', id, paths })
}

/** The peer tells which paths rest for a stream of its own. `isTold`: unless it does so over and over, the user is told. */
export function takeRests(
  state: SessionState,
  text: Extract<ControlText, { t: 'stream-rests' }>,
  isTold: boolean,
): void {
  const stream = state.streams.received.get(text.id)
  if (stream === undefined) return
  const before = stream.rests
  stream.toldRests(
    text.paths.map((told) => restFrom(state, told)),
    state.nowMs,
  )
  if (!isTold) return
  const { id, spec } = stream
  for (const rest of stream.rests) {
    const was = before.find(({ pairId }) => pairId === rest.pairId)
    if (was?.state === rest.state && was.times === rest.times) continue
    if (rest.state !== 'resting') {
      if (was !== undefined) tellPath(state, 'received', stream, rest.state, rest)
      continue
    }
    const { pairId, label, sentBps, lostPercent, againAtMs } = rest
    const restMs = Math.round((againAtMs ?? state.nowMs) - state.nowMs)
    const why = { pairId, label, sentBps, lostPercent, restMs }
    tell(state, { kind: 'stream-path-rests', direction: 'received', id, spec, ...why })
  }
}

/** The peer names the path by our number of it. */
function restFrom(state: SessionState, { pair, againInMs, ...rest }: ToldRest): StreamRest {
  const known = pair === null ? undefined : pairById(state, pair)
  const againAtMs = againInMs === null ? null : state.nowMs + againInMs
  return { ...rest, againAtMs, pairId: known?.id ?? null, label: known?.label ?? null }
}
