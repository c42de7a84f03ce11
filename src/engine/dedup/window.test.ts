import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDedupWindow } from './index'

const width = 64

/** The window as a set of everything taken, forgetting what is too old only when asked. */
function naiveWindow() {
  const taken = new Set<number>()
  let highest = -1
  return {
    seen(sequence: number): 'new' | 'duplicate' | 'too-old' {
      if (sequence > highest) return 'new'
      if (sequence <= highest - width) return 'too-old'
      return taken.has(sequence) ? 'duplicate' : 'new'
    },
    commit(sequence: number): void {
      if (sequence <= highest - width) return
      taken.add(sequence)
      highest = Math.max(highest, sequence)
    },
    committedAbove: (sequence: number) =>
      [...taken].filter((other) => other > sequence && other > highest - width).length,
    highest: () => highest,
  }
}

/** Steps near the highest number, small and large jumps ahead, and around the places where bits and words wrap. */
const steps = fc.array(
  fc.record({
    jump: fc.oneof(
      fc.integer({ min: -100, max: 100 }),
      fc.constantFrom(-1, 0, 1, 31, 32, 33, 63, 64, 65, 127, 128, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 40),
    ),
    authentic: fc.boolean(),
  }),
  { maxLength: 200 },
)
const starts = fc.constantFrom(0, 1, 31, 32, 2 ** 31 - 5, 2 ** 32 - 5, 2 ** 40)

describe('dedup window', () => {
  it('agrees with a set of all numbers taken, over any jumps', () => {
    fc.assert(
      fc.property(starts, steps, (start, list) => {
        const window = createDedupWindow(width)
        const model = naiveWindow()
        let around = start
        for (const { jump, authentic } of list) {
          const sequence = Math.min(2 ** 48 - 1, Math.max(0, around + jump))
          expect(window.seen(sequence)).toBe(model.seen(sequence))
          if (!authentic) continue
          window.commit(sequence)
          model.commit(sequence)
          around = Math.max(around, sequence)
          expect(window.highest).toBe(model.highest())
          for (const from of [around - width, around - 40, around - 32, around - 1, around]) {
            expect(window.committedAbove(from)).toBe(model.committedAbove(from))
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('is not moved by a number that never authenticates', () => {
    const window = createDedupWindow(width)
    window.commit(100)
    expect(window.seen(2 ** 48 - 1)).toBe('new')
    expect(window.highest).toBe(100)
    expect(window.seen(100)).toBe('duplicate')
    expect(window.seen(99)).toBe('new')
  })

  it('refuses what is a window or more behind', () => {
    const window = createDedupWindow(width)
    window.commit(1000)
    expect(window.seen(1000 - width)).toBe('too-old')
    expect(window.seen(1000 - width + 1)).toBe('new')
    window.commit(1000 - width)
    expect(window.committedAbove(0)).toBe(1)
  })

  it('does not take a number for an old one that had the same place a window ago', () => {
    const window = createDedupWindow(width)
    for (let sequence = 0; sequence < 1000; sequence += 1) {
      expect(window.seen(sequence)).toBe('new')
      window.commit(sequence)
      expect(window.seen(sequence)).toBe('duplicate')
    }
  })

  it('counts what was taken above any number of the window, at any place of its ring', () => {
    const window = createDedupWindow(width)
    for (let sequence = 0; sequence < 200; sequence += 1) {
      window.commit(sequence)
      for (let from = Math.max(-1, sequence - width); from <= sequence; from += 1) {
        expect(window.committedAbove(from)).toBe(sequence - from)
      }
    }
  })

  it('remembers 4096 numbers unless told otherwise', () => {
    const window = createDedupWindow()
    for (let sequence = 0; sequence <= 4096; sequence += 1) window.commit(sequence)
    expect(window.seen(0)).toBe('too-old')
    expect(window.seen(1)).toBe('duplicate')
    expect(window.committedAbove(-1)).toBe(4096)
  })

  it('throws on what is no 48-bit number, and on a width that is no power of two', () => {
    const window = createDedupWindow()
    for (const wrong of [-1, 2 ** 48, NaN]) expect(() => window.commit(wrong)).toThrow(RangeError)
    for (const wrong of [0, 16, 100, 4097]) expect(() => createDedupWindow(wrong)).toThrow(RangeError)
  })
})
