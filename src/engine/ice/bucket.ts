/** A token bucket: at most `ratePerSecond` in the long run, `burst` at once. */
export interface Bucket {
  take(nowMs: number): boolean
}

export function createBucket(ratePerSecond: number, burst: number): Bucket {
  let tokens = burst
  let filledAtMs = 0
  return {
    take(nowMs) {
      tokens = Math.min(burst, tokens + ((nowMs - filledAtMs) * ratePerSecond) / 1000)
      filledAtMs = nowMs
      // Times are sums of fractions: a token that is whole but for their rounding counts.
      if (tokens < 1 - 1e-6) return false
      tokens -= 1
      return true
    },
  }
}
