import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDedupWindow } from '../dedup'
import { createPlayout } from './index'

/** Arrivals of a stream: numbers in any order, some of them again and again, at times that do not go back. */
const arrivals = fc
  .array(fc.record({ sequence: fc.nat(60), afterMs: fc.nat(12) }), { maxLength: 120 })
  .map((list) => {
    let atMs = 0
    return list.map(({ sequence, afterMs }) => ({ sequence, atMs: (atMs += afterMs) }))
  })

interface Naive {
  inOrder: number
  late: number
  held: number
  holdSumMs: number
  gapsGivenUp: number
  deliveredAtMs: Map<number, number>
}

/** Millisecond by millisecond, without any cleverness: who waits is looked through again and again. */
function naivePlayout(list: readonly { sequence: number; atMs: number }[], deadlineMs: number): Naive {
  const seen = new Set<number>()
  const result: Naive = {
    inOrder: 0,
    late: 0,
    held: 0,
    holdSumMs: 0,
    gapsGivenUp: 0,
    deliveredAtMs: new Map(),
  }
  let waiting: { sequence: number; atMs: number }[] = []
  let next = 0
  const deliver = (one: { sequence: number; atMs: number }, nowMs: number): void => {
    waiting = waiting.filter((other) => other !== one)
    if (one.sequence > next) result.gapsGivenUp += 1
    next = one.sequence + 1
    result.inOrder += 1
    result.deliveredAtMs.set(one.sequence, nowMs)
    if (nowMs > one.atMs) {
      result.held += 1
      result.holdSumMs += nowMs - one.atMs
    }
  }
  const settle = (nowMs: number): void => {
    for (;;) {
      const overdue = waiting.some((one) => one.atMs + deadlineMs <= nowMs)
      const first = [...waiting].sort((a, b) => a.sequence - b.sequence)[0]
      if (first === undefined || (first.sequence !== next && !overdue)) return
      deliver(first, nowMs)
    }
  }
  const endMs = (list.at(-1)?.atMs ?? 0) + deadlineMs + 1
  for (let nowMs = 0; nowMs <= endMs; nowMs += 1) {
    settle(nowMs)
    for (const one of list.filter(({ atMs }) => atMs === nowMs)) {
      if (seen.has(one.sequence)) continue
      seen.add(one.sequence)
      if (one.sequence < next) {
        result.late += 1
        result.deliveredAtMs.set(one.sequence, nowMs)
      } else waiting.push(one)
      settle(nowMs)
    }
  }
  return result
}

describe('playout behind the duplicate window', () => {
  it('is what a naive model makes of any reordering, duplication and loss, at any deadline', () => {
    fc.assert(
      fc.property(arrivals, fc.constantFrom(0, 1, 7, 40, 300), (list, deadlineMs) => {
        const window = createDedupWindow(64)
        const playout = createPlayout(deadlineMs)
        const endMs = (list.at(-1)?.atMs ?? 0) + deadlineMs + 1
        let taken = 0
        for (const { sequence, atMs } of list) {
          if (window.seen(sequence) !== 'new') continue
          window.commit(sequence)
          taken += 1
          playout.push(sequence, atMs)
        }
        const naive = naivePlayout(list, deadlineMs)
        const view = playout.view(endMs, false)
        expect(taken).toBe(new Set(list.map(({ sequence }) => sequence)).size)
        expect(view.inOrder + view.late).toBe(taken)
        expect({
          inOrder: view.inOrder,
          late: view.late,
          held: view.held,
          gaps: view.gapsGivenUp,
          waiting: view.waiting,
        }).toEqual({
          inOrder: naive.inOrder,
          late: naive.late,
          held: naive.held,
          gaps: naive.gapsGivenUp,
          waiting: 0,
        })
        expect(view.holdMs?.max ?? 0).toBeLessThanOrEqual(deadlineMs)
      }),
      { numRuns: 400 },
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
