import { limits } from '../face/limits'
import type { BulkGate } from '../streams'
import { bulkDeadline, bulkMay } from './feedback'
import type { SessionState } from './state'

/** Says when `bulk` may send: when one of the paths has room, or where each packet goes over all, when all have. */
export function createBulkGate(state: SessionState): BulkGate {
  return {
    take: () => bulkMay(state, limits.datagramBytes),
    nextDeadline: (nowMs) => Math.max(nowMs, bulkDeadline(state, limits.datagramBytes)),
  }
}
