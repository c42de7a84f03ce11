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
import {
  type Arrivals,
  createRecorder,
  createLateness,
  emptyArrivals,
  type Lateness,
  readFeedback,
  type Recorder,
} from '../feedback'
import { noteDelivered, noteFullQueue, type Pair } from '../ice'
import { drop, type SessionState } from './state'

/** What we know of one path towards the peer. */
export interface SendingPath {
  readonly pair: Pair
  readonly capacity: PathCapacity
  readonly breaker: Breaker
  /** Of all streams but `bulk`, since the breaker last looked. */
  plainBytes: number
  plainPackets: number
  /** These streams, by number. */
  readonly plainStreams: Set<number>
  /** Counts when it last looked. */
  sent: number
  delivered: number
  spurious: number
  lost: number
  lostByFullQueue: number
  /** A queue that we filled has lost something of it since the last report. */
  overflowed: boolean
}

/** Feedback in both directions. */
export interface FeedbackState {
  readonly recorder: Recorder
  readonly arrivals: Arrivals
  readonly lateness: Lateness
  /** The peer reads reports that may not tell all that came. */
  peerReadsBehind: boolean
  /** While this machine is behind: all that came until then has been read. */
  readUntilMs: number
  /** By pair; made when the first packet of a stream goes over it, and given up with the pair. */
  readonly paths: Map<number, SendingPath>
  /** What was known last of pairs that were closed. */
  readonly past: Map<number, PairCapacity>
  readonly bottlenecks: Bottlenecks
  /** Of all paths together. */
  readonly breaker: Breaker
  /** What was found lost since the last look, to be sent again where that is allowed. */
  readonly lost: { readonly pairId: number; readonly streamId: number; readonly sequence: number }[]
  /** Reports, and datagrams of them that went over each pair. */
  told: number
  readonly toldOver: Map<number, number>
  sampledMs: number
  /** When the circuit breaker last looked. */
  lookedMs: number
  samples: number
}

export function createFeedbackState(): FeedbackState {
  return {
    recorder: createRecorder(),
    arrivals: emptyArrivals(),
    lateness: createLateness(),
    peerReadsBehind: false,
    readUntilMs: Infinity,
    paths: new Map(),
    past: new Map(),
    bottlenecks: createBottlenecks(),
    breaker: createBreaker(),
    lost: [],
    told: 0,
    toldOver: new Map(),
    sampledMs: 0,
    lookedMs: 0,
    samples: 0,
  }
}

/** What is known of a pair; made when it is first asked for. */
export function pathOf(state: SessionState, pair: Pair): SendingPath {
  const known = state.feedback.paths.get(pair.id)
  if (known !== undefined) return known
  const capacity = createPathCapacity(
    {
      number: pair.id,
      packetBytes: limits.datagramBytes,
      startBytes: windowOfKin(state, pair) / 2,
      rttHintMs: () => pair.rtt.smoothedMs,
      // While this machine is busy reports may have come, and wait to be read.
      lateFromMs: () => (state.agent.state.isHeld ? Infinity : state.feedback.lateness.fromMs),
      others: () =>
        [...state.feedback.paths.values()].flatMap((other) => (other.pair === pair ? [] : other.capacity)),
      lost(streamId, sequence, byOverload) {
        state.feedback.lost.push({ pairId: pair.id, streamId, sequence })
        if (!byOverload) return
        pair.lossSent.overloaded(1)
        path.overflowed = true
      },
    },
    state.nowMs,
  )
  const path: SendingPath = {
    pair,
    capacity,
    breaker: createBreaker(),
    plainBytes: 0,
    plainPackets: 0,
    plainStreams: new Set(),
    sent: 0,
    delivered: 0,
    spurious: 0,
    lost: 0,
    lostByFullQueue: 0,
    overflowed: false,
  }
  state.feedback.paths.set(pair.id, path)
  learnFromKin(state, pair)
  return path
}

/** Between the same two interfaces, as the pairs of both IP versions are: they go by the same links. */
export function isOfOneLink(one: Pair, other: Pair): boolean {
  return (
    one.remote.interfaceName !== null &&
    one.remote.interfaceName === other.remote.interfaceName &&
    one.socket.interfaceName === other.socket.interfaceName
  )
}

function kinOf(state: SessionState, pair: Pair): SendingPath[] {
  return [...state.feedback.paths.values()].filter(
    (path) => path.pair !== pair && isOfOneLink(path.pair, pair),
  )
}

function windowOfKin(state: SessionState, pair: Pair): number {
  return Math.max(0, ...kinOf(state, pair).map(({ capacity }) => capacity.controller.windowBytes))
}

/** A pair begins to carry: what the links are known to carry holds for it as well. */
export function learnFromKin(state: SessionState, pair: Pair): void {
  const path = state.feedback.paths.get(pair.id)
  if (path === undefined) return
  for (const { capacity } of kinOf(state, pair)) path.capacity.adopt(capacity.seen)
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
  path.plainStreams.add(streamId)
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
  state.feedback.lateness.heard(state.nowMs)
  let pairId = 0
  let path: SendingPath | undefined
  const finish = (): void => {
    if (path === undefined) return
    const { newDelays } = path.capacity.ledger
    path.capacity.reported(state.nowMs, arrivals.completeAtMs < arrivals.madeAtMs)
    const { newestSentMs } = path.capacity.ledger
    if (newDelays === null || newestSentMs === null) return
    const told = { sentAtMs: newestSentMs, delayMs: newDelays.newestMs, mostDelayMs: newDelays.mostMs }
    state.spreading.streams.heard(pairId, told, state.nowMs)
    noteDelivered(state.agent.state, path.pair, newestSentMs, state.nowMs)
    if (path.overflowed) noteFullQueue(state.agent.state, path.pair, newestSentMs)
    path.overflowed = false
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
  if (arrivals.count > 0) state.spreading.streams.reported(arrivals.completeAtMs, state.nowMs)
}

/** What is known of the pair's direction towards the peer; null before a stream's packet went over it. */
export function capacityOf(state: SessionState, id: number): CapacityView | null {
  return state.feedback.paths.get(id)?.capacity.view() ?? null
}

export function capacityView(state: SessionState, id: number): PairCapacity | null {
  const path = state.feedback.paths.get(id)
  if (path === undefined) return state.feedback.past.get(id) ?? null
  const { waits, capacityBps, deliveryRateBps, queueMs, lostByFullQueue, lostOtherwise } =
    path.capacity.view()
  return {
    capacityBps,
    deliveryRateBps,
    queueMs,
    lostByFullQueue,
    lostOtherwise,
    waitMs: waits.distribution(),
    inFlightBytes: path.capacity.ledger.inFlightBytes,
    windowBytes: path.capacity.controller.windowBytes,
    sharers: state.feedback.bottlenecks.sharers(id),
  }
}

/** The pair is closed: what was in flight on it is lost, and its memory of packets, which is large, is given up. */
export function retirePath(state: SessionState, { pair, capacity }: SendingPath): void {
  const { paths, past } = state.feedback
  capacity.suspend(state.nowMs)
  const last = capacityView(state, pair.id)
  if (last !== null) past.set(pair.id, last)
  paths.delete(pair.id)
}
