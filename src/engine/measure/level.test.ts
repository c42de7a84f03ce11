import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../testing'
import { createLevel } from './level'
import { createRtt } from './rtt'

describe('the level of round trips', () => {
  it.each([
    [60, 160],
    [160, 60],
  ])('is the new one after three samples when it leaps from %i to %i ms', (from, to) => {
    const level = createLevel()
    const random = seededRandom(1)
    for (let at = 0; at < 100; at += 1) level.add(from + 2 * random())
    for (let at = 0; at < 3; at += 1) level.add(to + 2 * random())
    expect(Math.abs((level.levelMs as number) - to - 1)).toBeLessThan(1)
    expect(level.variationMs).toBeLessThan(2)
  })

  it('does not leap for two late samples', () => {
    const level = createLevel()
    for (let at = 0; at < 100; at += 1) level.add(50)
    for (const value of [150, 150, 50, 150]) level.add(value)
    expect(level.levelMs).toBeLessThan(90)
  })

  it('is SRTT and RTTVAR while samples scatter to both sides', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 4, maxLength: 60 }), (extra) => {
        const level = createLevel()
        const rtt = createRtt()
        // Each on the other side of 55 than the one before it.
        extra.forEach((more, at) => {
          const value = at % 2 === 0 ? 60 + more : 50 - more
          level.add(value)
          rtt.add(value, at)
        })
        expect(level.levelMs).toBeCloseTo(rtt.smoothedMs as number, 9)
        expect(level.variationMs).toBeCloseTo(rtt.varianceMs as number, 9)
      }),
    )
  })

  it('leaps at random less than once in a thousand samples of exponential jitter', () => {
    const level = createLevel()
    const random = seededRandom(7)
    let leaps = 0
    for (let at = 0; at < 20_000; at += 1) {
      const before = level.levelMs ?? 40
      level.add(40 - 5 * Math.log(1 - random()))
      if (Math.abs((level.levelMs as number) - before) > 6) leaps += 1
    }
    expect(leaps).toBeLessThan(20)
  })
})
