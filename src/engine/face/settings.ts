/** How packets are spread over the carrying pairs. The other modes of the design follow with the data plane. */
export type Mode = 'redundant' | 'weighted'

/** Which live pairs carry traffic. `auto` is `all` for messages. */
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
  readonly messages: MessageStreamSettings
  /**
   * Seconds for which a session whose pairs are all silent waits for the peer before it ends, 5 to 86400. Each side has
   * its own; the one whose time is over first ends the session for both, as far as the other can be told.
   */
  readonly reconnectFor: number
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
  messages: { enabled: true, ratePerSecond: 1, sizeBytes: 128 },
  reconnectFor: 300,
  snapshotIntervalMs: 200,
}
