import { type BreakerInterval, isFullQueue, together } from '../capacity'
import type { Mode } from '../face/settings'
import type { Pair } from '../ice'
import { plainRateBps, type SentStream } from '../streams'
import type { SendingPath } from './feedback'
import { beginRest, canDoWithout, reviewRests } from './rests'
import type { SessionState } from './state'
import { breakOwn } from './streams'

/** Samples between two looks of the circuit breaker. */
const breakerSamples = 5

/** With the weights' timer: which paths share a bottleneck, and whether one of them is too much. */
export function sampleCapacity(state: SessionState): void {
  const { feedback, nowMs } = state
  if (nowMs <= feedback.sampledMs) return
  feedback.sampledMs = nowMs
  if (feedback.paths.size === 0) return
  const queues = [...feedback.paths].map(([id, { capacity }]) => ({ id, queueMs: capacity.standingQueueMs }))
  feedback.bottlenecks.sample(queues)
  for (const [id, { capacity }] of feedback.paths) capacity.setSharers(feedback.bottlenecks.sharers(id))
  feedback.samples += 1
  if (feedback.samples % breakerSamples !== 0) return
  considerBreaker(state, nowMs - feedback.lookedMs)
  feedback.lookedMs = nowMs
}

/**
 * Where the mode takes packets off a path that has no room, only all paths together can be too little; else each is looked
 * at by itself.
 */
function considerBreaker(state: SessionState, intervalMs: number): void {
  const { paths, breaker } = state.feedback
  const looks = [...paths.values()].map((path) => lookAt(state, path, intervalMs))
  if (!modesThatMove.has(state.mode)) {
    considerPaths(state, looks)
    return reviewRests(state)
  }
  const all = together(looks.map(({ interval }) => interval))
  if (!breaker.update(all)) return
  breakCircuit(state, state.streams.running, looks.length === 1 ? (looks[0]?.path.pair ?? null) : null, all)
}

/**
 * Does something about the worst path alone: paths may share a bottleneck, and what is done about one may be enough for the
 * others, which are therefore judged anew.
 */
function considerPaths(state: SessionState, looks: readonly Look[]): void {
  const { running } = state.streams
  let worst: Look | null = null
  for (const look of looks) {
    const { path, interval } = look
    const isTry = running.some(({ rests }) => rests.tried.includes(path.pair.id))
    if (!path.breaker.update(interval, isTry)) continue
    if (worst === null || lostPart(interval) > lostPart(worst.interval)) worst = look
  }
  if (worst === null) return
  for (const { path } of looks) path.breaker.reset()
  const { path, interval, streams } = worst
  const { id } = path.pair
  const on = running.filter((stream) => streams.has(stream.id))
  const trying = on.filter(({ rests }) => rests.tried.includes(id))
  breakCircuit(state, trying.length > 0 ? trying : on, path.pair, interval)
}

/** By capacity: `weighted` by its weights, the others when a queue builds. */
const modesThatMove: ReadonlySet<Mode> = new Set(['weighted', 'lowest-latency', 'adaptive'])

interface Look {
  readonly path: SendingPath
  readonly interval: BreakerInterval
  /** Those that do not adapt and went over it, by number. */
  readonly streams: ReadonlySet<number>
}

function lookAt({ feedback }: SessionState, path: SendingPath, intervalMs: number): Look {
  const { capacity, plainBytes, plainPackets } = path
  const { sent, delivered, spurious, lost } = capacity.ledger.counts
  const { lostByFullQueue } = capacity.view()
  const lostNow = Math.max(0, lost - path.lost)
  const spacingMs = intervalMs / Math.max(1, sent - path.sent)
  const isShared = feedback.bottlenecks.sharers(path.pair.id) > 1
  const isFull = isFullQueue(capacity.takeRelief(), lostNow, spacingMs) || isShared
  const interval: BreakerInterval = {
    sentBps: (plainBytes * 8000) / intervalMs,
    meanPacketBytes: plainPackets === 0 ? 0 : plainBytes / plainPackets,
    sent: sent - path.sent,
    delivered: delivered - path.delivered,
    late: spurious - path.spurious,
    lost: lostNow,
    lostByFullQueue: isFull ? Math.max(0, lostByFullQueue - path.lostByFullQueue) : 0,
    rttMs: capacity.ledger.smoothedRttMs ?? path.pair.rtt.smoothedMs,
  }
  const streams = new Set(path.plainStreams)
  path.plainBytes = 0
  path.plainPackets = 0
  path.plainStreams.clear()
  path.sent = sent
  path.delivered = delivered
  path.spurious = spurious
  path.lost = lost
  path.lostByFullQueue = lostByFullQueue
  return { path, interval, streams }
}

function lostPart({ delivered, lost }: BreakerInterval): number {
  return lost / Math.max(1, delivered + lost)
}

/**
 * Takes the path from that of the streams which sends most, where others can carry it on, or else stops it. `pair`: null for
 * all together.
 */
function breakCircuit(
  state: SessionState,
  streams: readonly SentStream[],
  pair: Pair | null,
  interval: BreakerInterval,
): void {
  const rateOf = ({ spec }: SentStream): number => plainRateBps(spec) ?? 0
  const [worst] = streams.filter(({ spec }) => spec.kind !== 'bulk').sort((a, b) => rateOf(b) - rateOf(a))
  if (worst === undefined) return
  const label = pair?.label ?? null
  const why = { label, sentBps: interval.sentBps, lostPercent: 100 * lostPart(interval) }
  if (pair === null || !canDoWithout(state, worst, pair))
    return breakOwn(state, worst.id, { pairId: pair?.id ?? null, ...why })
  // It carried although it rests, as no other worked for a moment.
  if (worst.rests.resting.includes(pair.id)) return
  beginRest(state, worst, { pairId: pair.id, ...why })
}
