import { type BreakerInterval, together } from '../capacity'
import type { Mode } from '../face/settings'
import type { Pair } from '../ice'
import type { SendingPath } from './feedback'
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
 * at by itself, as nothing but stopping the stream would help it.
 */
function considerBreaker(state: SessionState, intervalMs: number): void {
  const { paths, breaker } = state.feedback
  const taken = [...paths.values()].map((path) => ({ path, interval: takeInterval(path, intervalMs) }))
  if (modesThatMove.has(state.mode)) {
    const all = together(taken.map(({ interval }) => interval))
    if (!breaker.update(all)) return
    return breakCircuit(state, taken.length === 1 ? (taken[0]?.path.pair ?? null) : null, all)
  }
  for (const { path, interval } of taken) {
    if (path.breaker.update(interval)) breakCircuit(state, path.pair, interval)
  }
}

/** By capacity: `weighted` by its weights, the others when a queue builds. */
const modesThatMove: ReadonlySet<Mode> = new Set(['weighted', 'lowest-latency', 'adaptive'])

function takeInterval(path: SendingPath, intervalMs: number): BreakerInterval {
  const { capacity, plainBytes, plainPackets } = path
  const { delivered, lost } = capacity.ledger.counts
  const { lostByFullQueue } = capacity.view()
  const interval: BreakerInterval = {
    sentBps: (plainBytes * 8000) / intervalMs,
    meanPacketBytes: plainPackets === 0 ? 0 : plainBytes / plainPackets,
    delivered: delivered - path.delivered,
    lost: Math.max(0, lost - path.lost),
    lostByFullQueue: Math.max(0, lostByFullQueue - path.lostByFullQueue),
    rttMs: capacity.ledger.smoothedRttMs,
  }
  path.plainBytes = 0
  path.plainPackets = 0
  path.delivered = delivered
  path.lost = lost
  path.lostByFullQueue = lostByFullQueue
  return interval
}

/** Stops the stream that sends most of those that do not adapt. `pair`: null for all together. */
function breakCircuit(state: SessionState, pair: Pair | null, interval: BreakerInterval): void {
  let worst: { readonly id: number; readonly rateBps: number } | null = null
  for (const stream of state.streams.running) {
    const { spec } = stream
    if (spec.kind === 'bulk') continue
    const rateBps = spec.kind === 'voice' ? 64_000 : spec.rateBps
    if (worst === null || rateBps > worst.rateBps) worst = { id: stream.id, rateBps }
  }
  if (worst === null) return
  const { sentBps, delivered, lost } = interval
  breakOwn(state, worst.id, {
    pairId: pair?.id ?? null,
    label: pair?.label ?? null,
    sentBps,
    lostPercent: (100 * lost) / (delivered + lost),
  })
}
