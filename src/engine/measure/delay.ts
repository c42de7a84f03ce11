import type { Distribution } from '../face/snapshot'
import { createHistogram, leastForP999, nearestRank } from './histogram'

/** Delays kept as they are until a base is chosen from them. */
const warmUpSamples = 64

/**
 * One-way delays, told as the delay less the smallest one seen: two clocks that are not synchronised differ by an
 * unknown constant, which falls out of the difference. A drift between them does not, and is not corrected.
 *
 * The smallest delay may come late and moves every earlier difference. So delays are counted around a base, the smallest
 * of the first 64, in one histogram above it and one below, and the difference is taken when asked. Memory: two
 * histograms and 64 numbers. Error: 0.8 % of the distance from the base.
 */
export interface DelaySpread {
  /** Any finite number, negative too: the clocks' difference is in it. Others are not counted. */
  add(delayMs: number): void
  /** Of delay less the smallest delay; null while nothing was counted. */
  distribution(): Distribution | null
}

export function createDelaySpread(): DelaySpread {
  const first = new Float64Array(warmUpSamples)
  const above = createHistogram()
  const below = createHistogram()
  let count = 0
  let min = Infinity
  let max = -Infinity
  let base = 0

  const place = (delayMs: number): void => {
    if (delayMs >= base) above.add(delayMs - base)
    else below.add(base - delayMs)
  }
  const atRank = (rank: number): number => {
    if (rank <= below.count) return base - min - (below.valueAtRank(below.count - rank + 1) ?? 0)
    return base - min + (above.valueAtRank(rank - below.count) ?? 0)
  }
  const describe = (valueAt: (rank: number) => number): Distribution => {
    const percentile = (fraction: number): number =>
      Math.min(max - min, Math.max(0, valueAt(nearestRank(count, fraction))))
    return {
      n: count,
      min: 0,
      p50: percentile(0.5),
      p95: percentile(0.95),
      p99: percentile(0.99),
      p999: count < leastForP999 ? null : percentile(0.999),
      max: max - min,
    }
  }

  return {
    add(delayMs) {
      if (!Number.isFinite(delayMs)) return
      if (delayMs < min) min = delayMs
      if (delayMs > max) max = delayMs
      if (count < warmUpSamples) first[count] = delayMs
      count += 1
      if (count > warmUpSamples) {
        place(delayMs)
      } else if (count === warmUpSamples) {
        base = min
        first.forEach(place)
      }
    },
    distribution() {
      if (count === 0) return null
      if (count >= warmUpSamples) return describe(atRank)
      const sorted = first.slice(0, count).sort()
      return describe((rank) => (sorted[rank - 1] ?? 0) - min)
    },
  }
}
