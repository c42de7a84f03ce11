import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDelaySpread } from './index'

function spreadOf(delays: readonly number[]) {
  const spread = createDelaySpread()
  for (const delay of delays) spread.add(delay)
  return spread
}

function exactPercentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(1, Math.ceil((sorted.length * percent) / 100)) - 1] as number
}

describe('delay spread', () => {
  it('knows nothing before the first delay', () => {
    expect(createDelaySpread().distribution()).toBeNull()
  })

  it('does not depend on how far apart the two clocks are', () => {
    const delays = Array.from({ length: 500 }, (_, at) => 20 + ((at * 7919) % 100) / 4)
    const near = spreadOf(delays).distribution()
    const far = spreadOf(delays.map((delay) => delay - 1e9)).distribution()
    for (const key of ['n', 'min', 'p50', 'p95', 'p99', 'max'] as const) {
      expect(far?.[key]).toBeCloseTo(near?.[key] ?? NaN, 3)
    }
  })

  it('tells the 99.9th percentile from 1000 delays on', () => {
    const delays = Array.from({ length: 2000 }, (_, at) => 5 + ((at * 7919) % 2000))
    expect(spreadOf(delays.slice(0, 999)).distribution()?.p999).toBeNull()
    expect(Math.abs((spreadOf(delays).distribution()?.p999 ?? NaN) - 1997)).toBeLessThan(20)
  })

  it('measures against a smallest delay that comes last', () => {
    const spread = spreadOf([...Array.from({ length: 200 }, () => 50), 10])
    expect(spread.distribution()).toMatchObject({ n: 201, min: 0, p50: 40, max: 40 })
  })

  it('is exact for up to 64 delays and then right to 1 % of the distance from its base', () => {
    const delays = fc.array(fc.double({ min: -1e5, max: 1e5, noNaN: true }), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(delays, (list) => {
        const distribution = spreadOf(list).distribution()
        const min = Math.min(...list)
        const base = Math.min(...list.slice(0, 64))
        const sorted = list.map((delay) => delay - min).sort((a, b) => a - b)
        expect(distribution).toMatchObject({ n: list.length, min: 0, max: Math.max(...list) - min })
        for (const percent of [50, 95, 99] as const) {
          const exact = exactPercentile(sorted, percent)
          const allowed = list.length <= 64 ? 1e-9 : 0.01 * Math.abs(exact - (base - min)) + 0.001
          expect(Math.abs((distribution?.[`p${percent}`] ?? NaN) - exact)).toBeLessThanOrEqual(allowed)
        }
      }),
    )
  })

  it('follows delays that only fall, as when the clocks drift', () => {
    const falling = Array.from({ length: 1000 }, (_, at) => 5000 - at)
    const distribution = spreadOf(falling).distribution()
    expect(Math.abs((distribution?.p50 ?? NaN) - 499)).toBeLessThan(5)
    expect(Math.abs((distribution?.p99 ?? NaN) - 989)).toBeLessThan(1)
    const mostlyFalling = [
      ...Array.from({ length: 64 }, () => 5000),
      ...falling.slice(0, 900).map((delay) => delay - 1),
    ]
    expect(Math.abs((spreadOf(mostlyFalling).distribution()?.p95 ?? NaN) - 899)).toBeLessThan(5)
  })

  it('leaves out what is not a number', () => {
    expect(spreadOf([NaN, Infinity]).distribution()).toBeNull()
  })
})
