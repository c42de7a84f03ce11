import type { SocketInfo, TransportAddress } from '../face/address'
import type { EngineEvent } from '../face/event'
import type { EngineOptions } from '../face/io'
import type { CandidateType, DropReason, PairState } from '../face/snapshot'
import type { Deadlines } from '../deadlines'
import type { Bucket } from './bucket'
import type { Integrity } from '../stun'
import { liveness, nextCheckInMs } from './liveness'
import type { Pair, RemoteCandidate } from './pair'
import type { Places } from './places'

/** An event without its time, which the session adds. */
export type UntimedEvent = EngineEvent extends infer E ? (E extends unknown ? Omit<E, 'atMs'> : never) : never

/** Where the ICE room's effects go. */
export interface IceSink {
  transmit(socketId: number, to: TransportAddress, data: Uint8Array): void
  event(event: UntimedEvent): void
  drop(reason: DropReason): void
  /** A pair that worked is suspect, or works no more: what was sent over it last may be lost. */
  doubted(pair: Pair): void
  /** A pair is closed; `heir`: the one that took its place, by a NAT that maps anew. */
  closed(pair: Pair, heir: Pair | null): void
}

export interface IceCredentials {
  readonly ufrag: string
  readonly pwd: string
}

export interface RemoteIce extends IceCredentials {
  readonly kind: 'pathscope' | 'stock'
  /** What our checks are made with; towards SHA-256 nothing weaker is taken. */
  readonly integrity: Integrity
  readonly candidates: readonly {
    readonly address: TransportAddress
    readonly type: CandidateType
    readonly priority: number
  }[]
}

/** A request that came before the peer's description was known. */
interface EarlyRequest {
  readonly socketId: number
  readonly from: TransportAddress
  readonly priority: number
  /** The user fragment that its sender gave as its own. */
  readonly ufrag: string
}

/** All that the ICE room knows; its functions share it. */
export interface AgentState {
  readonly options: EngineOptions
  readonly sink: IceSink
  readonly local: IceCredentials & { readonly key: Uint8Array }
  remote: (RemoteIce & { readonly key: Uint8Array }) | null
  controlling: boolean
  tieBreaker: bigint
  /** When a 487 last made us change the role. */
  roleRefusedMs: number | null
  readonly sockets: Map<number, { readonly socket: SocketInfo; readonly order: number }>
  readonly remotes: Map<string, RemoteCandidate>
  /** The peer's interface that has an address, once the peer has told. */
  nameOf: (address: TransportAddress) => string | null
  /** In the order in which they came up; those closed long ago are forgotten. */
  pairs: Pair[]
  readonly pairsById: Map<number, Pair>
  /** Pairs made so far, forgotten ones included: the newest one's number. */
  pairsMade: number
  readonly places: Places
  /** By place, the latest last. */
  readonly early: Map<string, EarlyRequest>
  /** Where each of the latest authenticated requests came from, and how often, by transaction id. */
  readonly requestOrigins: Map<string, { readonly place: string; times: number }>
  /** Requests from places that are no pair. */
  readonly requests: Bucket
  /** Peer-reflexive addresses that are paired. */
  readonly newcomers: Bucket
  readonly checks: Bucket
  readonly deadlines: Deadlines<number>
  /** When each pair that carries a dense stream, or is suspected, is judged next. */
  readonly watches: Deadlines<number>
  /** Arrivals may wait unread: nothing is concluded from silence. */
  isHeld: boolean
  /** When they were read at last: until then this machine was busy, and sent nothing either. */
  heldMs: number
  /** While held: since when this machine was busy. */
  deafSinceMs: number
  /** How long it was in all, but for now. */
  deafMs: number
  /** Pairs that are suspected on their own account, not for their kin. */
  suspects: number
  /** The latest time at which the peer is known to have sent something, from what came and half the pair's round trip. */
  peerAliveMs: number
  /** Pairs to be checked as soon as the pace allows: triggered ones, in order. */
  readonly triggered: Set<Pair>
  /** Pairs that were never checked, best last. */
  waiting: Pair[]
  paceAtMs: number
  /** When the last of the checks is due that the limit on their rate has put off. */
  deferredToMs: number
  nominationAtMs: number | null
  /** One was, whether or not it is still kept. */
  hasNominated: boolean
  /** The pair that is being nominated where nominations are not prevented. */
  nominee: Pair | null
  /** Pairs in state `up`. */
  alive: number
  /** Every further check says that our session ends. */
  givingUp: boolean
  /** The peer's last check said so. */
  peerGaveUp: boolean
  /** Limits that have been told of, each once. */
  readonly limitsTold: Set<string>
  /** Grows whenever a pair changes its state, its inclusion, its names or its number at the peer. */
  revision: number
  /** The revision at which superseded pairs were last looked for. */
  supersededAtRevision: number
}

/** Has a pair checked as soon as the pace allows (RFC 8445 section 7.3.1.4). */
export function trigger(state: AgentState, pair: Pair, nowMs: number): void {
  if (pair.state === 'closed' || state.remote === null) return
  state.triggered.add(pair)
  state.paceAtMs = Math.max(state.paceAtMs, nowMs)
}

export function setPairState(state: AgentState, pair: Pair, to: PairState, nowMs: number): void {
  const from = pair.state
  if (from === to) return
  const lasted = nowMs - pair.stateSinceMs
  let afterMs = lasted
  if (from === 'up') leaveUp(state, pair, to, lasted)
  if (from === 'down') pair.downMs += lasted
  if (to === 'up') state.alive += 1
  if (from === 'down' && to === 'up') pair.lossSent.forgetRecent()
  if (to === 'down') {
    afterMs = nowMs - (pair.unansweredSinceMs ?? nowMs)
    pair.timesDown += 1
  }
  pair.state = to
  pair.stateSinceMs = nowMs
  state.revision += 1
  state.sink.event({ kind: 'pair-state', pairId: pair.id, label: pair.label, from, to, afterMs })
}

function leaveUp(state: AgentState, pair: Pair, to: PairState, lastedMs: number): void {
  state.alive -= 1
  state.sink.doubted(pair)
  forgetSuspicion(state, pair)
  state.watches.remove(pair.id)
  // The gap until it carries again is the outage's, not the stream's.
  pair.lastRecordMs = null
  pair.gaps.restart()
  pair.recovery.answers = 0
  pair.flaps = to === 'down' && pair.timesDown > 0 && lastedMs < liveness.flapMs
}

export function forgetSuspicion(state: AgentState, pair: Pair): void {
  if (pair.suspicion !== null && pair.suspicion.cause !== 'kin') state.suspects -= 1
  pair.suspicion = null
}

/** Sets when the pair is checked next, from its state; called whenever that changes. */
export function scheduleCheck(state: AgentState, pair: Pair, nowMs: number): void {
  const [high, low] = state.options.primitives.random(2)
  const fraction = ((high ?? 0) * 256 + (low ?? 0)) / 65_536
  const crowd = { alive: state.alive, total: state.pairs.length, suspects: state.suspects }
  const nextMs = nowMs + nextCheckInMs(pair, nowMs, crowd, fraction)
  const consentMs = pair.state === 'up' ? (pair.answeredMs ?? nowMs) + liveness.consentMs : Infinity
  state.deadlines.set(pair.id, Math.min(nextMs, Math.max(nowMs, consentMs)))
}

/** Tells of a limit that bites, once a session: what goes on beyond it must not fill the recording. */
export function tellLimit(state: AgentState, limit: string, detail: string): void {
  if (state.limitsTold.has(limit)) return
  state.limitsTold.add(limit)
  state.sink.event({ kind: 'limit', limit, detail })
}
