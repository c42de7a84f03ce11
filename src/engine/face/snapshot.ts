import type { Binding, InterfaceKind, RelayProtocol, TransportAddress } from './address'
import type { PathReason, PathSwitch } from './explain'
import type { Mode, Use } from './settings'
import type { StreamSnapshot } from './streams'

export type CandidateType = 'host' | 'srflx' | 'prflx' | 'relay'

/** One end of a pair. `interfaceName` is null for a remote candidate until the peer has told it. */
export interface CandidateView extends TransportAddress {
  readonly type: CandidateType
  readonly interfaceName: string | null
  readonly interfaceKind: InterfaceKind | null
  /** Local candidates only. */
  readonly binding: Binding | null
  /** Local relayed candidates only: the TURN server and how it is spoken with (W3C RTCIceCandidateStats). */
  readonly url?: string | undefined
  readonly relayProtocol?: RelayProtocol | undefined
}

/** How far one STUN or TURN server is, asked from one interface address. */
export interface GatheringServer {
  /** Without user and password. */
  readonly url: string
  readonly interfaceName: string
  /** The interface's address that it is asked from. */
  readonly from: string
  readonly state: 'waiting' | 'answered' | 'failed'
  /** The address that it gave. */
  readonly address: string | null
  /** The server's error code, where it gave one. */
  readonly code: number | null
  readonly detail: string | null
  /** From the first request to the answer or the failure, or until now. */
  readonly elapsedMs: number
}

/**
 * `waiting`: no check sent yet. `checking`: checks under way, never answered so far. `no-reply`: checked for the stated
 * bound without any answer, still tried slowly. `up`: answered lately. `down`: worked before and stopped answering.
 * `closed`: its socket is gone, or the peer said that its own is.
 */
export type PairState = 'waiting' | 'checking' | 'no-reply' | 'up' | 'down' | 'closed'

/** Nominations on one pair (RFC 8445 section 8, USE-CANDIDATE). */
export interface NominationCounts {
  /** Times RFC 8445 would have had us nominate and we did not. */
  readonly suppressed: number
  /** USE-CANDIDATE requests we sent. */
  readonly attempted: number
  /** Of those, refused by the peer (error response). */
  readonly refused: number
  /** Of those, accepted by the peer. */
  readonly succeeded: number
  /** USE-CANDIDATE requests received and refused, or answered without effect, by us. */
  readonly refusedByUs: number
}

/** A distribution in ms since the session began; null stands where nothing was measured. */
export interface Distribution {
  readonly n: number
  readonly min: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  /** The 99.9th percentile; null of fewer than 1000 values, which tell none but their largest. */
  readonly p999: number | null
  readonly max: number
}

/** Round trip times of one pair, from checks and keepalives (responder's hold time taken off). */
export interface RttView extends Distribution {
  readonly last: number
  /** Smoothed as in RFC 6298. */
  readonly smoothed: number
}

/** Loss in one direction from cumulative counts of both ends; `percent` is null until two counts were compared. */
export interface LossView {
  /** Packets the sender had sent when it took the compared count. */
  readonly sent: number
  /** Packets of those that the receiver had counted. */
  readonly received: number
  readonly percent: number | null
  /** Loss over about the last 5 s, smoothed; null until compared. */
  readonly recentPercent: number | null
}

export interface PacketCounts {
  readonly packets: number
  readonly bytes: number
}

export interface StunCounts {
  readonly requestsSent: number
  readonly responsesReceived: number
  readonly requestsReceived: number
  readonly responsesSent: number
}

/**
 * Why it is not known by which interface a pair's packets leave. `pending`: not looked at yet. `emulated`: there is no
 * interface. `unsupported`: the system has no counters that are read here. `other-traffic`: too much of it to tell.
 * `no-rise`: no interface's counter rose with what was sent.
 */
export type EgressGap = 'pending' | 'emulated' | 'unsupported' | 'other-traffic' | 'no-rise'

/** By which interface a pair's packets leave, as the kernel's counters show it (docs/measurements.md). */
export interface EgressView {
  /** True: by the one that the pair names; false: by another; null: not known, see `gap`. */
  readonly verified: boolean | null
  /** Which one; null when `verified` is. */
  readonly interfaceName: string | null
  readonly gap: EgressGap | null
  /** Packets sent to find it out. They count nowhere else, not in `sent`. */
  readonly packets: number
}

