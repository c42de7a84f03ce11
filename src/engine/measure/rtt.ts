import type { RttView } from '../face/snapshot'
import { createHistogram } from './histogram'
import { createLevel, type Level } from './level'

/** Smallest retransmission time-out for checks and keepalives, ms. RFC 6298 (2.4) says 1 s, which is for TCP's data. */
const minRtoMs = 100
/** RFC 6298 (2.5) allows an upper bound of 60 s or more. */
const maxRtoMs = 60_000
/** Before any sample: RFC 8445 section 14.3's floor. */
const initialRtoMs = 500
/** G in RFC 6298 (2.3): the timers this engine is driven by have about a millisecond. */
const clockGranularityMs = 1
/** Samples kept for the median of one interval; beyond it the oldest make room. */
const intervalSamples = 64
/** The recent minimum is kept as one value a second. */
const recentSlots = 11
const slotMs = 1000

/** Round trip times of one pair. Memory: one histogram and 64 + 22 numbers. */
export interface Rtt {
  /** One sample. Below 0 (clock granularity) counts as 0; what is not a finite number is not counted. */
  add(rttMs: number, nowMs: number): void
  /** Null before the first sample. */
  view(): RttView | null
  /** Median of the (latest 64) samples since the last call; null when there were none. Starts a new interval. */
  takeIntervalMedian(): number | null
  /** SRTT of RFC 6298; null before the first sample. */
  readonly smoothedMs: number | null
  /** RTTVAR of RFC 6298; null before the first sample. */
  readonly varianceMs: number | null
  /** What it is now: as these two, but where it leaps it follows at once. */
  readonly present: Level
  /** RFC 6298 time-out within 100 ms .. 60 s; 500 ms before the first sample. */
  rtoMs(): number
  /** Smallest sample of the last 10 s (up to 11: it is kept by the second); null when there was none. */
  minRecentMs(nowMs: number): number | null
}

export function createRtt(): Rtt {
  const histogram = createHistogram()
  const interval = createIntervalSamples()
  const recent = createRecentMinimum()
  const present = createLevel()
  let last = 0
  let smoothed: number | null = null
  let variance: number | null = null

  const smooth = (rttMs: number): void => {
    if (smoothed === null || variance === null) {
      smoothed = rttMs
      variance = rttMs / 2
      return
    }
    variance = 0.75 * variance + 0.25 * Math.abs(smoothed - rttMs)
    smoothed = 0.875 * smoothed + 0.125 * rttMs
  }

  return {
    add(rttMs, nowMs) {
      if (!Number.isFinite(rttMs)) return
      last = rttMs > 0 ? rttMs : 0
      histogram.add(last)
      interval.add(last)
      recent.add(last, nowMs)
      smooth(last)
      present.add(last)
    },
    view() {
      const distribution = histogram.distribution()
      if (distribution === null || smoothed === null) return null
      return { ...distribution, last, smoothed }
    },
    takeIntervalMedian: () => interval.takeMedian(),
    get smoothedMs() {
      return smoothed
    },
    get varianceMs() {
      return variance
    },
    present,
    rtoMs() {
      if (smoothed === null || variance === null) return initialRtoMs
      const rto = smoothed + Math.max(clockGranularityMs, 4 * variance)
      return Math.min(maxRtoMs, Math.max(minRtoMs, rto))
    },
    minRecentMs: (nowMs) => recent.read(nowMs),
  }
}

function createIntervalSamples() {
  const samples = new Float64Array(intervalSamples)
  let added = 0
  return {
    add(value: number): void {
      samples[added % intervalSamples] = value
      added += 1
    },
    takeMedian(): number | null {
      if (added === 0) return null
      const sorted = samples.slice(0, Math.min(added, intervalSamples)).sort()
      added = 0
      const upper = sorted[sorted.length >> 1] ?? 0
      return sorted.length % 2 === 1 ? upper : (upper + (sorted[(sorted.length >> 1) - 1] ?? 0)) / 2
    },
  }
}

function createRecentMinimum() {
  const minima = new Float64Array(recentSlots).fill(Infinity)
  /** Which second each slot speaks of; slots of other seconds are stale. */
  const seconds = new Float64Array(recentSlots).fill(-1)
  return {
    add(value: number, nowMs: number): void {
      const second = Math.floor(nowMs / slotMs)
      const slot = second % recentSlots
      if (seconds[slot] !== second) {
        seconds[slot] = second
        minima[slot] = value
      } else if (value < (minima[slot] ?? Infinity)) {
        minima[slot] = value
      }
    },
    read(nowMs: number): number | null {
      const oldest = Math.floor(nowMs / slotMs) - recentSlots + 1
      let min = Infinity
      for (let slot = 0; slot < recentSlots; slot += 1) {
        const second = seconds[slot] ?? -1
        if (second >= 0 && second >= oldest) min = Math.min(min, minima[slot] ?? Infinity)
      }
      return min === Infinity ? null : min
    },
  }
}
