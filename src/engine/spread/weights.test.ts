import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWeights, type WeightInput, type Weights } from './index'

const settings = { minWeight: 0.1, maxWeight: 10, initialWeight: 1 }

type Plain = Pick<WeightInput, 'id' | 'rttMs' | 'loss'>

/** Nothing is known of rates. */
function update(weights: Weights, inputs: readonly Plain[], nowMs: number): void {
  weights.update(
    inputs.map((one) => ({ ...one, rateBps: null, seenBps: null, queueMs: null, capBps: null })),
    0,
    nowMs,
  )
}

/** Weights after `inputs` have stood for `forMs`, updated every `intervalMs`. */
function settled(inputs: readonly Plain[], forMs = 20_000, intervalMs = 100) {
  const weights = createWeights(settings)
  for (let nowMs = 0; nowMs <= forMs; nowMs += intervalMs) update(weights, inputs, nowMs)
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
      update(
        weights,
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
          update(
            weights,
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
          update(uneven, inputs, nowMs)
          for (const intervalMs of intervals) update(uneven, inputs, (nowMs += intervalMs))
          const once = createWeights(settings)
          update(once, inputs, 0)
          update(once, inputs, nowMs)
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
      update(weights, [both[0] as Plain, { id: 2, rttMs: null, loss: null }], nowMs)
    }
    expect(weights.weight(2)).toBe(before)
    update(
      weights,
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

describe('weights under load', () => {
  const path = (id: number, more: Partial<WeightInput> = {}): WeightInput => ({
    id,
    rttMs: 40,
    loss: 0,
    rateBps: null,
    seenBps: null,
    queueMs: null,
    capBps: null,
    ...more,
  })

  function shares(inputs: readonly WeightInput[], demandBps: number, forMs = 5000): number[] {
    const weights = createWeights(settings)
    for (let nowMs = 0; nowMs <= forMs; nowMs += 100) weights.update(inputs, demandBps, nowMs)
    const all = inputs.map(({ id }) => weights.weight(id))
    const sum = all.reduce((total, weight) => total + weight, 0)
    return all.map((weight) => weight / sum)
  }

  it('leave a pair what it can carry and give the rest to the other', () => {
    const [slow] = shares([path(1, { rateBps: 5e6 }), path(2, { rateBps: 20e6 })], 22e6)
    expect(22 * (slow as number)).toBeLessThan(4.6)
    expect(22 * (slow as number)).toBeGreaterThan(4.3)
  })

  it('go by RTT and loss alone while there is room', () => {
    expect(shares([path(1, { rateBps: 5e6 }), path(2, { rateBps: 20e6 })], 1e6)[0]).toBeCloseTo(0.5, 6)
  })

  it('follow the rates where all pairs together are too slow', () => {
    expect(shares([path(1, { rateBps: 5e6, rttMs: 5 }), path(2, { rateBps: 20e6 })], 90e6)[0]).toBeCloseTo(
      0.2,
      3,
    )
  })

  it('take from a pair on which a queue stands', () => {
    const [queued] = shares([path(1, { rateBps: 10e6, queueMs: 60 }), path(2, { rateBps: 20e6 })], 16e6)
    expect(16 * (queued as number)).toBeCloseTo(4.5, 1)
  })

  it('keep to the limit that the user set, and say what holds them', () => {
    const inputs = [path(1, { capBps: 1e6 }), path(2, { rateBps: 20e6 })]
    expect(10 * (shares(inputs, 10e6)[0] as number)).toBeCloseTo(1, 3)
    const weights = createWeights(settings)
    for (let nowMs = 0; nowMs < 2000; nowMs += 100) weights.update(inputs, 10e6, nowMs)
    expect([weights.hold(1), weights.hold(2)]).toEqual([{ by: 'cap', bps: 1e6 }, null])
    weights.update([path(1, { rateBps: 1e6, queueMs: 60 }), path(2)], 10e6, 2000)
    expect([weights.hold(1), weights.hold(2)]).toEqual([{ by: 'queue', bps: 450_000 }, null])
  })

  it('tell what a pair carries from what it is given for a trial, and from too little of all', () => {
    const hold = (one: Partial<WeightInput>, other: Partial<WeightInput> = {}) => {
      const weights = createWeights(settings)
      for (const nowMs of [0, 100]) weights.update([path(1, one), path(2, other)], 10e6, nowMs)
      return weights.hold(1)
    }
    expect(hold({ rateBps: 2e6, seenBps: 2e6 })).toEqual({ by: 'capacity', bps: 1.8e6 })
    expect(hold({ rateBps: 2.5e6, seenBps: 2e6 })).toEqual({ by: 'trial', bps: 2.25e6 })
    expect(hold({ rateBps: 2e6 }, { rateBps: 4e6 })).toEqual({ by: 'overload', bps: null })
    expect(hold({ rateBps: 20e6, seenBps: 20e6 })).toBeNull()
  })

  it('begin with what a new pair is known to carry, and with the initial weight where that is less', () => {
    const weights = createWeights(settings)
    for (let nowMs = 0; nowMs <= 3000; nowMs += 100) weights.update([path(1)], 8e6, nowMs)
    const share = (id: number) => weights.weight(id) / (weights.weight(1) + weights.weight(id))
    weights.update([path(1), path(2, { rateBps: 1e6 })], 8e6, 3100)
    expect(8 * share(2)).toBeCloseTo(0.9, 3)
    weights.update([path(1), path(2), path(3, { rateBps: 50e6 })], 8e6, 3100)
    expect(weights.weight(3)).toBe(1)
  })

  it('have moved by nine tenths within 300 ms when a rate falls', () => {
    const weights = createWeights(settings)
    const before = [path(1, { rateBps: 20e6 }), path(2, { rateBps: 20e6 })]
    for (let nowMs = 0; nowMs < 5000; nowMs += 100) weights.update(before, 20e6, nowMs)
    const after = [path(1, { rateBps: 5e6 }), path(2, { rateBps: 20e6 })]
    for (let nowMs = 5000; nowMs < 5300; nowMs += 100) weights.update(after, 20e6, nowMs)
    const share = weights.weight(1) / (weights.weight(1) + weights.weight(2))
    expect(share).toBeLessThan(0.225 + 0.1 * (0.5 - 0.225))
  })
})
