/** So many samples in a row on one side, each this many times the usual deviation away, and this much, ms. */
const samplesWanted = 3
const clearFactor = 3
const leastShiftMs = 2
/** Weight of one sample in the usual deviation: RTTVAR, at a quarter, is small by chance too often. */
const usualGain = 1 / 16

/** A level and the mean deviation from it, smoothed as SRTT and RTTVAR of RFC 6298 (2.2 and 2.3), but for leaps. */
export interface Level {
  add(valueMs: number): void
  /** Null before a sample. */
  readonly levelMs: number | null
  readonly variationMs: number | null
}

/**
 * RFC 6298's smoothing takes about twenty samples to forget a level that is over, and its variation grows with the leap.
 * Here three samples in a row that lie clear of what was, on the same side, begin anew: jitter, which scatters to both
 * sides, hardly makes these.
 */
export function createLevel(): Level {
  let level: number | null = null
  let variation = 0
  /** Mean deviation of those samples that were not clear. */
  let usual = 0
  let count = 1
  /** Samples in a row that lie clear of the level before them. */
  let run: number[] = []
  let before = 0

  const isClear = (value: number, side: number): boolean =>
    side * (value - before) > Math.max(leastShiftMs, clearFactor * usual)

  const deviate = (value: number): void => {
    count += 1
    usual += (Math.abs(value - before) - usual) * Math.max(usualGain, 1 / count)
  }

  /** Whether it leaps. */
  const follow = (value: number): boolean => {
    if (run.length === 0) before = level ?? value
    const side = Math.sign((run[0] ?? value) - before)
    if (isClear(value, side)) {
      run.push(value)
      return run.length >= samplesWanted
    }
    for (const one of run.splice(0)) deviate(one)
    deviate(value)
    return false
  }

  const beginAnew = (): void => {
    level = run.reduce((sum, one) => sum + one, 0) / run.length
    const mean = level
    variation = Math.max(...run.map((one) => Math.abs(one - mean)))
    run = []
  }

  return {
    add(value) {
      if (level === null) {
        level = value
        variation = value / 2
        usual = variation
        return
      }
      const hasLeapt = follow(value)
      variation += (Math.abs(level - value) - variation) / 4
      level += (value - level) / 8
      if (hasLeapt) beginAnew()
    },
    get levelMs() {
      return level
    },
    get variationMs() {
      return level === null ? null : variation
    },
  }
}
