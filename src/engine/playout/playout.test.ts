import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDedupWindow } from '../dedup'
import { distributionProblem } from '../testing'
import { createPlayout, type PlayoutView } from './index'

/** What happens to a stream, in order of time. A packet may have come before, or long ago. */
type Happening = { readonly atMs: number } & (
  | { readonly kind: 'packet'; readonly sequence: number }
  | { readonly kind: 'deadline'; readonly deadlineMs: number }
  /** `owed`: more was sent than came. */
  | { readonly kind: 'look'; readonly owed: boolean }
)

const windowWidth = 64

const jumps = fc.oneof(
  { weight: 6, arbitrary: fc.constant(1) },
  { weight: 6, arbitrary: fc.integer({ min: -6, max: 6 }) },
  { weight: 1, arbitrary: fc.integer({ min: -windowWidth - 6, max: 20 }) },
)
const deadlines = fc.constantFrom(0, 1, 7, 40, 300)
/** Where the 16 bits of RTP's numbers and 32 bits wrap, and where a bit-wise operator would. */
const starts = fc.constantFrom(0, 65_500, 2 ** 31 - 30, 2 ** 32 - 30, 2 ** 40)
const afterMs = fc.oneof(fc.constant(0), fc.nat(12))

/** Reordering, duplicates and loss around the highest number, at times that do not go back, and deadlines in between. */
const happenings = fc
  .tuple(
    starts,
    fc.array(
      fc.oneof(
        { weight: 12, arbitrary: fc.record({ afterMs, jump: jumps }) },
        { weight: 1, arbitrary: fc.record({ afterMs, deadlineMs: deadlines }) },
        { weight: 1, arbitrary: fc.record({ afterMs, owed: fc.boolean() }) },
      ),
      { maxLength: 150 },
    ),
  )
  .map(([start, steps]) => {
    let atMs = 0
    let highest = start - 1
    return steps.map((step): Happening => {
      atMs += step.afterMs
      if ('deadlineMs' in step) return { kind: 'deadline', atMs, deadlineMs: step.deadlineMs }
      if ('owed' in step) return { kind: 'look', atMs, owed: step.owed }
      const sequence = Math.max(0, highest + step.jump)
      highest = Math.max(highest, sequence)
      return { kind: 'packet', atMs, sequence }
    })
  })

interface Look {
  readonly figures: Omit<PlayoutView, 'holdMs'>
  readonly holds: readonly number[]
}

interface Packet {
  readonly sequence: number
  readonly atMs: number
  readonly dueMs: number
}

/** Millisecond by millisecond, without any cleverness: who waits, and what was, is looked through again and again. */
function naivePlayout(list: readonly Happening[], firstDeadlineMs: number): readonly Look[] {
  let deadlineMs = firstDeadlineMs
  let waiting: Packet[] = []
  const came: number[] = []
  const deliveries: number[] = []
  const holds: number[] = []
  let [next, late, gapsGivenUp] = [0, 0, 0]
  const looks: Look[] = []

  const deliver = (one: Packet, nowMs: number): void => {
    waiting = waiting.filter((other) => other !== one)
    if (one.sequence > next) gapsGivenUp += 1
    next = one.sequence + 1
    deliveries.push(nowMs)
    if (nowMs > one.atMs) holds.push(nowMs - one.atMs)
  }
  const settle = (nowMs: number): void => {
    for (;;) {
      const overdue = waiting.some(({ dueMs }) => dueMs <= nowMs)
      const first = [...waiting].sort((a, b) => a.sequence - b.sequence)[0]
      if (first === undefined || (first.sequence !== next && !overdue)) return
      deliver(first, nowMs)
    }
  }
  const arrive = (sequence: number, nowMs: number): void => {
    const isTooOld = sequence <= Math.max(...came) - windowWidth
    if (isTooOld || came.includes(sequence)) return
    came.push(sequence)
    if (sequence < next) late += 1
    else waiting.push({ sequence, atMs: nowMs, dueMs: nowMs + deadlineMs })
    settle(nowMs)
  }
  const look = (nowMs: number, owed: boolean): Look => {
    const gaps = deliveries.slice(1).map((atMs, at) => atMs - (deliveries[at] ?? NaN))
    const open = owed || waiting.length > 0 ? [nowMs - (deliveries.at(-1) ?? NaN)] : []
    const extents = came.map((sequence, at) => {
      const first = came.slice(0, at).findIndex((before) => before > sequence)
      return first < 0 ? 0 : at - first
    })
    const figures = {
      deadlineMs,
      inOrder: deliveries.length,
      late,
      held: holds.length,
      waiting: waiting.length,
      gapsGivenUp,
      gapMaxMs: gaps.length === 0 ? null : Math.max(...gaps, ...open),
      reordered: extents.filter((extent) => extent > 0).length,
      reorderingExtentMax: Math.max(0, ...extents),
    }
    return { figures, holds: [...holds] }
  }

  const endMs = list.at(-1)?.atMs ?? 0
  for (let nowMs = 0; nowMs <= endMs; nowMs += 1) {
    settle(nowMs)
    for (const one of list.filter(({ atMs }) => atMs === nowMs)) {
      if (one.kind === 'packet') arrive(one.sequence, nowMs)
      else if (one.kind === 'deadline') deadlineMs = one.deadlineMs
      else looks.push(look(nowMs, one.owed))
    }
  }
  return looks
}