/** What a pair carries towards the peer, by the peer's feedback on the packets of streams. */
export interface PairCapacity {
  /** Bit/s of UDP payload, as delivered while a queue stood; null while none has stood in the last minute. */
  readonly capacityBps: number | null
  /** Delivered over the last 500 ms, bit/s of UDP payload; null before anything was. */
  readonly deliveryRateBps: number | null
  /** The standing queue: what the luckiest packet of the last 100 ms waited; null before feedback. */
  readonly queueMs: number | null
  /** What packets waited over the shortest way of the last 30 s, since the session began. */
  readonly waitMs: Distribution | null
  /** Packets lost beside others that waited long, and all others. */
  readonly lostByFullQueue: number
  readonly lostOtherwise: number
  readonly inFlightBytes: number
  /** What `bulk` may have in flight. */
  readonly windowBytes: number
  /** Pairs that share its bottleneck, itself included. */
  readonly sharers: number
}

export interface PairSnapshot {
  /** Stable in a session, starts at 1, never reused. */
  readonly id: number
  /** "eth0 → enp3s0", with addresses where names are unknown or not unique. */
  readonly label: string
  readonly local: CandidateView
  readonly remote: CandidateView
  /** Both ends are on the same link (same subnet or interface of the same name); straight pairs are listed first. */
  readonly straight: boolean
  readonly state: PairState
  /** Engine time in ms of the last change of state. */
  readonly stateSinceMs: number
  readonly egress: EgressView
  /** False when the user has taken the pair out. */
  readonly included: boolean
  /** The user wants only pinned pairs to carry. */
  readonly pinned: boolean
  /** The user's limit for test streams on it, bit/s; null = none. */
  readonly capBps: number | null
  /** Its place in the user's order for `backup`, 0 first; null when not ordered. */
  readonly order: number | null
  /** Whether messages or RTP streams may go over it now. */
  readonly carrying: boolean
  /** Whether RTP streams may. */
  readonly carryingStreams: boolean
  readonly nominations: NominationCounts
  /** suppressed + refusedByUs. */
  readonly nominationsPrevented: number
  /** Every datagram of this pair, checks and control included; bytes are UDP payload. */
  readonly sent: PacketCounts
  readonly received: PacketCounts
  /** Of `sent`: DTLS application records that this side put on this pair, copies included. */
  readonly recordsSent: PacketCounts
  readonly recordsReceived: PacketCounts
  /** Of `sent` and `received`: RTP packets, copies included. */
  readonly streamSent: PacketCounts
  readonly streamReceived: PacketCounts
  readonly stun: StunCounts
  readonly rttMs: RttView | null
  /** Null before a packet of a stream went over it. */
  readonly capacity: PairCapacity | null
  /** Median of the RTT samples since the last snapshot; null when none. */
  readonly rttIntervalMs: number | null
  readonly lossSent: LossView
  readonly lossReceived: LossView
  /** The scheduler's weight in [minWeight, maxWeight]. */
  readonly weight: number
  /**
   * Its part of what is sent, 0..1. In `weighted` its weight over the sum of the carrying pairs' weights, in `redundant` one
   * over their number; while `bulk` runs, and in the other modes, its part of the bytes given to all in about the last second.
   */
  readonly share: number
  /** Records and stream packets sent again over this pair, as one was in doubt or had lost them; part of those sent. */
  readonly resent: number
  /** Records and stream packets whose first copy came over this pair. */
  readonly firstArrivals: number
  /** Records and stream packets that came over this pair when another copy had been there. */
  readonly duplicates: number
  /** Of our records and stream packets, as the peer last reported it: first copies and further copies that came over this pair. */
  readonly peerFirstArrivals: number | null
  readonly peerDuplicates: number | null
  /** Engine time in ms when anything authenticated last arrived; null when never. */
  readonly lastReceivedMs: number | null
  readonly lastSentMs: number | null
  /** Total ms spent in `down`. */
  readonly downMs: number
  /** Times the pair went from `up` to `down`. */
  readonly timesDown: number
  /** `up`, and its traffic has fallen silent for longer than it should: it is being checked whether it is down. */
  readonly suspect: boolean
  /** Times that began, whether or not the pair then went down. */
  readonly timesSuspected: number
}

/** Sums over the pairs that were closed long ago and are listed no more (`limits.closedPairs`). */
export interface ForgottenPairs {
  readonly pairs: number
  readonly sent: PacketCounts
  readonly received: PacketCounts
  readonly firstArrivals: number
  readonly nominationsPrevented: number
  readonly nominationsSucceeded: number
}

/**
 * Test messages in one direction as this side sees it. A direction's `sent` on the receiving side is what the peer last
 * reported; null until it did.
 */
