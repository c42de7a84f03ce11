/** Growth or cut of the window from which the share can be told. */
const leastGrowth = 1.35

/**
 * How much of a full bottleneck is ours, from what a changed window does to our rate: where all is ours the rate stays, where
 * little is ours it changes as the window does. With the windows of others as they are, one that becomes k-fold takes a share
 * from s to ks / (ks + 1 - s).
 */
export interface ShareMeter {
  /** Before the change: the window, and the rate at which its packets arrive. */
  begin(windowBytes: number, rateBps: number): void
  /** After it; the share now. Null while the window is too much as it was. */
  shareNow(windowBytes: number, rateBps: number): number | null
}

export function createShareMeter(): ShareMeter {
  let before = { windowBytes: 1, rateBps: 1 }
  return {
    begin(windowBytes, rateBps) {
      before = { windowBytes, rateBps }
    },
    shareNow(windowBytes, rateBps) {
      const growth = windowBytes / before.windowBytes
      if (rateBps === 0 || (growth < leastGrowth && growth > 1 / leastGrowth)) return null
      const [least, most] = growth > 1 ? [1, growth] : [growth, 1]
      const gain = Math.min(most, Math.max(least, rateBps / before.rateBps))
      return ((growth / gain - 1) / (growth - 1)) * gain
    },
  }
}
