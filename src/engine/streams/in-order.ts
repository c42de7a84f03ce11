/** Longest that a missing packet holds up those behind it, ms. */
export const inOrderWaitMs = 500

/**
 * When packets would have been handed on had each waited for all before it, by at most `inOrderWaitMs`: for the longest
 * gap of such a delivery. Nothing is held; which packets are there is asked.
 */
export interface InOrder {
  /** A packet came for the first time, and is among those that `isHere` answers for. */
  arrived(sequence: number, nowMs: number): void
  /** Null before two deliveries at different times. `owed`: more has been sent than came, so the present silence counts. */
  gapMaxMs(nowMs: number, owed: boolean): number | null
}

/** `highest`: of all that came; `oldest`: below it `isHere` knows nothing. */
export function createInOrder(window: {
  isHere(sequence: number): boolean
  highest(): number
  oldest(): number
}): InOrder {
  /** The packet whose turn it is. */
  let next = 0
  /** Since when it has kept later ones waiting; infinite while it does not. */
  let heldSinceMs = Infinity
  let deliveredMs = -Infinity
  let deliveries = 0
  let longestMs = 0

  const deliver = (atMs: number): void => {
    if (deliveries > 0) longestMs = Math.max(longestMs, atMs - deliveredMs)
    deliveries += 1
    deliveredMs = Math.max(deliveredMs, atMs)
  }
  /** Hands on what has no gap before it. */
  const advance = (nowMs: number): void => {
    const highest = window.highest()
    while (next <= highest && window.isHere(next)) next += 1
    heldSinceMs = next <= highest ? nowMs : Infinity
  }
  const giveUp = (nowMs: number): void => {
    while (nowMs - heldSinceMs >= inOrderWaitMs) {
      const atMs = heldSinceMs + inOrderWaitMs
      const highest = window.highest()
      next = Math.max(next, window.oldest())
      while (next < highest && !window.isHere(next)) next += 1
      deliver(atMs)
      advance(atMs)
    }
  }

  return {
    arrived(sequence, nowMs) {
      giveUp(nowMs)
      if (sequence === next) {
        next += 1
        deliver(nowMs)
        advance(nowMs)
      } else if (sequence > next && heldSinceMs === Infinity) {
        heldSinceMs = nowMs
      }
    },
    gapMaxMs(nowMs, owed) {
      giveUp(nowMs)
      if (deliveries < 2) return null
      return owed || heldSinceMs < Infinity ? Math.max(longestMs, nowMs - deliveredMs) : longestMs
    },
  }
}
