import { describe, expect, it } from 'vitest'
import type { BulkHold, ModeReason } from '../../engine'
import { reasonText, switchWords } from './reasons'

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
    'Fastest until now: 11.7 ms expected, the next 2.0 ms less.',
  )
})

it('says of a path that is not preferred whether it is slower, or faster by too little', () => {
  expect(reasonText({ kind: 'slower', delayMs: 20, byMs: 3 }, 0)).toBe(
    'Slower: 20.0 ms expected, 3.0 ms more.',
  )
  expect(reasonText({ kind: 'slower', delayMs: 20, byMs: -1 }, 0)).toBe(
    'Faster now: 20.0 ms expected, 1.0 ms less, but by too little or for too short a time.',
  )
  expect(reasonText({ kind: 'risk-copies', delayMs: 20, byMs: -1 }, 0)).toBe(
    'Faster now: 20.0 ms expected; gets copies of what is at risk.',
  )
})

it('does not say of a path that is not the first in the order that those before it do not work', () => {
  expect(reasonText({ kind: 'active', place: 2 }, 1)).toBe(
    'Number 2 in the order, and the first of those that can be relied on now.',
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

describe('of a path that bulk goes over', () => {
  const bulk = (
    hold: BulkHold,
    mode: ModeReason | null = null,
    bulkBps = 18_404_000,
    share = 0.798,
  ): string => reasonText({ kind: 'bulk', bulkBps, hold, mode, othersShare: 0.5 }, share)

  it.each([
    ['window', 'takes what it has room for, 18.40 Mbit/s now; its window is full.'],
    ['cap', 'takes what it has room for, 18.40 Mbit/s now, held by your limit.'],
    ['queue', 'takes what it has room for, 18.40 Mbit/s now, less as a queue stands.'],
    ['competing', 'takes what it has room for, 18.40 Mbit/s now, beside others that keep a queue.'],
    ['limit', 'takes what it has room for, 18.40 Mbit/s now, the most that one path gets.'],
    ['startup', 'takes more and more, to see what it carries, 18.40 Mbit/s now.'],
    ['suspect', 'waits until it answers again.'],
  ] as const)('it is said by weight what bulk takes, and what keeps it from more (%s)', (hold, said) => {
    expect(bulk(hold)).toBe(`Gets 80 %: bulk ${said}`)
  })

  it('the weight stands beside it, as that of other streams', () => {
    expect(bulk('window', weighed)).toBe(
      'Gets 80 %: bulk takes what it has room for, 18.40 Mbit/s now; its window is full. ' +
        'Of other streams 50 % by round trip 41.3 ms, recent loss 0.50 %.',
    )
    expect(bulk('window', { ...weighed, limit: 'capacity', limitBps: 4_500_000 })).toMatch(
      /Of other streams 50 %, held to 4\.50 Mbit\/s by what it carries; round trip 41\.3 ms, recent loss 0\.50 %\.$/,
    )
  })

  it('it follows what another mode says of the path', () => {
    expect(bulk('slowest', { kind: 'copies', capBps: null }, 4_980_000, 0.5)).toBe(
      'Gets a copy of every packet. Bulk waits for the slowest path, 4.98 Mbit/s now, with room for more.',
    )
    expect(bulk('cap', { kind: 'copies', capBps: 2e6 }, 1_980_000, 0.5)).toBe(
      'Gets a copy of every packet that your limit of 2.00 Mbit/s has room for. ' +
        'Bulk takes what it has room for, 1.98 Mbit/s now, held by your limit.',
    )
    expect(bulk('window', { kind: 'active', place: 1 })).toBe(
      'Number 1 in the order, and the first of those that work. ' +
        'Bulk takes what it has room for, 18.40 Mbit/s now; its window is full.',
    )
    expect(bulk('suspect', { kind: 'selected' })).toBe(
      'The one that a stock WebRTC peer would use. Bulk waits until it answers again.',
    )
    expect(bulk('window', { kind: 'spill', delayMs: 27.2, byMs: 2.9 }, 4_980_000)).toBe(
      'Takes what the fastest has no room for: 27.2 ms expected. ' +
        'Bulk takes what it has room for, 4.98 Mbit/s now; its window is full.',
    )
  })
})

it('does not say that a path went down which may only have left the set that carries', () => {
  expect(switchWords.down).toBe('the one before went down, or is not in use any more')
})
