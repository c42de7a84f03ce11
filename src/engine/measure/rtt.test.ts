import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRtt } from './index'

describe('rtt', () => {
  it('is null everywhere before a sample, with a time-out of 500 ms', () => {
    const rtt = createRtt()
    expect(rtt.view()).toBeNull()
    expect(rtt.smoothedMs).toBeNull()
    expect(rtt.varianceMs).toBeNull()
    expect(rtt.takeIntervalMedian()).toBeNull()
    expect(rtt.minRecentMs(0)).toBeNull()
    expect(rtt.rtoMs()).toBe(500)
  })

  it('smooths as RFC 6298 section 2 says', () => {
    const rtt = createRtt()
    rtt.add(80, 0)
    expect([rtt.smoothedMs, rtt.varianceMs, rtt.rtoMs()]).toEqual([80, 40, 240])
    rtt.add(120, 100)
    expect(rtt.varianceMs).toBe(0.75 * 40 + 0.25 * 40)
    expect(rtt.smoothedMs).toBe(0.875 * 80 + 0.125 * 120)
    expect(rtt.rtoMs()).toBe(85 + 4 * 40)
    expect(rtt.view()).toMatchObject({ n: 2, min: 80, max: 120, last: 120, smoothed: 85 })
  })

  it('keeps the time-out between 100 ms and 60 s', () => {
    const fast = createRtt()
    const slow = createRtt()
    for (let at = 0; at < 50; at += 1) {
      fast.add(1, at * 100)
      slow.add(70_000, at * 100)
    }
    expect(fast.rtoMs()).toBe(100)
    expect(slow.rtoMs()).toBe(60_000)
  })

  it('takes the median of an interval once', () => {
    const rtt = createRtt()
    for (const value of [30, 10, 20]) rtt.add(value, 0)
    expect(rtt.takeIntervalMedian()).toBe(20)
    expect(rtt.takeIntervalMedian()).toBeNull()
    for (const value of [40, 10, 20, 30]) rtt.add(value, 0)
    expect(rtt.takeIntervalMedian()).toBe(25)
  })

  it('takes the median of the latest 64 samples of an interval', () => {
    const rtt = createRtt()
    for (let at = 0; at < 100; at += 1) rtt.add(1000, 0)
    for (let at = 0; at < 64; at += 1) rtt.add(5, 0)
    expect(rtt.takeIntervalMedian()).toBe(5)
  })

  it('forgets a minimum after 10 to 11 seconds and not before', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ rttMs: fc.integer({ min: 1, max: 500 }), afterMs: fc.integer({ min: 0, max: 3000 }) }),
          {
            minLength: 1,
            maxLength: 60,
          },
        ),
        fc.integer({ min: 0, max: 15_000 }),
        (samples, laterMs) => {
          const rtt = createRtt()
          const seen: { rttMs: number; atMs: number }[] = []
          let nowMs = 0
          for (const { rttMs, afterMs } of samples) {
            nowMs += afterMs
            rtt.add(rttMs, nowMs)
            seen.push({ rttMs, atMs: nowMs })
          }
          nowMs += laterMs
          const minSince = (ageMs: number): number =>
            Math.min(...seen.filter(({ atMs }) => nowMs - atMs <= ageMs).map(({ rttMs }) => rttMs))
          const min = rtt.minRecentMs(nowMs) ?? Infinity
          expect(min).toBeLessThanOrEqual(minSince(10_000))
          expect(min).toBeGreaterThanOrEqual(minSince(11_000))
        },
      ),
    )
  })

  it('leaves out what is not a number and takes a negative sample for 0', () => {
    const rtt = createRtt()
    rtt.add(NaN, 0)
    expect(rtt.view()).toBeNull()
    rtt.add(-0.01, 0)
    expect(rtt.view()).toMatchObject({ n: 1, last: 0, smoothed: 0 })
  })
})
