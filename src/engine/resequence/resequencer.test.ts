import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distributionProblem } from '../testing'
import { createResequencer, type Resequencer, type ResequencerStats } from './index'

function drain<T>(resequencer: Resequencer<T>, nowMs: number): T[] {
  const items: T[] = []
  for (let item = resequencer.poll(nowMs); item !== undefined; item = resequencer.poll(nowMs))
    items.push(item)
  return items
}

describe('resequencer', () => {
  it('hands on in order without waiting', () => {
    const resequencer = createResequencer<string>({ maxHeld: 8, expectFirst: 1 })
    resequencer.push(1, 'a', 0, 50)
    resequencer.push(2, 'b', 0, 50)
    expect(drain(resequencer, 0)).toEqual(['a', 'b'])
    expect(resequencer.nextDeadline()).toBeUndefined()
    expect(resequencer.stats).toMatchObject({ held: 0, holdMs: null, reordered: 0, gapsExpired: 0 })
  })

  it('holds what overtook until its predecessor comes', () => {
    const resequencer = createResequencer<string>({ maxHeld: 8, expectFirst: 1 })
    resequencer.push(2, 'b', 0, 50)
    resequencer.push(3, 'c', 10, 50)
    expect(drain(resequencer, 10)).toEqual([])
    expect(resequencer.nextDeadline()).toBe(50)
    resequencer.push(1, 'a', 30, 50)
    expect(drain(resequencer, 30)).toEqual(['a', 'b', 'c'])
    expect(resequencer.nextDeadline()).toBeUndefined()
    expect(resequencer.stats).toMatchObject({ held: 2, reordered: 1, reorderingExtentMax: 2, gapsExpired: 0 })
    expect(resequencer.stats.holdMs).toMatchObject({ n: 2, min: 20, max: 30 })
    expect(resequencer.heldMax).toBe(2)
  })

  it('gives a gap up at the deadline and hands on a late record at once', () => {
    const resequencer = createResequencer<string>({ maxHeld: 8, expectFirst: 1 })
    resequencer.push(2, 'b', 0, 50)
    expect(drain(resequencer, 49.9)).toEqual([])
    expect(drain(resequencer, 50)).toEqual(['b'])
    resequencer.push(1, 'a', 60, 50)
    expect(drain(resequencer, 60)).toEqual(['a'])
    resequencer.push(3, 'c', 61, 50)
    expect(drain(resequencer, 61)).toEqual(['c'])
    expect(resequencer.stats).toMatchObject({ gapsExpired: 1, overflows: 0 })
  })

  it('waits at an unknown start, in case the first record was overtaken', () => {
    const resequencer = createResequencer<number>({ maxHeld: 8 })
    resequencer.push(5, 5, 0, 50)
    expect(drain(resequencer, 0)).toEqual([])
    resequencer.push(4, 4, 20, 50)
    expect(drain(resequencer, 50)).toEqual([4, 5])
    resequencer.push(6, 6, 55, 50)
    expect(drain(resequencer, 55)).toEqual([6])
    expect(resequencer.stats.gapsExpired).toBe(0)
  })

  it('hands on at once with a hold of 0, and what waits before it too', () => {
    const resequencer = createResequencer<number>({ maxHeld: 8, expectFirst: 0 })
    resequencer.push(2, 2, 0, 100)
    resequencer.push(5, 5, 10, 0)
    expect(drain(resequencer, 10)).toEqual([2, 5])
    expect(resequencer.stats).toMatchObject({ held: 1, gapsExpired: 2 })
  })

  it('obeys a shorter hold of a later record', () => {
    const resequencer = createResequencer<number>({ maxHeld: 8, expectFirst: 0 })
    resequencer.push(1, 1, 0, 100)
    resequencer.push(3, 3, 0, 20)
    expect(resequencer.nextDeadline()).toBe(20)
    expect(drain(resequencer, 20)).toEqual([1, 3])
  })

  it('gives up each gap at its own deadline, not at that of an earlier one', () => {
    const resequencer = createResequencer<number>({ maxHeld: 8, expectFirst: 1 })
    resequencer.push(2, 2, 0, 50)
    resequencer.push(4, 4, 0.5, 50)
    expect(drain(resequencer, 50)).toEqual([2])
    expect(resequencer.nextDeadline()).toBe(50.5)
    expect(drain(resequencer, 50.5)).toEqual([4])
    expect(resequencer.stats.gapsExpired).toBe(2)
  })

  it('never counts as held what may not wait', () => {
    const resequencer = createResequencer<number>({ maxHeld: 1, expectFirst: 1 })
    for (const sequence of [3, 7, 5]) resequencer.push(sequence, sequence, 0, 0)
    expect(drain(resequencer, 0)).toEqual([3, 7, 5])
    expect(resequencer.heldMax).toBe(0)
    expect(resequencer.stats).toMatchObject({ held: 0, overflows: 0 })
  })

  it('gives up the oldest gap when it holds as many as it may', () => {
    const resequencer = createResequencer<number>({ maxHeld: 3, expectFirst: 0 })
    for (const sequence of [2, 4, 6]) resequencer.push(sequence, sequence, 0, 1000)
    expect(drain(resequencer, 0)).toEqual([])
    resequencer.push(8, 8, 1, 1000)
    expect(drain(resequencer, 1)).toEqual([2])
    expect(resequencer.heldMax).toBe(3)
    expect(resequencer.stats).toMatchObject({ gapsExpired: 1, overflows: 1 })
  })

  it('loses nothing should a number come twice', () => {
    const resequencer = createResequencer<string>({ maxHeld: 8, expectFirst: 0 })
    resequencer.push(1, 'b', 0, 50)
    resequencer.push(1, 'again', 0, 50)
    resequencer.push(0, 'a', 10, 50)
    expect([...drain(resequencer, 10), ...drain(resequencer, 50)]).toEqual(['a', 'b', 'again'])
  })
})

