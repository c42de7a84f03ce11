import { expect, it } from 'vitest'
import { reasonText } from './reasons'

const weighed = { kind: 'weighed', rttMs: 41.26, lossPercent: 0.5, limit: null, limitBps: null } as const

it('says of a weighed path what it gets, and by what', () => {
  expect(reasonText(weighed, 0.416)).toBe('Gets 42 % by round trip 41.3 ms, recent loss 0.50 %.')
  expect(reasonText({ ...weighed, rttMs: null, lossPercent: null }, 0.5)).toBe(
    'Gets 50 % by round trip not known yet.',
  )
})

it('says of the fastest path how much slower the next one is', () => {
  expect(reasonText({ kind: 'fastest', delayMs: 11.7, marginMs: 11.8 }, 1)).toBe(
    'The fastest: 11.7 ms expected, the next 11.8 ms more.',
  )
  expect(reasonText({ kind: 'fastest', delayMs: 11.7, marginMs: -2 }, 1)).toBe(
    'The fastest: 11.7 ms expected, the next 2.0 ms less.',
  )
})

it('says first what holds a weighed path, and to which rate', () => {
  const held = (limit: 'capacity' | 'trial' | 'overload' | 'cap' | 'range', limitBps: number | null) =>
    reasonText({ ...weighed, lossPercent: null, limit, limitBps }, 0.2)
  expect(held('capacity', 1_330_000)).toBe(
    'Gets 20 %, held to 1.33 Mbit/s by what it carries; round trip 41.3 ms.',
  )
  expect(held('trial', 1_690_000)).toBe(
    'Gets 20 %, held to 1.69 Mbit/s for a moment, to see whether it carries more; round trip 41.3 ms.',
  )
  expect(held('cap', 5_000_000)).toBe('Gets 20 %, held to 5.00 Mbit/s by your limit; round trip 41.3 ms.')
  expect(held('range', null)).toBe('Gets 20 %, held by the range of weights; round trip 41.3 ms.')
  expect(held('overload', null)).toBe(
    'Gets 20 %, more than it carries, as all paths together carry too little; round trip 41.3 ms.',
  )
})
