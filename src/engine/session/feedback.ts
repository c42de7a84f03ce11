import {
  type Bottlenecks,
  type Breaker,
  type CapacityView,
  createBottlenecks,
  createBreaker,
  createPathCapacity,
  type PathCapacity,
} from '../capacity'
import { limits } from '../face/limits'
import type { PairCapacity } from '../face/snapshot'
import { type Arrivals, createRecorder, emptyArrivals, readFeedback, type Recorder } from '../feedback'
import type { Pair } from '../ice'
import { broadcast } from './control'
import { drop, pairById, type SessionState, tell } from './state'
import { stopOwn } from './streams'

/** What we know of one path towards the peer. */
interface SendingPath {
  readonly pair: Pair
  readonly capacity: PathCapacity
  readonly breaker: Breaker
  /** Of all streams but `bulk`, since the breaker last looked. */
  plainBytes: number
  plainPackets: number
  /** Counts when it last looked. */
  delivered: number
  lost: number
  lostByFullQueue: number
}

/** Feedback in both directions. */
export interface FeedbackState {
  readonly recorder: Recorder
  readonly arrivals: Arrivals
  /** By pair; made when the first packet of a stream goes over it. */
  readonly paths: Map<number, SendingPath>
  readonly bottlenecks: Bottlenecks
  sampledMs: number
  samples: number
}

export function createFeedbackState(): FeedbackState {
  return {
    recorder: createRecorder(),
    arrivals: emptyArrivals(),
    paths: new Map(),
    bottlenecks: createBottlenecks(),
    sampledMs: 0,
    samples: 0,
  }
}

function pathOf(state: SessionState, pair: Pair): SendingPath {
  const known = state.feedback.paths.get(pair.id)
  if (known !== undefined) return known
  const capacity = createPathCapacity(
    { packetBytes: limits.datagramBytes, rttHintMs: () => pair.rtt.smoothedMs, lost: () => {} },
    state.nowMs,
  )
  const path: SendingPath = {
    pair,
    capacity,
    breaker: createBreaker(),
    plainBytes: 0,
    plainPackets: 0,
    delivered: 0,
    lost: 0,
    lostByFullQueue: 0,
  }
  state.feedback.paths.set(pair.id, path)
  return path
}

/** A copy of a stream's packet went over a pair. */
export function noteSent(
  state: SessionState,
  pair: Pair,
  streamId: number,
  sequence: number,
  bytes: number,
  isBulk: boolean,
): void {
  const path = pathOf(state, pair)
  path.capacity.sent(streamId, sequence, bytes, state.nowMs)
  if (isBulk) return
  path.plainBytes += bytes
  path.plainPackets += 1
}

/** A copy of a packet of the peer's came and is authentic. */
export function noteArrived(
  state: SessionState,
  pair: Pair,
  streamId: number,
  sequence: number,
  receivedAtMs: number,
): void {
  if (pair.peerNumber === null) return
  state.feedback.recorder.arrived(pair.peerNumber, streamId, sequence, receivedAtMs, state.nowMs)
}

/** The peer tells which of our packets have come. */
export function takeFeedback(state: SessionState, plain: Uint8Array): void {
  const { arrivals, paths } = state.feedback
  if (!readFeedback(plain, arrivals)) return drop(state, 'bad-frame')
  let pairId = 0
  let path: SendingPath | undefined
  const finish = (): void => {
    if (path === undefined) return
    const { longestWaitedMs } = path.capacity.ledger
    path.capacity.reported(state.nowMs)
    const { newestSentMs } = path.capacity.ledger
    if (longestWaitedMs === null || newestSentMs === null) return
    // Both ends of what a report tells, so that the wait for reports counts as variation and not as a dead path.
    state.spreading.streams.heard(pairId, longestWaitedMs, state.nowMs)
    state.spreading.streams.heard(pairId, newestSentMs, state.nowMs)
  }
  for (let i = 0; i < arrivals.count; i += 1) {
    const id = arrivals.pairs[i] as number
    if (id !== pairId) {
      finish()
      pairId = id
      path = paths.get(id)
    }
    path?.capacity.arrived(
      arrivals.streams[i] as number,
      arrivals.sequences[i] as number,
      arrivals.arrivedMs[i] as number,
      arrivals.madeAtMs,
      state.nowMs,
    )
  }
  finish()
}

