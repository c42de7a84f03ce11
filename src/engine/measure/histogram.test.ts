import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHistogram } from './index'

const values = fc.array(fc.double({ min: 0, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 400 })

function histogramOf(list: readonly number[]) {
  const histogram = createHistogram()
  for (const value of list) histogram.add(value)
  return histogram
}

/** Nearest rank on the sorted list itself. */
function exactPercentile(list: readonly number[], percent: number): number {
  const sorted = [...list].sort((a, b) => a - b)
  return sorted[Math.max(1, Math.ceil((list.length * percent) / 100)) - 1] as number
}

function expectWithinOnePercent(actual: number, exact: number): void {
  expect(Math.abs(actual - exact)).toBeLessThanOrEqual(0.01 * exact + 0.0005)
}

describe('histogram', () => {
  it('knows nothing before the first value', () => {
    expect(createHistogram().distribution()).toBeNull()
    expect(createHistogram().valueAtRank(1)).toBeNull()
  })

  it('tells count, minimum and maximum exactly and percentiles within 1 %', () => {
    fc.assert(
      fc.property(values, (list) => {
        const distribution = histogramOf(list).distribution()
        expect(distribution?.n).toBe(list.length)
        expect(distribution?.min).toBe(Math.min(...list))
        expect(distribution?.max).toBe(Math.max(...list))
        expectWithinOnePercent(distribution?.p50 ?? NaN, exactPercentile(list, 50))
        expectWithinOnePercent(distribution?.p95 ?? NaN, exactPercentile(list, 95))
        expectWithinOnePercent(distribution?.p99 ?? NaN, exactPercentile(list, 99))
      }),
    )
  })

  it('tells the 99.9th percentile from 1000 values on, where it is more than the largest', () => {
    const list = Array.from({ length: 1999 }, (_, at) => ((at * 7919) % 1999) + 1)
    expect(histogramOf(list.slice(0, 999)).distribution()?.p999).toBeNull()
    expectWithinOnePercent(
      histogramOf(list.slice(0, 1000)).distribution()?.p999 ?? NaN,
      exactPercentile(list.slice(0, 1000), 99.9),
    )
    expectWithinOnePercent(histogramOf(list).distribution()?.p999 ?? NaN, 1998)
  })

  it('keeps every rank within 1 %, so that two histograms can be joined by rank', () => {
    fc.assert(
      fc.property(values, (list) => {
        const histogram = histogramOf(list)
        const sorted = [...list].sort((a, b) => a - b)
        sorted.forEach((value, at) => expectWithinOnePercent(histogram.valueAtRank(at + 1) ?? NaN, value))
        expect(histogram.valueAtRank(0)).toBeNull()
        expect(histogram.valueAtRank(list.length + 1)).toBeNull()
      }),
      { numRuns: 30 },
    )
  })

  it('puts powers of two in their own octave', () => {
    for (let power = -10; power <= 26; power += 1) {
      const value = 2 ** power
      const histogram = histogramOf([value / 4, value, value, value, value * 4])
      expectWithinOnePercent(histogram.distribution()?.p50 ?? NaN, value)
    }
  })

  it('gives a lone value back as it is', () => {
    expect(histogramOf([12.345]).distribution()).toEqual({
      n: 1,
      min: 12.345,
      p50: 12.345,
      p95: 12.345,
      p99: 12.345,
      p999: null,
      max: 12.345,
    })
  })

  it('takes what lies below 0 for 0 and leaves out what is not a number', () => {
    const histogram = histogramOf([-0.2, NaN, Infinity, -Infinity])
    expect(histogram.distribution()).toMatchObject({ n: 1, min: 0, max: 0 })
  })

  it('counts what is beyond its range, with the maximum exact', () => {
    const distribution = histogramOf([1, 1e300, 5e20, 2e300]).distribution()
    expect(distribution).toMatchObject({ n: 4, min: 1, max: 2e300 })
  })

  it('answers again after more values, not from memory', () => {
    const histogram = histogramOf([1])
    expect(histogram.distribution()?.max).toBe(1)
    histogram.add(9)
    expect(histogram.distribution()).toMatchObject({ n: 2, max: 9 })
  })
})
