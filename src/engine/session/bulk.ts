import { srtpOverheadBytes } from '../srtp'
import type { BulkGate } from '../streams'
import type { SessionState } from './state'

/** While nothing is known of what the paths can carry, `bulk` goes at this rate over all of them together, bit/s. */
const unknownRateBps = 1_000_000
/** What may have been saved up, ms of that rate. */
const burstMs = 10

/** Says when `bulk` may send: at a modest fixed rate, as no path's capacity is known. */
export function createBulkGate(state: SessionState, startMs: number): BulkGate {
  let dueMs = startMs
  return {
    take(bytes, nowMs) {
      if (state.carryingStreams.length === 0) return false
      dueMs = Math.max(dueMs, nowMs - burstMs)
      if (dueMs > nowMs) return false
      dueMs += ((bytes + srtpOverheadBytes) * 8000) / unknownRateBps
      return true
    },
    nextDeadline: (nowMs) => (state.carryingStreams.length === 0 ? Infinity : Math.max(dueMs, nowMs)),
  }
}
