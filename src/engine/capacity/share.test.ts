import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createShareMeter } from './share'

/** Rate of a full bottleneck of 20 Mbit/s for a window beside others' windows. */
const rateBps = (windowBytes: number, othersBytes: number): number =>
  (20e6 * windowBytes) / (windowBytes + othersBytes)

describe('share of a bottleneck', () => {
  it('is told exactly where the windows of others stay as they are', () => {
    const growths = fc.oneof(fc.double({ min: 0.1, max: 0.7 }), fc.double({ min: 1.4, max: 10 }))
    fc.assert(
      fc.property(
        fc.double({ min: 5000, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        growths,
        (windowBytes, othersBytes, growth) => {
          fc.pre(Number.isFinite(growth))
          const meter = createShareMeter()
          meter.begin(windowBytes, rateBps(windowBytes, othersBytes))
          const changed = windowBytes * growth
          expect(meter.shareNow(changed, rateBps(changed, othersBytes))).toBeCloseTo(
            changed / (changed + othersBytes),
            6,
          )
        },
      ),
    )
  })

  it('is not known while the window is much as it was, or nothing arrives', () => {
    const meter = createShareMeter()
    meter.begin(100_000, 10e6)
    expect(meter.shareNow(120_000, 11e6)).toBeNull()
    expect(meter.shareNow(90_000, 9e6)).toBeNull()
    expect(meter.shareNow(200_000, 0)).toBeNull()
  })

  it('stays between nothing and all, whatever the rate does', () => {
    const meter = createShareMeter()
    meter.begin(100_000, 10e6)
    expect(meter.shareNow(200_000, 30e6)).toBeCloseTo(0)
    expect(meter.shareNow(200_000, 5e6)).toBe(1)
    expect(meter.shareNow(50_000, 11e6)).toBe(1)
    expect(meter.shareNow(50_000, 1e6)).toBeCloseTo(0)
  })
})
