import type { SwitchReason } from '../face/explain'
import type { Path } from './path'

/** What a mode with a preferred path judges it by. */
export interface Review {
  /** Every path that the session gave, in its order. */
  readonly all: readonly Path[]
  /** Those to choose from: free of trouble, or all that work while none is free of it. */
  readonly among: readonly Path[]
  readonly nowMs: number
  /** The user changed something just now, so hysteresis does not hold. */
  readonly cause: 'user' | 'mode' | null
  /** Why the preferred path is not among them any more, or that there was none. */
  readonly lost: SwitchReason
}

/** A mode's preferred path, moved by a review and never by a packet. */
export interface Preference {
  readonly current: Path | null
  /** Why the path moved, or null when it did not. */
  review(review: Review): SwitchReason | null
}
