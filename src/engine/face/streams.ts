import type { Distribution, PacketCounts } from './snapshot'

/**
 * An RTP test stream of one direction. Rates are those of the RTP payload, bit/s; sizes are payload bytes.
 * `voice`: 50 packets a second of 160 bytes. `video`: 30 frames a second, a key frame every 2 s. `cbr`: packets of one
 * size at equal intervals. `bulk`: as fast as the paths allow.
 */
export type StreamSpec =
  | { readonly kind: 'voice' }
  | { readonly kind: 'video'; readonly rateBps: number }
  | { readonly kind: 'cbr'; readonly rateBps: number; readonly sizeBytes: number }
  | { readonly kind: 'bulk' }

export type StreamKind = StreamSpec['kind']

/** As seen by this side. */
export type StreamDirection = 'sent' | 'received'

/**
 * Why a stream was not started or changed. `no-peer`: there is no secure session yet. `stock-peer`, `old-peer`: the other
 * end knows no test streams. `too-many`: 8 run in that direction. `used-up`: the session has had as many as it may.
 * `unknown`: no stream of that number runs. `ending`: the session is finishing.
 */
export type StreamRefusal =
  | 'no-peer'
  | 'stock-peer'
  | 'old-peer'
  | 'too-many'
  | 'used-up'
  | 'unknown'
  | 'ending'

/**
 * Why the circuit breaker (RFC 8083) stopped a stream, or took a path from it: in the last three looks of half a second (of
 * a path that is tried again: in one) what went over the path was ten times what a fair flow would send, and a fifth of it
 * or more was lost.
 */
export interface StreamBreak {
  /** Where the most was lost; null when all paths together were too little, or this side does not know the path. */
  readonly pairId: number | null
  readonly label: string | null
  /** What all streams but `bulk` put on it in the last look, with what was sent again; bit/s of UDP payload. */
  readonly sentBps: number
  /** Of the packets whose fate became known then. */
  readonly lostPercent: number
}

/**
 * A path that was too narrow for a stream in `redundant` or `backup`, while others could carry it on: the sender's circuit
 * breaker took it from the stream instead of stopping the stream, with what it found the last time.
 */
export interface StreamRest extends StreamBreak {
  /** `resting`: gets nothing of the stream. `tried`: gets copies, to see whether it has room now. `over`: carries again. */
  readonly state: 'resting' | 'tried' | 'over'
  /** How often it was taken, and how long in all so far, ms. */
  readonly times: number
  readonly restedMs: number
  /** When it is tried again at the earliest, engine ms; null while it does not rest. */
  readonly againAtMs: number | null
}

/** What only the receiver of a stream can measure. Of a sent one as the peer last told it; null while it has not. */
export interface StreamFigures {
  /** Payload received, from the first arrival to the last. */
  readonly goodputBps: number | null
  /** One-way delay less the smallest one of the stream (clocks are not synchronised). */
  readonly latencyMs: Distribution | null
  /** Interarrival jitter of RFC 3550 section 6.4.1, as it stands. */
  readonly jitterMs: number | null
  /** Longest time without a new packet. */
  readonly deliveryGapMaxMs: number | null
  /** Longest of those that ended since the last snapshot or, of a sent stream, between the peer's last two words of it. */
  readonly deliveryGapIntervalMs: number | null
  /** The same, had packets been handed on in order only. */
  readonly inOrderGapMaxMs: number | null
  /** What putting packets back in order within a deadline makes of them. */
  readonly playout: PlayoutSnapshot | null
}

/** One stream as this side sees it. What only the other side can know is null until it has told. */
export interface StreamSnapshot extends StreamFigures {
  /** Of its direction, from 1, never used again in a session. */
  readonly id: number
  readonly direction: StreamDirection
  readonly spec: StreamSpec
  readonly running: boolean
  /** Whose wish started it, or changed or stopped it last. */
  readonly by: 'us' | 'peer'
  /** Engine time in ms; of the first packet or of the word of it, whichever came first. */
  readonly startedAtMs: number
  readonly stoppedAtMs: number | null
  /** Why, when its sender's circuit breaker stopped it. */
  readonly broken: StreamBreak | null
  /** Paths that its sender's circuit breaker took from it at some time; an earlier release of the sender tells none. */
  readonly rests: readonly StreamRest[]
  /** Packets made by the sender, each counted once however many copies went out. */
  readonly sent: number | null
  /** Different packets received. */
  readonly received: number | null
  /** Known to have been sent at least the settling time ago and not received. */
  readonly lost: number | null
  /** Copies that came when another had been there. */
  readonly duplicates: number | null
  /** New packets with a number below the highest before them (RFC 4737 section 3). */
  readonly reordered: number | null
  /** Payload bytes of `sent`, or of `received`. */
  readonly bytes: number
  /** Bytes of all copies over those of the packets; sent direction only. */
  readonly overheadFactor: number | null
  /** Packets left out because their time had passed in a stall of this machine; sent direction only. */
  readonly skipped: number | null
  readonly paths: readonly StreamPath[]
}

/** A received stream as an application gets it that wants it in order, and what that costs. */
export interface PlayoutSnapshot {
  /** A packet waits for those before it at most this long, ms; 0 = for none. */
  readonly deadlineMs: number
  /** Handed on in order, and come when the wait for them had been given up. */
  readonly inOrder: number
  readonly late: number
  /** Packets that waited, and how long; null when none did. */
  readonly held: number
  readonly holdMs: Distribution | null
  /** Held now. */
  readonly waiting: number
  /** Gaps that were given up. */
  readonly gapsGivenUp: number
  /** How many packets ago the first of those came that a reordered one should have preceded (RFC 4737 section 4.2.1). */
  readonly reorderingExtentMax: number
}

/** What one pair did for a stream. Sent: its copies. Received: what came over it, first and later. */
export interface StreamPath extends PacketCounts {
  readonly pairId: number
  /** Packets whose first copy came over this pair; received direction only. */
  readonly firstArrivals: number | null
}
