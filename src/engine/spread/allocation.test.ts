import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allocate } from './allocation'

const claim = fc.record({
  quality: fc.double({ min: 0.001, max: 10, noNaN: true }),
  ceilingBps: fc.oneof(
    fc.constant(Infinity),
    fc.integer({ min: 0, max: 100 }).map((mbit) => mbit * 1e6),
  ),
})

describe('allocation', () => {
  it('gives out all of the rate, exceeds no ceiling that can be kept, and orders the open ones by quality', () => {
    fc.assert(
      fc.property(
        fc.array(claim, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 0, max: 300_000_000 }),
        (claims, demandBps) => {
          const parts = allocate(claims, demandBps)
          expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 6)
          expect(parts.every((part) => part >= 0)).toBe(true)
          const room = claims.reduce((sum, { ceilingBps }) => sum + ceilingBps, 0)
          if (room < demandBps) return
          claims.forEach(({ ceilingBps }, at) => {
            expect((parts[at] as number) * demandBps).toBeLessThanOrEqual(ceilingBps + 1)
          })
          const open = claims
            .map(({ quality, ceilingBps }, at) => ({ quality, ceilingBps, part: parts[at] as number }))
            .filter(({ part, ceilingBps }) => part * demandBps < ceilingBps - 1)
          for (const a of open) {
            for (const b of open) expect(a.part * b.quality).toBeCloseTo(b.part * a.quality, 6)
          }
        },
      ),
    )
  })

  it('exceeds all ceilings alike when they are too low', () => {
    const parts = allocate(
      [
        { quality: 1, ceilingBps: 5e6 },
        { quality: 9, ceilingBps: 15e6 },
      ],
      80e6,
    )
    expect(parts).toEqual([0.25, 0.75])
  })
})
