import type { Distribution } from '../face/snapshot'
import { limits } from '../face/limits'
import { createResequencer } from '../resequence'

/**
 * What an application gets of a stream that wants its packets in order: each is held for missing predecessors, at most
 * for the stream's deadline. Packets here are only numbers; nothing is kept but what the figures need.
 */
export interface Playout {
  /** A new packet has come; duplicates must have been dropped before. Numbers begin at 0, times do not go back. */
  push(sequence: number, nowMs: number): void
  /** Of packets that come from now on. */
  readonly deadlineMs: number
  /** Holds from now on up to this long, ms; 0 = each packet is handed on as it comes. What is held keeps its own time. */
  setDeadline(deadlineMs: number, nowMs: number): void
  /** `owed`: more has been sent than came, so that the present silence counts. */
  view(nowMs: number, owed: boolean): PlayoutView
}

export interface PlayoutView {
  readonly deadlineMs: number
  /** Packets handed on in order: none of a higher number before them. */
  readonly inOrder: number
  /** Packets that came when the wait for them had been given up. */
  readonly late: number
  /** Packets that waited, and how long; null when none did. */
  readonly held: number
  readonly holdMs: Distribution | null
  /** Packets held now. */
  readonly waiting: number
  /** Gaps that were given up: at the deadline, or since `limits.playoutPackets` waited. */
  readonly gapsGivenUp: number
  /** Longest time between two packets handed on in order; null before the second. */
  readonly gapMaxMs: number | null
  /** RFC 4737 section 3, and the largest extent of section 4.2.1. */
  readonly reordered: number
  readonly reorderingExtentMax: number
}

export function createPlayout(deadlineMs: number): Playout {
  let holdMs = bounded(deadlineMs)
  const order = createResequencer<number>({ maxHeld: limits.playoutPackets, expectFirst: 0 })
  const deliveries = createGaps()
  let highest = -1
  let inOrder = 0
  let late = 0

  const drain = (nowMs: number): void => {
    for (let sequence = order.poll(nowMs); sequence !== undefined; sequence = order.poll(nowMs)) {
      if (sequence <= highest) {
        late += 1
        continue
      }
      highest = sequence
      inOrder += 1
      deliveries.note(nowMs)
    }
  }

  /** Hands on what was due meanwhile, each at its own time: so no timer is needed. */
  const catchUp = (nowMs: number): void => {
    for (let dueMs = order.dueBy(nowMs); dueMs !== undefined; dueMs = order.dueBy(nowMs)) drain(dueMs)
  }

  return {
    push(sequence, nowMs) {
      catchUp(nowMs)
      order.push(sequence, sequence, nowMs, holdMs)
      drain(nowMs)
    },
    get deadlineMs() {
      return holdMs
    },
    setDeadline(next, nowMs) {
      catchUp(nowMs)
      holdMs = bounded(next)
    },
    view(nowMs, owed) {
      catchUp(nowMs)
      const { held, holdMs: waits, gapsExpired, reordered, reorderingExtentMax } = order.stats
      return {
        deadlineMs: holdMs,
        inOrder,
        late,
        held,
        holdMs: waits,
        waiting: order.heldCount,
        gapsGivenUp: gapsExpired,
        gapMaxMs: deliveries.longestMs(nowMs, owed || order.heldCount > 0),
        reordered,
        reorderingExtentMax,
      }
    },
  }
}

function bounded(deadlineMs: number): number {
  return Number.isNaN(deadlineMs) ? 0 : Math.min(limits.playoutDeadlineMs, Math.max(0, deadlineMs))
}

/** The longest time between two in a row. */
function createGaps() {
  let lastMs: number | null = null
  let longest: number | null = null
  return {
    note(nowMs: number): void {
      if (lastMs !== null) longest = Math.max(longest ?? 0, nowMs - lastMs)
      lastMs = nowMs
    },
    /** `open`: the present one counts. */
    longestMs(nowMs: number, open: boolean): number | null {
      return open && longest !== null && lastMs !== null ? Math.max(longest, nowMs - lastMs) : longest
    },
  }
}
