import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../testing'
import { createReordering } from './index'

describe('reordering', () => {
  it('is that of RFC 4737 for any order', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(
          Array.from({ length: 80 }, (_, at) => at),
          { minLength: 1 },
        ),
        (order) => {
          const reordering = createReordering()
          const extents = order.map((sequence) => reordering.note(sequence))
          const naive = order.map((sequence, at) => {
            const first = order.slice(0, at).findIndex((before) => before > sequence)
            return first < 0 ? 0 : at - first
          })
          expect(extents).toEqual(naive)
          expect(reordering.arrived).toBe(order.length)
          expect(reordering.reordered).toBe(naive.filter((extent) => extent > 0).length)
          expect(reordering.extentMax).toBe(Math.max(...naive))
        },
      ),
    )
  })

  it('stays exact when its memory has come round several times', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(2, 40, 300), (seed, spread) => {
        const random = seededRandom(seed)
        const order = Array.from({ length: 4000 }, (_, sequence) => ({
          sequence,
          at: sequence + spread * random(),
        })).sort((a, b) => a.at - b.at)
        const reordering = createReordering()
        const wrong = order.filter(({ sequence }, at) => {
          const from = Math.max(0, at - 2 * spread)
          const first = order.slice(from, at).findIndex((before) => before.sequence > sequence)
          return reordering.note(sequence) !== (first < 0 ? 0 : at - from - first)
        })
        expect(wrong).toEqual([])
      }),
      { numRuns: 12 },
    )
  })

  it('gives at least the extent that it remembers when more than that came in between', () => {
    const reordering = createReordering()
    for (let sequence = 1; sequence <= 5000; sequence += 1) reordering.note(sequence)
    expect(reordering.note(0)).toBe(1024)
  })
})
