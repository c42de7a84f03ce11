import type { Clock } from '../../ports'

/** Node's timers count whole milliseconds and hold at most 31 bits of them. */
const longestTimerMs = 2 ** 31 - 1

/**
 * The process's monotonic clock (`performance.now`). Timers never run early; in an idle process they run up to about
 * 1 ms late, because Node rounds delays to whole milliseconds.
 */
export function nodeClock(): Clock {
  return {
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    at: runAt,
  }
}

function runAt(atMs: number, callback: () => void): () => void {
  let cancel = (): void => {}
  const arm = (): void => {
    const waitMs = atMs - performance.now()
    if (waitMs > 0) {
      const timer = setTimeout(check, Math.min(Math.ceil(waitMs), longestTimerMs))
      cancel = () => clearTimeout(timer)
    } else {
      // Already due. Not now, because callers do not expect it before `at` returns; not a timer, which would wait 1 ms.
      const immediate = setImmediate(callback)
      cancel = () => clearImmediate(immediate)
    }
  }
  const check = (): void => {
    // Node measures a delay from the start of the loop's turn, so that a timer armed late in it fires early.
    if (performance.now() >= atMs) callback()
    else arm()
  }
  arm()
  return () => cancel()
}