/** Tells the peer what came, and notices what is lost or silent. */
export function settleFeedback(state: SessionState): void {
  const { recorder, paths } = state.feedback
  if (state.nowMs >= recorder.nextDeadline() && state.control !== null && state.controlPairs.length > 0) {
    const [first] = state.controlPairs
    recorder.setRtt(first === undefined ? null : (pairById(state, first)?.rtt.smoothedMs ?? null))
    for (const plain of recorder.poll(state.nowMs)) broadcast(state, plain)
  }
  const { spreading } = state
  for (const { pair, capacity } of paths.values()) {
    capacity.setCap(spreading.caps.get(pair.id) ?? null)
    if (pair.state !== 'up') capacity.suspend(state.nowMs)
    else capacity.resume(state.nowMs)
    capacity.pause(pair.suspicion !== null)
    if (state.nowMs >= capacity.nextDeadline()) capacity.tick(state.nowMs)
  }
}

export function feedbackDeadline(state: SessionState): number {
  const { recorder, paths } = state.feedback
  let soonest = state.controlPairs.length > 0 ? recorder.nextDeadline() : Infinity
  for (const { capacity } of paths.values()) soonest = Math.min(soonest, capacity.nextDeadline())
  return soonest
}

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

/** What is known of the pair's direction towards the peer; null before a stream's packet went over it. */
export function capacityOf(state: SessionState, id: number): CapacityView | null {
  return state.feedback.paths.get(id)?.capacity.view() ?? null
}

export function capacityView(state: SessionState, id: number): PairCapacity | null {
  const path = state.feedback.paths.get(id)
  if (path === undefined) return null
  const { waits, ...view } = path.capacity.view()
  return {
    ...view,
    waitMs: waits.distribution(),
    inFlightBytes: path.capacity.ledger.inFlightBytes,
    windowBytes: path.capacity.controller.windowBytes,
    sharers: state.feedback.bottlenecks.sharers(id),
  }
}

/** The path that a packet of `bulk` of this many bytes may take now; undefined while all have enough to do. */
export function bulkPath(state: SessionState, bytes: number): Pair | undefined {
  let best: Pair | undefined
  let bestMs = state.nowMs
  for (const pair of state.streamPairs) {
    const { capacity } = pathOf(state, pair)
    const freeAtMs = capacity.freeAtMs(bytes)
    if (freeAtMs > state.nowMs) capacity.limited()
    else if (best === undefined || freeAtMs < bestMs) {
      best = pair
      bestMs = freeAtMs
    }
  }
  return best
}

/** Those on which room is needed: all where each gets a copy, or the one that the mode prefers. */
function bulkPairs(state: SessionState): readonly Pair[] {
  if (state.mode === 'redundant' || state.mode === 'weighted') return state.streamPairs
  const preferred = pairById(state, state.spreading.streams.activeId ?? 0) ?? state.streamPairs[0]
  return preferred === undefined ? [] : [preferred]
}

/** Whether a packet of `bulk` may go now. */
export function bulkMay(state: SessionState, bytes: number): boolean {
  if (state.mode === 'weighted') return bulkPath(state, bytes) !== undefined
  const pairs = bulkPairs(state)
  let isFree = pairs.length > 0
  for (const pair of pairs) {
    const { capacity } = pathOf(state, pair)
    if (capacity.freeAtMs(bytes) <= state.nowMs) continue
    capacity.limited()
    isFree = false
  }
  return isFree
}

/** When the next one may; Infinity while only feedback, or a change of paths, can allow one. */
export function bulkDeadline(state: SessionState, bytes: number): number {
  const pairs = bulkPairs(state)
  if (pairs.length === 0) return Infinity
  const isAny = state.mode === 'weighted'
  let soonest = isAny ? Infinity : -Infinity
  for (const pair of pairs) {
    const freeAtMs = pathOf(state, pair).capacity.freeAtMs(bytes)
    soonest = isAny ? Math.min(soonest, freeAtMs) : Math.max(soonest, freeAtMs)
  }
  return soonest
}
