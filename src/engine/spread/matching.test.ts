import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maximumMatching } from './matching'

/** Most assignments, then least cost, by trying all. */
function tryAll(costs: readonly (readonly number[])[]): { size: number; cost: number } {
  const better = (a: { size: number; cost: number }, b: { size: number; cost: number }) =>
    a.size > b.size || (a.size === b.size && a.cost < b.cost) ? a : b
  const from = (row: number, used: ReadonlySet<number>): { size: number; cost: number } => {
    if (row === costs.length) return { size: 0, cost: 0 }
    let best = from(row + 1, used)
    ;(costs[row] as readonly number[]).forEach((cost, column) => {
      if (cost === Infinity || used.has(column)) return
      const rest = from(row + 1, new Set([...used, column]))
      best = better({ size: rest.size + 1, cost: rest.cost + cost }, best)
    })
    return best
  }
  return from(0, new Set())
}

const cost = fc.oneof(fc.constant(Infinity), fc.nat(20), fc.nat(2 ** 30))
const matrices = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
  .chain(([rows, columns]) =>
    fc.array(fc.array(cost, { minLength: columns, maxLength: columns }), {
      minLength: rows,
      maxLength: rows,
    }),
  )

describe('matching', () => {
  it('finds what trying all finds', () => {
    fc.assert(
      fc.property(matrices, (costs) => {
        const pairs = maximumMatching(costs)
        expect(new Set(pairs.map(([row]) => row)).size).toBe(pairs.length)
        expect(new Set(pairs.map(([, column]) => column)).size).toBe(pairs.length)
        const total = pairs.reduce((sum, [row, column]) => sum + (costs[row]?.[column] as number), 0)
        expect({ size: pairs.length, cost: total }).toEqual(tryAll(costs))
      }),
      { numRuns: 500 },
    )
  })

  it('finds nothing where nothing may be joined', () => {
    expect(maximumMatching([])).toEqual([])
    expect(maximumMatching([[]])).toEqual([])
    expect(maximumMatching([[Infinity], [Infinity]])).toEqual([])
  })
})
