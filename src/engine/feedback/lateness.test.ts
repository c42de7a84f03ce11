import { describe, expect, it } from 'vitest'
import { createLateness } from './lateness'

/** Reports at these times. */
function heard(times: Iterable<number>) {
  const lateness = createLateness()
  for (const nowMs of times) lateness.heard(nowMs)
  return lateness
}

function* each(intervalMs: number, count: number, jitterMs = 0): Generator<number> {
  for (let i = 0; i < count; i += 1) yield i * intervalMs + (i % 2) * jitterMs
}

describe('lateness', () => {
  it('holds no report for late before one came', () => {
    expect(heard([]).fromMs).toBe(Infinity)
  })

  it('holds a regular report for late soon after its time, and later where reports vary', () => {
    const regular = heard(each(12, 200)).fromMs - 199 * 12
    expect(regular).toBeGreaterThan(12 + 9)
    expect(regular).toBeLessThan(12 + 12)
    expect(heard(each(12, 200, 6)).fromMs - (199 * 12 + 6)).toBeGreaterThan(regular + 10)
  })

  it('learns nothing from a pause in which there was nothing to report', () => {
    const before = [...each(12, 200)]
    const after = before.map((ms) => ms + 60_000)
    expect(heard([...before, ...after]).fromMs).toBeCloseTo(heard(before).fromMs + 60_000, 0)
  })
})
