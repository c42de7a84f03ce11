import { expect, it } from 'vitest'
import { aboveBest } from './tail'

it('what each packet took longer than its fastest link is told packet by packet, and a delay that is always there stays in it', () => {
  const deliveries = new Map([
    [0, { inMs: 0, outMs: 10 }],
    [1, { inMs: 20, outMs: 60 }],
    [2, { inMs: 40, outMs: 50 }],
    [3, { inMs: 60, outMs: 70 }],
  ])
  // The last one was lost; the slow one is its link's doing.
  const arrivals = new Map([
    [0, 13],
    [1, 63],
    [2, 54],
  ])
  expect(aboveBest(arrivals, deliveries)).toEqual([3, 3, 4])
})

it('a packet whose way is not known tells nothing', () => {
  expect(aboveBest(new Map([[5, 10]]), new Map())).toEqual([])
})
