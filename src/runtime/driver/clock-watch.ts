import type { SessionWarning } from '../../shared/session'
import type { Clock } from '../ports'

const stallMs = 1000
const jumpMs = 1000
/** Told at most this often in a session; a machine that stalls all the time says nothing new. */
const maxWarnings = 20

/** Notices what makes every measurement doubtful: late timers, and a wall clock that leaves the monotonic one. */
export interface ClockWatch {
  /** Call when a timer runs that was armed for `dueMs` (of the clock). */
  timerRan(dueMs: number): void
}

export function watchClock(clock: Clock, warn: (warning: SessionWarning) => void): ClockWatch {
  let offsetMs = clock.wallMs() - clock.nowMs()
  let told = 0

  function tell(kind: string, message: string): void {
    if (told++ < maxWarnings) warn({ kind, message })
  }

  return {
    timerRan(dueMs) {
      const nowMs = clock.nowMs()
      const lateMs = nowMs - dueMs
      const movedMs = clock.wallMs() - nowMs - offsetMs
      if (lateMs > stallMs) {
        const seconds = (lateMs / 1000).toFixed(1)
        tell(
          'stall',
          `This machine did not run the session for ${seconds} s. What was measured then is too high.`,
        )
      }
      if (Math.abs(movedMs) > jumpMs) {
        offsetMs += movedMs
        const seconds = (movedMs / 1000).toFixed(1)
        tell(
          'clock-jump',
          `The wall clock moved by ${seconds} s against the steady one: it was set, or the machine slept.`,
        )
      }
    },
  }
}
