import type { Pair } from '../ice'
import { type SessionState, tell } from './state'
import { stopOwn } from './streams'

/** Samples between two looks of the circuit breaker. */
const breakerSamples = 5

/** With the weights' timer: which paths share a bottleneck, and whether one of them is too much. */
export function sampleCapacity(state: SessionState): void {
  const { feedback, nowMs } = state
  const elapsedMs = nowMs - feedback.sampledMs
  if (elapsedMs <= 0) return
  feedback.sampledMs = nowMs
  if (feedback.paths.size === 0) return
  const queues = [...feedback.paths].map(([id, { capacity }]) => ({ id, queueMs: capacity.standingQueueMs }))
  feedback.bottlenecks.sample(queues)
  for (const [id, { capacity }] of feedback.paths) capacity.setSharers(feedback.bottlenecks.sharers(id))
  feedback.samples += 1
  if (feedback.samples % breakerSamples === 0) considerBreaker(state, breakerSamples * elapsedMs)
}

function considerBreaker(state: SessionState, intervalMs: number): void {
  for (const path of state.feedback.paths.values()) {
    const { capacity, breaker, plainBytes, plainPackets, pair } = path
    const { delivered, lost } = capacity.ledger.counts
    const { lostByFullQueue } = capacity.view()
    const isTripped = breaker.update({
      sentBps: (plainBytes * 8000) / intervalMs,
      meanPacketBytes: plainPackets === 0 ? 0 : plainBytes / plainPackets,
      delivered: delivered - path.delivered,
      lost: Math.max(0, lost - path.lost),
      lostByFullQueue: Math.max(0, lostByFullQueue - path.lostByFullQueue),
      rttMs: capacity.ledger.smoothedRttMs,
    })
    path.plainBytes = 0
    path.plainPackets = 0
    path.delivered = delivered
    path.lost = lost
    path.lostByFullQueue = lostByFullQueue
    if (isTripped) breakCircuit(state, pair)
  }
}

/** Stops the stream that sends most of those that do not adapt. */
function breakCircuit(state: SessionState, pair: Pair): void {
  let worst: { readonly id: number; readonly rateBps: number } | null = null
  for (const stream of state.streams.running) {
    const { spec } = stream
    if (spec.kind === 'bulk') continue
    const rateBps = spec.kind === 'voice' ? 64_000 : spec.rateBps
    if (worst === null || rateBps > worst.rateBps) worst = { id: stream.id, rateBps }
  }
  if (worst === null) return
  tell(state, { kind: 'stream-broken', id: worst.id, pairId: pair.id, label: pair.label })
  stopOwn(state, worst.id, 'us')
}
