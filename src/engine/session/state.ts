import type { Deadlines } from '../deadlines'
import type { DedupWindow } from '../dedup'
import type { RemoteDescription } from '../description'
import type { SocketInfo, TransportAddress } from '../face/address'
import type { Description, EngineOptions } from '../face/io'
import type { EngineSettings, Mode, Use } from '../face/settings'
import type {
  ChannelState,
  DropReason,
  DtlsState,
  ForgottenPairs,
  GatheringState,
  IceState,
  PeerInterface,
  PeerView,
} from '../face/snapshot'
import type { ControlSealer, ShimKeys } from '../frames'
import type { Agent, Bucket, Gatherer, IceCredentials, Pair, UntimedEvent } from '../ice'
import type { EchoReader, MessageReceiver, MessageSender } from '../messages'
import type { Reliable } from '../reliable'
import type { PacketStore, ResendBudget, SentRing } from '../resend'
import type { Resequencer } from '../resequence'
import type { Relays } from '../turn'
import type { Outbox } from './outbox'
import type { SoleRecord } from './resend'
import type { SpreadingState } from './spreading'
import type { LostOfBulk } from './stream-resend'
import type { Strays } from './strays'
import type { FeedbackState } from './feedback'
import type { StreamsState } from './streams'
import type { WeighingState } from './weighing'

/** The session's own timers, each named after what it does. */
export type TimerName =
  | 'gathering'
  | 'weights'
  | 'snapshot'
  | 'report'
  | 'finish'
  | 'stream-grace'
  | 'retry-message'
  | 'silence'
  | 'unread'

/** What stands behind the secure session once it is connected. */
export interface ControlState {
  readonly sealer: ControlSealer
  readonly reliable: Reliable
}

/** How the end of a session is agreed on. */
export interface FinishState {
  readonly startedAtMs: number
  /** What the peer said it had sent, once it said so. */
  peerSent: number | null
  byeSent: boolean
  byeReceived: boolean
  /** All is said and confirmed; only late repetitions of the peer are still answered. */
  lingering: boolean
}

/** Everything a session knows. The rooms below it keep their own state; this ties them together. */
export interface SessionState {
  readonly options: EngineOptions
  settings: EngineSettings
  nowMs: number
  /** When `settle` has something to do even if nothing comes; Infinity while it has not. */
  dueMs: number
  readonly outbox: Outbox
  readonly timers: Deadlines<TimerName>
  readonly credentials: IceCredentials
  readonly sessionId: string
  readonly agent: Agent
  readonly gatherer: Gatherer
  readonly relays: Relays
  /** When the input under way was seen by its adapter. */
  receivedAtMs: number
  /** Open ones, in the order they came; relayed ones as well. */
  sockets: readonly SocketInfo[]
  /** What the peer is told of our interfaces. */
  interfaces: readonly PeerInterface[]
  /** Our candidates that the peer knows, by address. */
  told: ReadonlyMap<string, { readonly socketId: number; readonly address: TransportAddress }>
  /** Our candidates may be others than `told`. */
  candidatesChanged: boolean
  /** Candidates of the peer's that are taken. */
  readonly toldCandidates: Bucket
  /** Interfaces of the peer's candidates, by address; beside `peer.interfaces`. */
  readonly peerNames: Map<string, string>

  gathering: GatheringState
  ice: IceState
  /** When a session whose pairs are all silent gives the peer up; null while one works, and before one did. */
  waitingUntilMs: number | null
  dtls: DtlsState
  channel: ChannelState
  peer: PeerView
  local: Description | null
  remote: { readonly description: Description; readonly ice: RemoteDescription } | null
  secureStarted: boolean
  ended: boolean
  /** Packets have left before what else is due now. */
  restIsDue: boolean

  readonly shim: Reliable
  shimKeys: ShimKeys | null
  control: ControlState | null

  mode: Mode
  use: Use
  /** What the peer last said of its own; its use is the default until it says otherwise. */
  peerSpread: { readonly mode: Mode | null; readonly use: Use; readonly asked: boolean }
  /** What events have told of the peer, and how many may still. */
  readonly peerTold: { mode: Mode | null; use: Use; peer: PeerView | null }
  readonly peerEvents: Bucket
  /**
   * Pairs that carry messages now, those that carry RTP streams, and those that control uses; from `agent.state.revision`
   * and the weights' timer.
   */
  carrying: readonly number[]
  carryingStreams: readonly number[]
  /** Those of `carryingStreams`. */
  streamPairs: readonly Pair[]
  controlPairs: readonly number[]
  seenRevision: number
  readonly weighing: WeighingState
  readonly spreading: SpreadingState
  /** Of records and stream packets. */
  readonly recordBytes: { needed: number; sent: number }
  recordsWithoutPair: number
  /** The latest records that went out over one pair alone. */
  readonly sole: SentRing<SoleRecord>
  /** The latest packets of our streams that went out over one pair alone. */
  readonly packets: PacketStore
  readonly resendBudget: ResendBudget
  /** Packets of `bulk` that are to go again as soon as a path has room. */
  readonly lostOfBulk: LostOfBulk[]
  /** Pairs that came into doubt in this input; their part of `sole` is sent again at its end. */
  readonly doubted: Pair[]

  /** Datagrams that came before our side of the handshake was done. */
  readonly early: { readonly pair: Pair; readonly data: Uint8Array }[]
  readonly strays: Strays
  readonly dedup: Map<number, DedupWindow>
  /** Made anew when the secure session is connected, as the peer's kind tells where the order begins. */
  resequencer: Resequencer<Uint8Array>
  /** Records given out to be opened, by token. Answered at once, so there is never more than a few. */
  readonly opening: Map<number, OpeningRecord>
  nextToken: number
  duplicatesDropped: number
  sctpRetransmissions: number

  /** Sums over pairs that are kept no more: of all, and what came over those of each number of the peer's. */
  forgotten: ForgottenPairs
  readonly forgottenByPeer: Map<number, { readonly firstArrivals: number; readonly duplicates: number }>
  readonly feedback: FeedbackState
  readonly streams: StreamsState
  readonly sender: MessageSender
  readonly receiver: MessageReceiver
  /** In the receiver's place towards a stock peer. */
  readonly echoes: EchoReader
  /** Messages the channel had no room for, offered again before any new one is made; one drained batch at most. */
  readonly refusedMessages: Uint8Array[]
  finish: FinishState | null
  readonly dropped: Record<DropReason, number>
  /** Datagrams, by interface. */
  readonly droppedUnread: Map<string, number>
}

export interface OpeningRecord {
  readonly pair: Pair
  readonly epoch: number
  readonly sequence: number
  readonly bytes: number
}

export function tell(state: SessionState, event: UntimedEvent): void {
  state.outbox.push({ kind: 'event', event: { ...event, atMs: state.nowMs } })
}

/** Counts something dropped; told at the first of its kind and then at every tenfold. */
export function drop(state: SessionState, reason: DropReason): void {
  state.dropped[reason] += 1
  const total = state.dropped[reason]
  if (Number.isInteger(Math.log10(total))) tell(state, { kind: 'dropping', reason, total })
}

export function pairById(state: SessionState, id: number): Pair | undefined {
  return state.agent.state.pairsById.get(id)
}
