/** Why a path has the part of the traffic that it has now. Sentences are made of it by the shared layer. */
export type PathReason = ModeReason | BulkReason

/** As the mode has it: for messages, and for streams of a rate of their own. */
export type ModeReason =
  /** It carries nothing: not working, left out by the user, not among those the user wants alone, or not in the set. */
  | { readonly kind: 'not-working' }
  | { readonly kind: 'excluded' }
  | { readonly kind: 'not-pinned' }
  /** Another pair of the same interface carries in its place. */
  | { readonly kind: 'not-in-set' }
  /** Multipath is off and another pair is the one. */
  | { readonly kind: 'multipath-off' }
  /** `redundant`: a copy of each packet, as far as the user's limit allows, bit/s; null = there is none. */
  | { readonly kind: 'copies'; readonly capBps: number | null }
  /**
   * `weighted`: by round trip and recent loss. `limit`: what holds the weight where the two would not have put it, and
   * `limitBps` to which rate, bit/s of UDP payload; null where it is no rate.
   */
  | {
      readonly kind: 'weighed'
      readonly rttMs: number | null
      readonly lossPercent: number | null
      readonly limit: WeightLimit | null
      readonly limitBps: number | null
    }
  /** `lowest-latency`, `adaptive`: the expected delay, and how much the next or the best one differs; null: no other. */
  | { readonly kind: 'fastest'; readonly delayMs: number; readonly marginMs: number | null }
  | { readonly kind: 'slower'; readonly delayMs: number; readonly byMs: number }
  /** What the fastest one has no room for. */
  | { readonly kind: 'spill'; readonly delayMs: number; readonly byMs: number }
  /** `adaptive`: copies of packets that are at risk on the fastest one. */
  | { readonly kind: 'risk-copies'; readonly delayMs: number; readonly byMs: number }
  /** `backup`: places count from 1. */
  | { readonly kind: 'active'; readonly place: number }
  | { readonly kind: 'standing-by'; readonly place: number }
  /** Carries the streams for which the active one rests. */
  | { readonly kind: 'stands-in'; readonly place: number }
  /** `redundant`, `backup`: too narrow for these streams, which others carry on. What else is sent goes by the mode. */
  | { readonly kind: 'resting'; readonly streams: readonly RestReason[] }
  /** `single`. */
  | { readonly kind: 'selected' }
  | { readonly kind: 'not-selected' }
  /** It fell silent, or acknowledgements of what went over it are overdue: avoided until it answers. */
  | { readonly kind: 'avoided'; readonly because: 'suspect' | 'overdue' }
  /** It came back and has to prove itself for so much longer, or its part is still growing. */
  | { readonly kind: 'proving'; readonly remainingMs: number }

/** Of a path that `bulk` goes over now: it takes what it finds room for, which is nothing that a weight decides. */
export interface BulkReason {
  readonly kind: 'bulk'
  /** What `bulk` alone put on it in about the last second, bit/s of UDP payload. */
  readonly bulkBps: number
  readonly hold: BulkHold
  /** What the mode says of it; null in `weighted` while nothing but `bulk` runs, as weights then decide nothing. */
  readonly mode: ModeReason | null
  /** Its part of all other streams' bytes in about the last second, 0..1; 0 when it was given none. */
  readonly othersShare: number
}

/**
 * What keeps `bulk` from more on a path. `window`: all that may be under way is. `startup`: what the path carries is being
 * found out. `queue`: it is slowed down, as a long queue stands. `competing`: others keep a queue there, and it goes for its
 * part beside them. `cap`: the user's limit. `limit`: the most that one path gets. `suspect`: the path is in doubt, and
 * gets nothing. `slowest`: it has room, and waits for the slowest path (`redundant`).
 */
export type BulkHold = 'window' | 'startup' | 'queue' | 'competing' | 'cap' | 'limit' | 'suspect' | 'slowest'

/** A stream of ours that a path is too narrow for. */
export interface RestReason {
  readonly streamId: number
  /** See `StreamBreak`. */
  readonly sentBps: number
  readonly lostPercent: number
  /** Until the path is tried again; 0 when that waits for its estimate, null while it is being tried. */
  readonly againInMs: number | null
}

/**
 * `capacity`: a little less than the path was seen to carry. `trial`: for a moment more than that, as it may have become
 * faster. `queue`: less, as a queue stands. `overload`: all paths together carry too little. `cap`: the user's limit.
 * `range`: min or max of weights.
 */
export type WeightLimit = 'capacity' | 'trial' | 'queue' | 'overload' | 'cap' | 'range'

/** What holds a weight, and to which rate, bit/s of UDP payload; null where it is no rate. */
export interface WeightHold {
  readonly by: WeightLimit
  readonly bps: number | null
}

/** Why traffic moved. */
export type SwitchReason =
  /** The first path in use. */
  | 'started'
  /** The mode was changed, or the user changed what may carry. */
  | 'mode'
  | 'user'
  /** The one before went down or away, fell silent, or its acknowledgements were overdue. */
  | 'down'
  | 'suspect'
  | 'overdue'
  /** `backup`: the one before is too narrow for all streams. */
  | 'narrow'
  /** `single`: nothing came over the one before for 2.5 s. */
  | 'silent'
  /** The new one is faster for long enough, or the one before built up a queue. */
  | 'faster'
  | 'queue'
  /** One that stands earlier in the order, or has the higher priority, proved itself. */
  | 'returned'

/** The last time the preferred path of a direction changed. */
export interface PathSwitch {
  readonly atMs: number
  readonly fromId: number | null
  readonly toId: number
  readonly reason: SwitchReason
}
