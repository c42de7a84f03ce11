import { limits } from '../face/limits'

const sequenceEnd = 2 ** 48

/**
 * Which sequence numbers of one epoch have been taken, as in RFC 6347 section 4.1.2.6: exact within the last `width`,
 * everything older refused. `seen` only looks, `commit` is for packets that have authenticated, so that a forged high
 * number cannot push the window away from the genuine ones. Memory: `width` bits.
 */
export interface DedupWindow {
  /** No side effect. `too-old`: so far behind the highest that it cannot be told whether it was taken. */
  seen(sequence: number): 'new' | 'duplicate' | 'too-old'
  /** Takes an authenticated number, moving the window when it is the highest. One taken before, or too old, is ignored. */
  commit(sequence: number): void
  /** Numbers taken that are higher than `sequence`; exact while `sequence` is not older than the window. */
  committedAbove(sequence: number): number
  /** The highest number taken; -1 before the first. */
  readonly highest: number
}

/** `width`: numbers remembered, a power of two from 32 on. Sequence numbers are whole, 0 to 2^48 - 1. */
export function createDedupWindow(width: number = limits.dedupWindow): DedupWindow {
  if (width < 32 || !Number.isInteger(Math.log2(width))) throw new RangeError(`dedup window of ${width}`)
  const words = new Uint32Array(width / 32)
  const mask = width - 1
  let highest = -1

  // The bitwise operators take a number modulo 2^32, whose low bits are right for all whole numbers below 2^53.
  const wordOf = (sequence: number): number => (sequence & mask) >>> 5
  const bitOf = (sequence: number): number => 1 << (sequence & 31)
  const isSet = (sequence: number): boolean => ((words[wordOf(sequence)] ?? 0) & bitOf(sequence)) !== 0

  const advanceTo = (sequence: number): void => {
    if (sequence - highest >= width) {
      words.fill(0)
    } else {
      let next = highest + 1
      while (next <= sequence) {
        if ((next & 31) === 0 && sequence - next >= 31) {
          words[wordOf(next)] = 0
          next += 32
        } else {
          words[wordOf(next)] = (words[wordOf(next)] ?? 0) & ~bitOf(next)
          next += 1
        }
      }
    }
    highest = sequence
  }

  return {
    seen(sequence) {
      if (sequence > highest) return 'new'
      if (sequence <= highest - width) return 'too-old'
      return isSet(sequence) ? 'duplicate' : 'new'
    },
    commit(sequence) {
      if (!(sequence >= 0 && sequence < sequenceEnd)) throw new RangeError(`sequence number ${sequence}`)
      if (sequence > highest) advanceTo(sequence)
      else if (sequence <= highest - width) return
      words[wordOf(sequence)] = (words[wordOf(sequence)] ?? 0) | bitOf(sequence)
    },
    committedAbove(sequence) {
      let count = 0
      for (let next = Math.max(sequence + 1, highest - width + 1, 0); next <= highest; ) {
        if ((next & 31) === 0 && highest - next >= 31) {
          count += bitCount(words[wordOf(next)] ?? 0)
          next += 32
        } else {
          if (isSet(next)) count += 1
          next += 1
        }
      }
      return count
    },
    get highest() {
      return highest
    },
  }
}

function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
