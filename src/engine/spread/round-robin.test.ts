import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRoundRobin, expectedShares } from './index'

const weight = fc.oneof(
  fc.constantFrom(0.1, 1, 10),
  fc.double({ min: 0.1, max: 10, noNaN: true }),
  fc.integer({ min: 1, max: 10 }),
)

describe('round robin', () => {
  it('keeps every pair within one packet of its exact share at every moment', () => {
    fc.assert(
      fc.property(fc.array(weight, { minLength: 1, maxLength: 24 }), (weights) => {
        const robin = createRoundRobin()
        const ids = weights.map((_, at) => at * 3 + 1)
        const weightOf = (id: number): number => weights[(id - 1) / 3] as number
        const shares = expectedShares(ids, weightOf)
        const counts = new Map(ids.map((id) => [id, 0]))
        let furthest = 0
        for (let packets = 1; packets <= 400; packets += 1) {
          const id = robin.next(ids, weightOf, 1)
          counts.set(id, (counts.get(id) as number) + 1)
          for (const [other, share] of shares) {
            furthest = Math.max(furthest, Math.abs((counts.get(other) as number) - share * packets))
          }
        }
        expect(furthest).toBeLessThan(1 + 1e-6)
      }),
      { numRuns: 200 },
    )
  })

  it('keeps every pair within one packet of its exact share of bytes, however sizes vary', () => {
    const sizes = fc.array(fc.integer({ min: 40, max: 1400 }), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(fc.array(weight, { minLength: 1, maxLength: 9 }), sizes, (weights, packets) => {
        const robin = createRoundRobin()
        const ids = weights.map((_, id) => id)
        const weightOf = (id: number): number => weights[id] as number
        const shares = expectedShares(ids, weightOf)
        const given = ids.map(() => 0)
        let total = 0
        for (const bytes of packets) {
          const id = robin.next(ids, weightOf, bytes)
          given[id] = (given[id] as number) + bytes
          total += bytes
          for (const [other, share] of shares) {
            expect(Math.abs((given[other] as number) - share * total)).toBeLessThan(1400 + 1e-3)
          }
        }
      }),
      { numRuns: 100 },
    )
  })

  it('alternates equal pairs and never sends a heavy pair all of its packets in one go', () => {
    const robin = createRoundRobin()
    const equal = Array.from({ length: 6 }, () => robin.next([1, 2, 3], () => 1, 1))
    expect(equal).toEqual([1, 2, 3, 1, 2, 3])
    const uneven = createRoundRobin()
    const order = Array.from({ length: 8 }, () => uneven.next([1, 2], (id) => (id === 1 ? 3 : 1), 1))
    expect(order.filter((id) => id === 1)).toHaveLength(6)
    expect(order.join('')).not.toContain('1111')
  })

  it('stays near the shares while weights move and pairs come and go', () => {
    const change = fc.record({
      packets: fc.integer({ min: 1, max: 60 }),
      present: fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 8 }),
      weights: fc.array(weight, { minLength: 8, maxLength: 8 }),
    })
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 20 }), (changes) => {
        const robin = createRoundRobin()
        for (const { packets, present, weights } of changes) {
          const weightOf = (id: number): number => weights[id] as number
          const shares = expectedShares(present, weightOf)
          const counts = new Map<number, number>()
          for (let at = 0; at < packets; at += 1) {
            const id = robin.next(present, weightOf, 1)
            counts.set(id, (counts.get(id) ?? 0) + 1)
          }
          expect([...counts.keys()].every((id) => present.includes(id))).toBe(true)
          for (const [id, share] of shares) {
            // What a pair brings along from before a change is at most a packet, and never grows with time.
            expect(Math.abs((counts.get(id) ?? 0) - share * packets)).toBeLessThan(2.5)
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('gives a pair that comes back its share, without making up for its absence', () => {
    const robin = createRoundRobin()
    for (let at = 0; at < 1000; at += 1) robin.next([1], () => 1, 1)
    const order = Array.from({ length: 10 }, () => robin.next([1, 2], () => 1, 1))
    expect(order.filter((id) => id === 2)).toHaveLength(5)
  })

  it('serves those that stay in turn when many leave, whatever these were owed', () => {
    const robin = createRoundRobin()
    const all = Array.from({ length: 20 }, (_, id) => id)
    const served = new Set(Array.from({ length: 10 }, () => robin.next(all, () => 1, 1)))
    const stay = all.filter((id) => served.has(id))
    const weightOf = (id: number): number => (id === stay[0] ? 1.001 : 1)
    expect(new Set(Array.from({ length: 10 }, () => robin.next(stay, weightOf, 1)))).toEqual(served)
  })

  it('sends nothing over a weight of 0, unless all are', () => {
    const robin = createRoundRobin()
    const order = Array.from({ length: 50 }, () => robin.next([1, 2, 3], (id) => (id === 2 ? 0 : 1), 1))
    expect(order).not.toContain(2)
    const none = createRoundRobin()
    expect(new Set(Array.from({ length: 6 }, () => none.next([1, 2, 3], () => 0, 1)))).toEqual(
      new Set([1, 2, 3]),
    )
    const wrong = createRoundRobin()
    expect(new Set(Array.from({ length: 6 }, () => wrong.next([1, 2], () => NaN, 1)))).toEqual(
      new Set([1, 2]),
    )
  })

  it('does not choose a pair whose weight has just become 0', () => {
    const robin = createRoundRobin()
    robin.next([1, 2], () => 1, 1)
    for (let at = 0; at < 20; at += 1) expect(robin.next([1, 2], (id) => (id === 2 ? 0 : 1), 1)).toBe(1)
  })

  it('gives the same order for the same inputs', () => {
    const run = (): number[] => {
      const robin = createRoundRobin()
      return Array.from({ length: 100 }, (_, at) => robin.next([4, 9, 2], (id) => id + (at % 5), 1))
    }
    expect(run()).toEqual(run())
  })

  it('throws when there is no pair to choose', () => {
    expect(() => createRoundRobin().next([], () => 1, 1)).toThrow(RangeError)
  })
})

describe('expected shares', () => {
  it('are weight over the sum of weights', () => {
    expect(expectedShares([1, 2], (id) => (id === 1 ? 3 : 1))).toEqual(
      new Map([
        [1, 0.75],
        [2, 0.25],
      ]),
    )
  })

  it('are equal when no weight is above 0, and none without pairs', () => {
    expect([...expectedShares([1, 2], () => 0).values()]).toEqual([0.5, 0.5])
    expect(expectedShares([], () => 1).size).toBe(0)
  })
})
