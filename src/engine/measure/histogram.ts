import type { Distribution } from '../face/snapshot'

/** Buckets an octave is cut into. 64 equal ones make the middle of a bucket right to 1/128, 0.8 %. */
const bucketsPerOctave = 64
/** Counting starts at 1/1024 ms: what is smaller shares one bucket. */
const unitsPerMs = 1024
/** 37 octaves of 1/1024 ms reach 2^37/1024 ms, about 37 hours; what is larger is counted in the last bucket. */
const octaves = 37
const two31 = 2 ** 31
/** Of fewer values the 99.9th percentile is the largest, and says nothing more. */
export const leastForP999 = 1000

/**
 * A log-linear histogram of non-negative milliseconds. Percentiles have at most 0.8 % relative error (0.5 µs below
 * 1 µs); `n`, `min` and `max` are exact. Memory is fixed: 256 bytes for each octave that occurs, at most 37 (9.5 kB).
 */
export interface Histogram {
  /** Counts one value. Below 0 (clock granularity) counts as 0; what is not a finite number is not counted. */
  add(valueMs: number): void
  /** Null while nothing was counted. */
  distribution(): Distribution | null
  /** The value with the given rank, 1 = smallest; null outside 1..count. */
  valueAtRank(rank: number): number | null
  readonly count: number
}

interface HistogramState {
  readonly buckets: (Uint32Array | undefined)[]
  /** Values below one unit. */
  underflow: number
  count: number
  min: number
  max: number
  /** The last answer, until another value comes: snapshots are more frequent than changes on quiet pairs. */
  cached: Distribution | null
}

export function createHistogram(): Histogram {
  const state: HistogramState = {
    buckets: new Array<Uint32Array | undefined>(octaves).fill(undefined),
    underflow: 0,
    count: 0,
    min: Infinity,
    max: 0,
    cached: null,
  }
  return {
    add: (valueMs) => addValue(state, valueMs),
    distribution: () => distributionOf(state),
    valueAtRank: (rank) => (rank < 1 || rank > state.count ? null : valueAt(state, rank)),
    get count() {
      return state.count
    },
  }
}

function addValue(state: HistogramState, valueMs: number): void {
  if (!Number.isFinite(valueMs)) return
  const value = valueMs > 0 ? valueMs : 0
  state.count += 1
  state.cached = null
  if (value < state.min) state.min = value
  if (value > state.max) state.max = value
  const units = value * unitsPerMs
  if (units < 1) {
    state.underflow += 1
    return
  }
  const exact = octaveOf(units)
  const octave = exact < octaves ? exact : octaves - 1
  const bucket =
    exact < octaves ? Math.floor((units / 2 ** octave - 1) * bucketsPerOctave) : bucketsPerOctave - 1
  const counts = (state.buckets[octave] ??= new Uint32Array(bucketsPerOctave))
  counts[bucket] = (counts[bucket] ?? 0) + 1
}

/** floor(log2(units)) for units >= 1, from the bits: a rounded logarithm would put powers of two in the wrong octave. */
function octaveOf(units: number): number {
  if (units < two31) return 31 - Math.clz32(units)
  const high = units / two31
  return high < two31 ? 62 - Math.clz32(high) : octaves
}

function distributionOf(state: HistogramState): Distribution | null {
  if (state.count === 0) return null
  state.cached ??= {
    n: state.count,
    min: state.min,
    p50: valueAt(state, nearestRank(state.count, 0.5)),
    p95: valueAt(state, nearestRank(state.count, 0.95)),
    p99: valueAt(state, nearestRank(state.count, 0.99)),
    p999: state.count < leastForP999 ? null : valueAt(state, nearestRank(state.count, 0.999)),
    max: state.max,
  }
  return state.cached
}

/** Nearest-rank percentile: the smallest value with at least `fraction` of all values at or below it. */
export function nearestRank(count: number, fraction: number): number {
  // The product of a fraction such as 0.95 may stand a hair above the whole number that is meant.
  return Math.max(1, Math.ceil(count * fraction - 1e-9))
}

function valueAt(state: HistogramState, rank: number): number {
  if (rank === 1) return state.min
  if (rank === state.count) return state.max
  let seen = state.underflow
  if (seen >= rank) return clamp(state, 0.5 / unitsPerMs)
  for (let octave = 0; octave < octaves; octave += 1) {
    const counts = state.buckets[octave]
    if (counts === undefined) continue
    for (let bucket = 0; bucket < bucketsPerOctave; bucket += 1) {
      seen += counts[bucket] ?? 0
      if (seen >= rank) return clamp(state, middleOf(octave, bucket))
    }
  }
  return state.max
}

function middleOf(octave: number, bucket: number): number {
  return (2 ** octave * (1 + (bucket + 0.5) / bucketsPerOctave)) / unitsPerMs
}

function clamp(state: HistogramState, value: number): number {
  return Math.min(state.max, Math.max(state.min, value))
}
