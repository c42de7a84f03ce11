import type { LossView } from '../face/snapshot'

/** Time constant of the recent loss. Its mean age is that of a plain window of 5 s. */
const recentTimeConstantMs = 2500

/**
 * Loss of one pair in one direction, from cumulative counts of both ends. What is missing at the first comparison is not
 * lost: it was sent before the other end knew of the pair and counted there. Memory: eight numbers.
 */
export interface Loss {
  /**
   * Of `sentCount` packets the receiver had counted `receivedCount`. More received than sent (packets that overtook the
   * count) is taken as all. A count that goes back is a report out of order and ignored: both only ever grow. When only
   * the received one goes back, the receiver counts anew, since a NAT gave the pair another address: what it had counted
   * stands, and counting goes on from there.
   */
  compare(sentCount: number, receivedCount: number, nowMs: number): void
  /**
   * So many that are, or will be, counted as lost were lost because we sent more than the path carries: that says how much
   * it carries, not how well.
   */
  overloaded(count: number): void
  /** The path is back after an outage: what that took says nothing of what it loses now. The whole stands. */
  forgetRecent(): void
  view(): LossView
  /** 0..1, each packet weighing less the older it is (time constant 2.5 s); null before anything was compared, or since it was forgotten. */
  readonly recentLoss: number | null
  /** The same without what overload lost: what the path loses of as much as it carries. */
  readonly recentOwnLoss: number | null
}

export function createLoss(): Loss {
  /** The counts at which counting starts; set by the first comparison. */
  let base: { readonly sent: number; readonly received: number } | null = null
  /** Since then. */
  let sent = 0
  let received = 0
  let receivedCountMax = 0
  let comparedAtMs = 0
  let recentSent = 0
  let recentLost = 0
  let recent: number | null = null
  let recentByOverload = 0
  let newByOverload = 0

  const updateRecent = (moreSent: number, moreReceived: number, elapsedMs: number): void => {
    const decay = Math.exp(-Math.max(0, elapsedMs) / recentTimeConstantMs)
    recentSent = recentSent * decay + moreSent
    // Packets counted late give back what was counted lost before them, but never more than is still remembered.
    recentLost = Math.min(recentSent, Math.max(0, recentLost * decay + moreSent - moreReceived))
    recentByOverload = recentByOverload * decay + newByOverload
    newByOverload = 0
    if (recentSent > 1e-6) recent = recentLost / recentSent
  }

  return {
    compare(sentCount, receivedCount, nowMs) {
      if (!isCount(sentCount) || !isCount(receivedCount)) return
      base ??= {
        sent: Math.max(0, sentCount - receivedCount),
        received: Math.max(0, receivedCount - sentCount),
      }
      const isAnew = receivedCount < receivedCountMax && sentCount - base.sent > sent
      if (isAnew) base = { sent: sentCount - sent, received: receivedCount - received }
      else if (receivedCount < receivedCountMax) return
      const sentSince = sentCount - base.sent
      if (sentSince < sent) return
      const receivedSince = Math.min(sentSince, receivedCount - base.received)
      updateRecent(sentSince - sent, receivedSince - received, nowMs - comparedAtMs)
      sent = sentSince
      received = receivedSince
      receivedCountMax = receivedCount
      comparedAtMs = nowMs
    },
    overloaded(count) {
      newByOverload += count
    },
    forgetRecent() {
      recentSent = 0
      recentLost = 0
      recentByOverload = 0
      newByOverload = 0
      recent = null
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
    get recentOwnLoss() {
      return recent === null ? null : Math.max(0, recent - recentByOverload / Math.max(1, recentSent))
    },
  }
}

function isCount(value: number): boolean {
  return value >= 0 && value < Infinity
}
