import { limits } from '../face/limits'

/** What a late timer may make good at once, ms of the rate. */
const burstMs = 2
/** For what goes at another pace, as streams of their own rate do, the next packet waits so long at most, ms. */
const mostOwedMs = 100
/** Or as long as so many bytes take, where that is more, as by a low limit of the user's. */
const mostOwedBytes = 3 * limits.datagramBytes

/** Spaces packets evenly at a rate. */
export interface Pacer {
  setRate(rateBps: number): void
  /** When the next packet may go. */
  readonly freeAtMs: number
  sent(bytes: number, nowMs: number): void
  readonly rateBps: number
}

export function createPacer(): Pacer {
  let rate = 1_000_000
  let freeAtMs = -Infinity
  return {
    setRate(rateBps) {
      rate = rateBps
    },
    get freeAtMs() {
      return freeAtMs
    },
    sent(bytes, nowMs) {
      const owedMs = Math.max(mostOwedMs, (mostOwedBytes * 8000) / rate)
      const fromMs = Math.min(Math.max(freeAtMs, nowMs - burstMs), nowMs + owedMs)
      freeAtMs = fromMs + (bytes * 8000) / rate
    },
    get rateBps() {
      return rate
    },
  }
}
