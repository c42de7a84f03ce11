import type { Distribution } from '../face/snapshot'
import { createHistogram } from '../measure'
import { createReordering } from './reordering'

/**
 * Puts records back in sequence order. SCTP takes what overtakes on a faster path for loss and sends again, so a record
 * whose predecessors are missing is held for as long as they may still be on a slower path.
 *
 * Each record comes out once, in order whenever its predecessors arrive within its hold; none is held past its deadline.
 * A record that comes after its gap was given up is handed on at once. Duplicates must have been dropped before.
 */
export interface Resequencer<T> {
  /** `holdMs`: how long this record may wait for predecessors; 0 = hand it on at once, and all that wait before it. */
  push(sequence: number, item: T, nowMs: number, holdMs: number): void
  /** The next record to hand on. Drain until undefined after every push and at every deadline. */
  poll(nowMs: number): T | undefined
  /** Nothing that is held may wait longer than this from its push on. */
  hurry(nowMs: number, holdMs: number): void
  /** The first number that what is held waits for; undefined while nothing is held. */
  readonly missing: number | undefined
  /** When `poll` has something even if nothing is pushed; undefined while nothing is held. */
  nextDeadline(): number | undefined
  /** The same where it is not later than `nowMs`, else undefined; costs nothing while nothing is due. */
  dueBy(nowMs: number): number | undefined
  /** Records held now. */
  readonly heldCount: number
  /** Most records held at once so far. */
  readonly heldMax: number
  readonly stats: ResequencerStats
}

export interface ResequencerStats {
  /** Records pushed. */
  readonly received: number
  /** Records that waited for a predecessor. */
  readonly held: number
  /** How long those waited; null when none did. */
  readonly holdMs: Distribution | null
  /** Records that came after one of a higher number (RFC 4737 section 3). */
  readonly reordered: number
  /** The largest extent of those: how many records ago the first of a higher number came (section 4.2.1). */
  readonly reorderingExtentMax: number
  /** Gaps given up: at a deadline, or because `maxHeld` was reached. */
  readonly gapsExpired: number
  /** Of those, because `maxHeld` was reached. */
  readonly overflows: number
}

export interface ResequencerOptions {
  /** Records held at most; one more gives up the oldest gap. */
  readonly maxHeld: number
  /** Number of the first record. Without it the first to come is held for its time, in case an earlier one follows. */
  readonly expectFirst?: number
}

interface Held<T> {
  readonly sequence: number
  readonly item: T
  readonly pushedAtMs: number
  deadlineMs: number
}

export function createResequencer<T>(options: ResequencerOptions): Resequencer<T> {
  /** Ascending by sequence. */
  const held: Held<T>[] = []
  const ready: T[] = []
  let readyHead = 0
  /** The number that is handed on without waiting; undefined until the order has started. */
  let next: number | undefined = options.expectFirst
  /** Not later than any deadline in `held`; exact when `deadlineIsExact`. Saves looking through them at every record. */
  let earliestDeadlineMs = Infinity
  let deadlineIsExact = true
  let heldMax = 0
  let gapsExpired = 0
  let overflows = 0
  const reordering = createReordering()
  const holdTimes = createHistogram()

  /** Behind all that are not higher. */
  const placeOf = (sequence: number): number => {
    let from = 0
    let to = held.length
    let at = to - 1
    while (from < to) {
      if ((held[at] as Held<T>).sequence <= sequence) from = at + 1
      else to = at
      at = (from + to) >>> 1
    }
    return from
  }

  const insert = (entry: Held<T>): void => {
    const at = placeOf(entry.sequence)
    if (at === held.length) held.push(entry)
    else held.splice(at, 0, entry)
    if (entry.deadlineMs < earliestDeadlineMs) {
      earliestDeadlineMs = entry.deadlineMs
      deadlineIsExact = true
    }
  }

  const findEarliestDeadline = (): number => {
    if (!deadlineIsExact) {
      earliestDeadlineMs = Infinity
      for (const entry of held)
        if (entry.deadlineMs < earliestDeadlineMs) earliestDeadlineMs = entry.deadlineMs
      deadlineIsExact = true
    }
    return earliestDeadlineMs
  }

  /** Hands on the first `count` held records, and those that follow them without a gap. */
  const release = (count: number, nowMs: number): void => {
    let taken = 0
    for (; taken < held.length; taken += 1) {
      const entry = held[taken] as Held<T>
      if (taken >= count && entry.sequence !== next) break
      if (next !== undefined && entry.sequence > next) gapsExpired += 1
      next = entry.sequence + 1
      if (nowMs > entry.pushedAtMs) holdTimes.add(nowMs - entry.pushedAtMs)
      ready.push(entry.item)
      if (entry.deadlineMs <= earliestDeadlineMs) deadlineIsExact = false
    }
    if (taken > 0) held.splice(0, taken)
  }

  /** Gives up the gaps before every held record whose time is over. */
  const expire = (nowMs: number): void => {
    if (nowMs < earliestDeadlineMs || nowMs < findEarliestDeadline()) return
    let count = held.length
    while (count > 0 && (held[count - 1]?.deadlineMs ?? Infinity) > nowMs) count -= 1
    release(count, nowMs)
  }

  /** A record that need not wait itself, either next in order or late. */
  const passOn = (sequence: number, item: T, nowMs: number): void => {
    ready.push(item)
    if (sequence !== next) return
    next = sequence + 1
    release(0, nowMs)
  }

  return {
    push(sequence, item, nowMs, holdMs) {
      reordering.note(sequence)
      expire(nowMs)
      if (next !== undefined && sequence <= next) return passOn(sequence, item, nowMs)
      insert({ sequence, item, pushedAtMs: nowMs, deadlineMs: nowMs + (holdMs > 0 ? holdMs : 0) })
      expire(nowMs)
      if (held.length > options.maxHeld) {
        overflows += 1
        release(1, nowMs)
      }
      if (held.length > heldMax) heldMax = held.length
    },
    poll(nowMs) {
      if (readyHead === ready.length) {
        ready.length = 0
        readyHead = 0
        expire(nowMs)
        if (ready.length === 0) return undefined
      }
      const item = ready[readyHead] as T
      readyHead += 1
      return item
    },
    hurry(nowMs, holdMs) {
      earliestDeadlineMs = Infinity
      for (const entry of held) {
        entry.deadlineMs = Math.min(entry.deadlineMs, Math.max(nowMs, entry.pushedAtMs + holdMs))
        earliestDeadlineMs = Math.min(earliestDeadlineMs, entry.deadlineMs)
      }
      deadlineIsExact = true
      expire(nowMs)
    },
    get missing() {
      return held.length === 0 ? undefined : next
    },
    nextDeadline: () => (held.length === 0 ? undefined : findEarliestDeadline()),
    dueBy(nowMs) {
      if (held.length === 0 || nowMs < earliestDeadlineMs) return undefined
      const dueMs = findEarliestDeadline()
      return dueMs <= nowMs ? dueMs : undefined
    },
    get heldCount() {
      return held.length
    },
    get heldMax() {
      return heldMax
    },
    get stats() {
      const { count } = holdTimes
      return {
        received: reordering.arrived,
        held: count,
        holdMs: holdTimes.distribution(),
        reordered: reordering.reordered,
        reorderingExtentMax: reordering.extentMax,
        gapsExpired,
        overflows,
      }
    },
  }
}