interface Arrival {
  readonly sequence: number
  readonly atMs: number
  readonly holdMs: number
  /** With it comes the word that nothing may wait longer than this; undefined: none comes. */
  readonly hurryMs: number | undefined
}

/** Packets leave each ms over paths of unequal delay, some are lost; arrivals in order of time. */
const arrivals = fc
  .array(
    fc.record({
      delayMs: fc.oneof(fc.constantFrom(5, 20, 80), fc.integer({ min: 0, max: 150 })),
      holdMs: fc.oneof(fc.constant(90), fc.integer({ min: 0, max: 200 })),
      hurryMs: fc.option(fc.integer({ min: 0, max: 80 }), { nil: undefined, freq: 8 }),
      isLost: fc.integer({ min: 0, max: 9 }).map((digit) => digit === 0),
    }),
    { minLength: 1, maxLength: 120 },
  )
  .map((packets): Arrival[] =>
    packets
      .map(({ delayMs, ...packet }, sequence) => ({ ...packet, sequence, atMs: sequence + delayMs }))
      .filter(({ isLost }) => !isLost)
      .sort((a, b) => a.atMs - b.atMs),
  )

interface Options {
  readonly maxHeld: number
  readonly expectFirst?: number
}

/** What came out and when, in order, and what is told of it. */
interface Story {
  readonly out: readonly { readonly sequence: number; readonly atMs: number }[]
  readonly stats: Omit<ResequencerStats, 'holdMs'>
  readonly holds: readonly number[]
  readonly heldMax: number
}

/** Plays arrivals and every deadline between them. */
function play(list: readonly Arrival[], options: Options): Story {
  const resequencer = createResequencer<Arrival>(options)
  const out: { readonly sequence: number; readonly atMs: number; readonly holdMs: number }[] = []
  const collect = (nowMs: number): void => {
    for (const { sequence, atMs } of drain(resequencer, nowMs))
      out.push({ sequence, atMs: nowMs, holdMs: nowMs - atMs })
  }
  const runDeadlines = (untilMs: number): void => {
    for (
      let at = resequencer.nextDeadline();
      at !== undefined && at <= untilMs;
      at = resequencer.nextDeadline()
    ) {
      expect(resequencer.dueBy(at - 1)).toBeUndefined()
      expect(resequencer.dueBy(at)).toBe(at)
      const before = out.length
      collect(at)
      if (out.length === before) throw new Error(`nothing comes at the deadline of ${at} ms`)
    }
  }
  for (const arrival of list) {
    runDeadlines(arrival.atMs)
    resequencer.push(arrival.sequence, arrival, arrival.atMs, arrival.holdMs)
    if (arrival.hurryMs !== undefined) resequencer.hurry(arrival.atMs, arrival.hurryMs)
    collect(arrival.atMs)
    expect(resequencer.heldCount).toBeLessThanOrEqual(options.maxHeld)
  }
  runDeadlines(Infinity)
  expect(resequencer.heldCount).toBe(0)
  const { holdMs, ...stats } = resequencer.stats
  const holds = out.map((one) => one.holdMs).filter((one) => one > 0)
  expect(distributionProblem(holdMs, holds)).toBeUndefined()
  return {
    out: out.map(({ sequence, atMs }) => ({ sequence, atMs })),
    stats,
    holds,
    heldMax: resequencer.heldMax,
  }
}

/**
 * The definition, millisecond by millisecond and without cleverness: a record goes when all before it have come or gone,
 * when it or a later one that has come is at its deadline, or with the oldest gap when more wait than may.
 */
