import type { StreamKind, StreamSpec } from './streams'

/**
 * How the packets of a direction are spread over the carrying pairs. `redundant`: each packet on each. `weighted`: each
 * packet on one, by weight. `lowest-latency`: on the fastest. `backup`: on the first in the user's order that works.
 * `single`: on the one that a stock WebRTC peer would have nominated. `adaptive`: on the fastest, and a copy more where
 * it is at risk.
 */
export const modes = ['redundant', 'weighted', 'lowest-latency', 'backup', 'single', 'adaptive'] as const

export type Mode = (typeof modes)[number]

/** Which live pairs carry traffic. `auto` is `all` for messages and `disjoint` for RTP streams. */
export type Use = 'auto' | 'all' | 'disjoint'

/** What an incoming USE-CANDIDATE gets: an error response, or an answer without effect. */
export type NominationPolicy = 'reject' | 'ignore'

/** Test messages sent by this side. */
export interface MessageStreamSettings {
  readonly enabled: boolean
  /** Messages a second, 0.1 to 200. */
  readonly ratePerSecond: number
  /** Bytes of one message, 64 to 16384, padding included. */
  readonly sizeBytes: number
}

/** Everything about a session that a user can set. Every field has a default in `defaultSettings`. */
export interface EngineSettings {
  /** Multipath on. With false only the best pair carries traffic; pairs are still kept and measured. */
  readonly enabled: boolean
  /** Never let a pair be nominated (RFC 8445 section 8). */
  readonly preventNomination: boolean
  readonly nominationPolicy: NominationPolicy
  readonly mode: Mode
  readonly use: Use
  /** Milliseconds between two updates of the weights, 20 to 10000. */
  readonly weightUpdateInterval: number
  readonly minWeight: number
  readonly maxWeight: number
  readonly initialWeight: number
  /** Names of our interfaces in the order in which `backup` uses their paths; others come after. At most 64. */
  readonly backupOrder: readonly string[]
  /** Extra copies of `adaptive`: at most so many per cent of a stream's own bytes, 0 to 100. */
  readonly adaptiveBudget: number
  readonly messages: MessageStreamSettings
  /**
   * Seconds for which a session whose pairs are all silent waits for the peer before it ends, 5 to 86400. Each side has
   * its own; the one whose time is over first ends the session for both, as far as the other can be told.
   */
  readonly reconnectFor: number
  /** RTP test streams that this side sends from when both sides are connected; at most `limits.streams`. */
  readonly streams: readonly StreamSpec[]
  /**
   * How long a packet of a received stream waits for those before it, ms by kind, 0 to `limits.playoutDeadlineMs`; 0 = it is
   * handed on as it comes. The default is what ITU-T G.114 leaves of a conversation's 150 ms, or a jitter buffer of some
   * frames. A running stream can be given another by `set-deadline`.
   */
  readonly deadlinesMs: Readonly<Record<StreamKind, number>>
  /** Milliseconds between two snapshots, 100 to 5000. */
  readonly snapshotIntervalMs: number
}

export const defaultSettings: EngineSettings = {
  enabled: true,
  preventNomination: true,
  nominationPolicy: 'reject',
  mode: 'redundant',
  use: 'auto',
  weightUpdateInterval: 100,
  minWeight: 0.1,
  maxWeight: 10,
  initialWeight: 1,
  backupOrder: [],
  adaptiveBudget: 10,
  messages: { enabled: true, ratePerSecond: 1, sizeBytes: 128 },
  reconnectFor: 300,
  streams: [],
  deadlinesMs: { voice: 150, video: 200, cbr: 200, bulk: 500 },
  snapshotIntervalMs: 200,
}
