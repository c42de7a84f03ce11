import type { LossView } from '../face/snapshot'

/** Time constant of the recent loss. Its mean age is that of a plain window of 5 s. */
const recentTimeConstantMs = 2500

/** Loss of one pair in one direction, from cumulative counts of both ends. Memory: eight numbers. */
export interface Loss {
  /**
   * Of `sentCount` packets the receiver had counted `receivedCount`. More received than sent (packets that overtook the
   * count) is taken as all. A count that goes back is a report out of order and ignored: both only ever grow.
   */
  compare(sentCount: number, receivedCount: number, nowMs: number): void
  view(): LossView
  /** 0..1, each packet weighing less the older it is (time constant 2.5 s); null before any packet was compared. */
  readonly recentLoss: number | null
}

export function createLoss(): Loss {
  let sent = 0
  let received = 0
  let comparedAtMs: number | null = null
  let recentSent = 0
  let recentLost = 0
  let recent: number | null = null

  const updateRecent = (moreSent: number, moreReceived: number, nowMs: number): void => {
    const elapsedMs = comparedAtMs === null ? 0 : Math.max(0, nowMs - comparedAtMs)
    const decay = Math.exp(-elapsedMs / recentTimeConstantMs)
    recentSent = recentSent * decay + moreSent
    // Packets counted late give back what was counted lost before them, but never more than is still remembered.
    recentLost = Math.min(recentSent, Math.max(0, recentLost * decay + moreSent - moreReceived))
    if (recentSent > 1e-6) recent = recentLost / recentSent
  }

  return {
    compare(sentCount, receivedCount, nowMs) {
      if (!(sentCount >= sent && receivedCount >= 0)) return
      const within = Math.min(sentCount, receivedCount)
      if (within < received) return
      updateRecent(sentCount - sent, within - received, nowMs)
      sent = sentCount
      received = within
      comparedAtMs = nowMs
    },
    view: () => ({
      sent,
      received,
      percent: sent === 0 ? null : (100 * (sent - received)) / sent,
      recentPercent: recent === null ? null : 100 * recent,
    }),
    get recentLoss() {
      return recent
    },
  }
}
