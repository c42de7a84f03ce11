import type { Clock } from '../../runtime/ports'
import { createEventHeap } from '../world'

/** A Clock whose time moves only when told to. */
export interface VirtualClock extends Clock {
  /** When the next timer is due; undefined when none is armed. */
  nextAtMs(): number | undefined
  /** Moves to the next timer and runs it; false when none is due by `untilMs` (time then stands at `untilMs`). */
  step(untilMs: number): boolean
  /** Steps until no timer is due by `untilMs`. */
  runUntil(untilMs: number): void
}

interface Timer {
  readonly callback: () => void
  cancelled: boolean
}

/** The first of January 2030, ms since the epoch. */
const wallStartMs = 1_893_456_000_000

/** Begins at 0, on a fixed day, so that a replay tells the same dates. */
export function createVirtualClock(): VirtualClock {
  const timers = createEventHeap<Timer>()
  let nowMs = 0

  /** A cancelled timer stays in the heap until it comes to the top. */
  function dropCancelled(): void {
    while (timers.peek()?.cancelled === true) timers.pop()
  }

  const clock: VirtualClock = {
    nowMs: () => nowMs,
    wallMs: () => wallStartMs + nowMs,
    at(atMs, callback) {
      const timer = { callback, cancelled: false }
      timers.push(Math.max(atMs, nowMs), timer)
      return () => {
        timer.cancelled = true
      }
    },
    nextAtMs() {
      dropCancelled()
      return timers.nextAtMs()
    },
    step(untilMs) {
      dropCancelled()
      const atMs = timers.nextAtMs()
      if (atMs === undefined || atMs > untilMs) {
        nowMs = Math.max(nowMs, untilMs)
        return false
      }
      nowMs = Math.max(nowMs, atMs)
      timers.pop()!.value.callback()
      return true
    },
    runUntil(untilMs) {
      while (clock.step(untilMs)) {
        // Each step runs one timer.
      }
    },
  }
  return clock
}
