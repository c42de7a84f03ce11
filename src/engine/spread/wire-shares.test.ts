import fc from 'fast-check'
import { expect, test } from 'vitest'
import { streamShares } from './index'

test('with keepalives alike on both pairs, all packets together follow the weights', () => {
  const pairs = [
    { id: 1, weight: 3, otherPackets: 20 },
    { id: 2, weight: 1, otherPackets: 20 },
  ]
  const shares = streamShares(pairs, 200)
  expect(((shares.get(1) ?? 0) * 200 + 20) / 240).toBeCloseTo(0.75)
  expect(((shares.get(2) ?? 0) * 200 + 20) / 240).toBeCloseTo(0.25)
})

test('with few stream packets their shares stay near the weights, and without any they are the weights', () => {
  const pairs = [
    { id: 1, weight: 9, otherPackets: 50 },
    { id: 2, weight: 1, otherPackets: 50 },
  ]
  expect(streamShares(pairs, 2).get(2)).toBeCloseTo(0.02)
  expect(streamShares(pairs, 0).get(1)).toBeCloseTo(0.9)
})

test('no pair is starved and none takes more than half again its share, whatever the counts', () => {
  const pair = fc.record({
    weight: fc.double({ min: 0.1, max: 10, noNaN: true }),
    otherPackets: fc.nat(1000),
  })
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1, maxLength: 20 }), fc.nat(1000), (weighted, streamPackets) => {
      const pairs = weighted.map((one, id) => ({ ...one, id }))
      const sum = pairs.reduce((total, one) => total + one.weight, 0)
      const shares = streamShares(pairs, streamPackets)
      for (const { id, weight } of pairs) {
        const part = (shares.get(id) ?? Number.NaN) / (weight / sum)
        expect(part).toBeGreaterThanOrEqual(0.2 - 1e-9)
        expect(part).toBeLessThanOrEqual(1.5 + 1e-9)
      }
    }),
  )
})