/** The same behind the window that drops duplicates, and of each look its distribution of holds. */
function play(list: readonly Happening[], firstDeadlineMs: number): readonly PlayoutView[] {
  const window = createDedupWindow(windowWidth)
  const playout = createPlayout(firstDeadlineMs)
  const looks: PlayoutView[] = []
  for (const one of list) {
    if (one.kind === 'deadline') playout.setDeadline(one.deadlineMs, one.atMs)
    else if (one.kind === 'look') looks.push(playout.view(one.atMs, one.owed))
    else if (window.seen(one.sequence) === 'new') {
      window.commit(one.sequence)
      playout.push(one.sequence, one.atMs)
    }
  }
  return looks
}

function expectAlike(list: readonly Happening[], firstDeadlineMs: number): readonly Look[] {
  const naive = naivePlayout(list, firstDeadlineMs)
  const looks = play(list, firstDeadlineMs)
  const told = looks.map(({ holdMs, ...figures }, at) => ({
    figures,
    problem: distributionProblem(holdMs, naive[at]?.holds ?? []),
  }))
  expect(told).toEqual(naive.map(({ figures }) => ({ figures, problem: undefined })))
  return naive
}

/** Long enough for all that is held to be handed on. */
const longestMs = 301

describe('playout behind the duplicate window', () => {
  it('is what a naive model makes of any reordering, duplication and loss, whenever it is looked at', () => {
    fc.assert(
      fc.property(happenings, deadlines, (list, deadlineMs) => {
        const endMs = (list.at(-1)?.atMs ?? 0) + longestMs
        const end: Happening = { kind: 'look', atMs: endMs, owed: false }
        const [last] = expectAlike([...list, end], deadlineMs).slice(-1)
        expect(last?.figures.waiting).toBe(0)
      }),
      { numRuns: 400 },
    )
  })

  it('hands on each packet in the very millisecond in which the naive model does', () => {
    fc.assert(
      fc.property(happenings, deadlines, (list, deadlineMs) => {
        const endMs = (list.at(-1)?.atMs ?? 0) + longestMs
        const moments = Array.from({ length: endMs + 1 }, (_, atMs): Happening[] => [
          ...list.filter((one) => one.atMs === atMs && one.kind !== 'look'),
          { kind: 'look', atMs, owed: false },
        ])
        const looks = expectAlike(moments.flat(), deadlineMs)
        // Each packet that waits at the end of a millisecond waits for one more: these add up to all holds.
        const waitedMs = looks.reduce((sum, { figures }) => sum + figures.waiting, 0)
        expect(waitedMs).toBe(looks.at(-1)?.holds.reduce((sum, holdMs) => sum + holdMs, 0))
      }),
      { numRuns: 60 },
    )
  })

  it('with a deadline of 0 hands on at once, so that nothing waits and what is overtaken is late', () => {
    const playout = createPlayout(0)
    for (const sequence of [0, 2, 1, 3]) playout.push(sequence, 5)
    expect(playout.view(5, false)).toMatchObject({ inOrder: 3, late: 1, held: 0, waiting: 0, holdMs: null })
  })

  it('tells the gap in order, the hold it cost and the reordering', () => {
    const playout = createPlayout(100)
    playout.push(0, 0)
    // 1 is lost on a path that died and comes again 80 ms later, while others come on time.
    for (let sequence = 2; sequence < 6; sequence += 1) playout.push(sequence, 20 * sequence)
    playout.push(1, 105)
    const { gapMaxMs, held, holdMs, reordered, reorderingExtentMax, late } = playout.view(105, false)
    expect({ gapMaxMs, held, late, reordered, reorderingExtentMax }).toEqual({
      gapMaxMs: 105,
      held: 4,
      late: 0,
      reordered: 1,
      reorderingExtentMax: 4,
    })
    expect(holdMs?.max).toBe(65)
  })

  it('holds by the deadline that was set last, and bounds what is no time', () => {
    const playout = createPlayout(NaN)
    expect(playout.view(0, false).deadlineMs).toBe(0)
    playout.setDeadline(50, 0)
    playout.push(1, 10)
    expect(playout.view(59, false)).toMatchObject({ inOrder: 0, waiting: 1 })
    expect(playout.view(60, false)).toMatchObject({ inOrder: 1, gapsGivenUp: 1 })
    playout.setDeadline(1e9, 60)
    expect(playout.view(60, false).deadlineMs).toBe(5000)
  })

  it('keeps at most so many, whatever does not come', () => {
    const playout = createPlayout(5000)
    for (let sequence = 1; sequence < 10_000; sequence += 1) playout.push(2 * sequence, sequence / 10)
    expect(playout.view(1000, false).waiting).toBeLessThanOrEqual(2048)
  })
})