function naivePlay(list: readonly Arrival[], { maxHeld, expectFirst }: Options): Story {
  let waiting: { readonly sequence: number; readonly atMs: number; dueMs: number }[] = []
  let next = expectFirst
  let [gapsExpired, overflows, heldMax] = [0, 0, 0]
  const out: { readonly sequence: number; readonly atMs: number }[] = []
  const holds: number[] = []
  const lowest = () => [...waiting].sort((a, b) => a.sequence - b.sequence)[0]
  const release = (nowMs: number): void => {
    const one = lowest()
    if (one === undefined) throw new Error('nothing waits')
    waiting = waiting.filter((other) => other !== one)
    if (next !== undefined && one.sequence > next) gapsExpired += 1
    next = one.sequence + 1
    out.push({ sequence: one.sequence, atMs: nowMs })
    if (nowMs > one.atMs) holds.push(nowMs - one.atMs)
  }
  const settle = (nowMs: number): void => {
    while (waiting.some(({ dueMs }) => dueMs <= nowMs) || lowest()?.sequence === (next ?? NaN)) release(nowMs)
  }
  const arrive = ({ sequence, atMs, holdMs }: Arrival): void => {
    if (next !== undefined && sequence < next) {
      out.push({ sequence, atMs })
      return
    }
    waiting.push({ sequence, atMs, dueMs: atMs + holdMs })
    settle(atMs)
    if (waiting.length > maxHeld) {
      overflows += 1
      release(atMs)
      settle(atMs)
    }
    heldMax = Math.max(heldMax, waiting.length)
  }
  const endMs = Math.max(0, ...list.map(({ atMs, holdMs }) => atMs + holdMs))
  for (let nowMs = 0; nowMs <= endMs; nowMs += 1) {
    settle(nowMs)
    for (const arrival of list.filter(({ atMs }) => atMs === nowMs)) {
      arrive(arrival)
      const { hurryMs } = arrival
      if (hurryMs === undefined) continue
      for (const one of waiting) one.dueMs = Math.min(one.dueMs, Math.max(nowMs, one.atMs + hurryMs))
      settle(nowMs)
    }
  }
  const extents = list.map(({ sequence }, at) => {
    const first = list.slice(0, at).findIndex((before) => before.sequence > sequence)
    return first < 0 ? 0 : at - first
  })
  const reordered = extents.filter((extent) => extent > 0).length
  const reorderingExtentMax = Math.max(0, ...extents)
  const received = list.length
  const held = holds.length
  return {
    out,
    stats: { received, reordered, reorderingExtentMax, held, gapsExpired, overflows },
    holds,
    heldMax,
  }
}

describe('resequencer over unequal paths', () => {
  it('hands on every record once, none later than its deadline', () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 20 }), fc.boolean(), (list, maxHeld, startKnown) => {
        const { out } = play(list, startKnown ? { maxHeld, expectFirst: 0 } : { maxHeld })
        expect(out.map(({ sequence }) => sequence).sort((a, b) => a - b)).toEqual(
          list.map(({ sequence }) => sequence).sort((a, b) => a - b),
        )
        for (const { sequence, atMs } of out) {
          const arrival = list.find((one) => one.sequence === sequence)
          expect(atMs).toBeGreaterThanOrEqual(arrival?.atMs ?? Infinity)
          expect(atMs).toBeLessThanOrEqual((arrival?.atMs ?? 0) + (arrival?.holdMs ?? 0))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('hands on what, when and in which order the definition says, and counts and measures just that', () => {
    fc.assert(
      fc.property(
        arrivals,
        fc.oneof(fc.constant(1000), fc.integer({ min: 1, max: 20 })),
        fc.constantFrom(undefined, 0, 3),
        (list, maxHeld, expectFirst) => {
          const options = expectFirst === undefined ? { maxHeld } : { maxHeld, expectFirst }
          expect(play(list, options)).toEqual(naivePlay(list, options))
        },
      ),
      { numRuns: 400 },
    )
  })

  it('keeps the order of all records when each hold covers the slowest path', () => {
    fc.assert(
      fc.property(arrivals, (list) => {
        const held = list.map((arrival) => ({ ...arrival, holdMs: 151, hurryMs: undefined }))
        const { out, stats } = play(held, { maxHeld: 1000 })
        const order = out.map(({ sequence }) => sequence)
        expect(order).toEqual([...order].sort((a, b) => a - b))
        expect(stats.overflows).toBe(0)
      }),
      { numRuns: 300 },
    )
  })
})

it('what is held is hurried on, and the next deadline is that of what is still held', () => {
  const resequencer = createResequencer<number>({ maxHeld: 10, expectFirst: 0 })
  resequencer.push(1, 1, 0, 500)
  resequencer.push(3, 3, 40, 500)
  expect(resequencer.missing).toBe(0)
  resequencer.hurry(50, 20)
  expect(resequencer.poll(50)).toBe(1)
  expect(resequencer.poll(50)).toBeUndefined()
  expect(resequencer.missing).toBe(2)
  expect(resequencer.nextDeadline()).toBe(60)
  // The first to leave was the earliest: its deadline must not stay behind.
  expect(resequencer.poll(60)).toBe(3)
  resequencer.push(5, 5, 70, 500)
  resequencer.push(4, 4, 80, 500)
  expect([resequencer.poll(80), resequencer.poll(80)]).toEqual([4, 5])
  resequencer.push(7, 7, 90, 500)
  resequencer.hurry(90, 30)
  expect(resequencer.nextDeadline()).toBe(120)
})