export interface MessageStreamSnapshot {
  readonly direction: 'sent' | 'received'
  readonly sent: number | null
  readonly received: number | null
  /** Messages known to be sent at least the settling time ago and not received; null until known. */
  readonly missing: number | null
  readonly duplicated: number | null
  readonly reordered: number | null
  readonly bytes: number
  /** One-way delay less the smallest one seen in the session (clocks are not synchronised), received direction only. */
  readonly oneWayDelayDiffMs: Distribution | null
  /** Round trip of a message: ours out, the peer's next message echoing it back, the peer's wait taken off. */
  readonly roundTripMs: Distribution | null
  /** Longest time without a new message while messages were due; null with fewer than two. */
  readonly deliveryGapMaxMs: number | null
}

/** Records of the secure session that came here, as they are put back in order for SCTP, and what that costs. */
export interface RecordsSnapshot {
  /** Different ones that authenticated. */
  readonly received: number
  /** Those with a number below the highest before them (RFC 4737 section 3). */
  readonly reordered: number
  /** How many records ago the first of those came that a reordered one should have preceded (RFC 4737 section 4.2.1). */
  readonly reorderingExtentMax: number
  /** Records that waited for earlier ones, and how long; null when none did. */
  readonly held: number
  readonly holdMs: Distribution | null
  /** Held now. */
  readonly waiting: number
  /** Gaps that were given up: what still came of them was handed on late, and the rest SCTP sends again. */
  readonly gapsGivenUp: number
}

/** Why what we send goes over the paths that it goes over. */
export interface SpreadingView {
  /** Times the preferred path changed, and the last one; null before the first, or in modes that prefer none. */
  readonly switches: number
  readonly lastSwitch: PathSwitch | null
  /** For the pairs that ever worked; at most `limits.pairs`. */
  readonly reasons: readonly { readonly pairId: number; readonly reason: PathReason }[]
}

export type GatheringState = 'new' | 'gathering' | 'complete'
export type IceState = 'new' | 'checking' | 'connected' | 'disconnected' | 'failed' | 'closed'
export type DtlsState = 'new' | 'connecting' | 'connected' | 'failed' | 'closed'
export type ChannelState = 'new' | 'connecting' | 'open' | 'closed'

export interface PeerView {
  readonly kind: 'unknown' | 'pathscope' | 'stock'
  readonly appVersion: string | null
  readonly os: string | null
  readonly interfaces: readonly PeerInterface[]
}

export interface PeerInterface {
  readonly name: string
  readonly kind: InterfaceKind
  readonly addresses: readonly string[]
}

/** Why an arriving datagram or record was dropped before anything above STUN saw it. */
export type DropReason =
  | 'unknown-source'
  | 'bad-stun'
  | 'bad-integrity'
  | 'rate-limited'
  | 'bad-frame'
  | 'plaintext-record'
  | 'bad-record'
  | 'replayed'
  | 'oversize'
  | 'unexpected'

/** What arrived for an interface's addresses and was never handed to us. */
export interface UnreadDrops {
  readonly interfaceName: string
  /** Datagrams dropped by the system since the session began, for want of room at its sockets, closed ones included. */
  readonly datagrams: number
}

export interface EngineSnapshot {
  /** Engine time in ms; starts at 0 when the session begins. */
  readonly atMs: number
  readonly role: 'offerer' | 'answerer'
  readonly iceRole: 'controlling' | 'controlled'
  readonly gathering: GatheringState
  readonly ice: IceState
  readonly dtls: DtlsState
  readonly channel: ChannelState
  /** Of what we send. */
  readonly mode: Mode
  /** Of what the peer sends; null until it told. */
  readonly peerMode: Mode | null
  readonly use: Use
  readonly peer: PeerView
  /** Every pair is silent: the session ends at this engine time unless one is answered before. Null while one works. */
  readonly waitingUntilMs: number | null
  /** Straight pairs first, then by id. At most `limits.pairs`. */
  readonly pairs: readonly PairSnapshot[]
  readonly forgotten: ForgottenPairs
  readonly messages: readonly MessageStreamSnapshot[]
  /** Null before the first came, and in what is read from a recording made before it was measured. */
  readonly records: RecordsSnapshot | null
  readonly spreading: SpreadingView
  /** RTP test streams of both directions, also stopped ones: sent ones first, each direction by number. */
  readonly streams: readonly StreamSnapshot[]
  /** Copies of records and stream packets sent over those needed, bytes; null before the first. */
  readonly overheadFactor: number | null
  /** Copies of records and stream packets dropped here because another copy had come first. */
  readonly duplicatesDropped: number
  /** SCTP chunks sent again by us (T3 and fast retransmission together). */
  readonly sctpRetransmissions: number
  readonly dropped: Readonly<Record<DropReason, number>>
  /** Of the interfaces where the system counts them; at most `limits.countedInterfaces`. */
  readonly droppedUnread: readonly UnreadDrops[]
  /** STUN and TURN servers, per interface address; empty when none are used, and in what is read from a recording. */
  readonly servers: readonly GatheringServer[]
}
