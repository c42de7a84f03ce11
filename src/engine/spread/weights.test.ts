import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWeights, type WeightInput } from './index'

const settings = { minWeight: 0.1, maxWeight: 10, initialWeight: 1 }

/** Weights after `inputs` have stood for `forMs`, updated every `intervalMs`. */
function settled(inputs: readonly WeightInput[], forMs = 20_000, intervalMs = 100) {
  const weights = createWeights(settings)
  for (let nowMs = 0; nowMs <= forMs; nowMs += intervalMs) weights.update(inputs, nowMs)
  return weights
}

const input = fc.record({
  rttMs: fc.option(fc.double({ min: 0, max: 1e5, noNaN: true })),
  loss: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
})

describe('weights', () => {
  it('start at the initial weight and keep it without a sample', () => {
    const weights = createWeights({ ...settings, initialWeight: 2 })
    expect(weights.weight(7)).toBe(2)
    for (let nowMs = 0; nowMs < 5000; nowMs += 100) {
      weights.update(
        [
          { id: 7, rttMs: null, loss: null },
          { id: 8, rttMs: 20, loss: 0 },
        ],
        nowMs,
      )
    }
    expect(weights.weight(7)).toBeCloseTo(2, 9)
    expect(weights.weight(8)).toBeCloseTo(1, 1)
  })

  it('give a pair that is twice as slow half the weight, around 1', () => {
    const weights = settled([
      { id: 1, rttMs: 19, loss: 0 },
      { id: 2, rttMs: 39, loss: 0 },
    ])
    expect(weights.weight(1) / weights.weight(2)).toBeCloseTo(2, 3)
    expect(weights.weight(1) * weights.weight(2)).toBeCloseTo(1, 3)
  })

  it('give the lossier of two equally fast pairs less', () => {
    const weights = settled([
      { id: 1, rttMs: 20, loss: 0 },
      { id: 2, rttMs: 20, loss: 0.05 },
    ])
    expect(weights.weight(2) / weights.weight(1)).toBeCloseTo(0.95 ** 10, 3)
  })

  it('tell nothing apart by less than the measuring error of an RTT', () => {
    const weights = settled([
      { id: 1, rttMs: 0.1, loss: 0 },
      { id: 2, rttMs: 0.3, loss: 0 },
    ])
    expect(weights.weight(1) / weights.weight(2)).toBeLessThan(1.2)
  })

  it('stay in the order of the paths: not slower and not lossier means not lighter', () => {
    fc.assert(
      fc.property(fc.array(input, { minLength: 2, maxLength: 8 }), (list) => {
        const inputs = list.map(({ rttMs, loss }, id) => ({ id, rttMs: rttMs ?? 50, loss: loss ?? 0 }))
        const weights = settled(inputs)
        for (const a of inputs) {
          for (const b of inputs) {
            if (a.rttMs > b.rttMs || a.loss > b.loss) continue
            expect(weights.weight(a.id)).toBeGreaterThanOrEqual(weights.weight(b.id) * (1 - 1e-9))
          }
        }
      }),
    )
  })

  it('stay within their limits whatever is measured', () => {
    const limitsAndInputs = fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 1, max: 100, noNaN: true }),
      fc.array(fc.array(input, { maxLength: 6 }), { maxLength: 20 }),
    )
    fc.assert(
      fc.property(limitsAndInputs, ([minWeight, maxWeight, updates]) => {
        const weights = createWeights({ minWeight, maxWeight, initialWeight: 1 })
        updates.forEach((list, at) => {
          weights.update(
            list.map((one, id) => ({ id, ...one })),
            at * 700,
          )
          for (let id = 0; id < 6; id += 1) {
            expect(weights.weight(id)).toBeGreaterThanOrEqual(minWeight)
            expect(weights.weight(id)).toBeLessThanOrEqual(maxWeight)
          }
        })
      }),
    )
  })

  it('follow the same way at whatever intervals they are updated', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 60 }),
        (intervals) => {
          const inputs = [
            { id: 1, rttMs: 10, loss: 0.01 },
            { id: 2, rttMs: 80, loss: null },
          ]
          const uneven = createWeights(settings)
          let nowMs = 0
          uneven.update(inputs, nowMs)
          for (const intervalMs of intervals) uneven.update(inputs, (nowMs += intervalMs))
          const once = createWeights(settings)
          once.update(inputs, 0)
          once.update(inputs, nowMs)
          expect(uneven.weight(1)).toBeCloseTo(once.weight(1), 9)
          expect(uneven.weight(2)).toBeCloseTo(once.weight(2), 9)
        },
      ),
    )
  })

  it('follow 63 % of a change in a second, on the scale of ratios', () => {
    const inputs = [
      { id: 1, rttMs: 9, loss: 0 },
      { id: 2, rttMs: 99, loss: 0 },
    ]
    const weights = settled(inputs, 1000)
    const end = settled(inputs)
    expect(Math.log(weights.weight(1)) / Math.log(end.weight(1))).toBeCloseTo(1 - Math.exp(-1), 4)
  })

  it('keep the weight of a pair whose samples stop, and do not leap when they resume', () => {
    const both = [
      { id: 1, rttMs: 10, loss: 0 },
      { id: 2, rttMs: 90, loss: 0 },
    ]
    const weights = settled(both)
    const before = weights.weight(2)
    for (let nowMs = 20_100; nowMs <= 30_000; nowMs += 100) {
      weights.update([both[0] as WeightInput, { id: 2, rttMs: null, loss: null }], nowMs)
    }
    expect(weights.weight(2)).toBe(before)
    weights.update(
      [
        { id: 1, rttMs: 90, loss: 0 },
        { id: 2, rttMs: 10, loss: 0 },
      ],
      30_100,
    )
    expect(weights.weight(2) / before).toBeLessThan(1.5)
  })

  it('start anew for a pair that was removed', () => {
    const weights = settled([
      { id: 1, rttMs: 10, loss: 0 },
      { id: 2, rttMs: 90, loss: 0 },
    ])
    weights.remove(2)
    expect(weights.weight(2)).toBe(1)
  })
})
