/** Each packet sent for the first time allows this part of its bytes to be sent again. */
const earnedPart = 0.3
/** What may be saved: so much of the streams, ms, which covers what is under way on a path that dies; and these bytes. */
const depthMs = 400
const leastDepthBytes = 12_000

/**
 * How much of the streams may be sent again. A path that fails or loses takes little of it; where all paths together
 * are too little, sending again would only add to that, and is held to 30 % of what is sent.
 */
export interface ResendBudget {
  /** `bytes` were sent for the first time, of streams of `rateBps` together. */
  earn(bytes: number, rateBps: number): void
  /** Whether so many may be sent again; they are then taken. */
  spend(bytes: number): boolean
}

export function createResendBudget(): ResendBudget {
  let left = Infinity
  return {
    earn(bytes, rateBps) {
      left = Math.min(left + earnedPart * bytes, leastDepthBytes + (rateBps * depthMs) / 8000)
    },
    spend(bytes) {
      if (left < bytes) return false
      left -= bytes
      return true
    },
  }
}
