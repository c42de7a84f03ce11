/** A message or packet counts as missing when it was known to be sent this long ago and is not here. */
const settlingMs = 2000
/** Knowledge is kept in steps of this, so one settles up to this much later. */
const stepMs = 100
const steps = settlingMs / stepMs + 2

/** Remembers how many of a stream were known to be sent, and since when, over the settling time. Memory: 44 numbers. */
export interface Settling {
  /** `count` are known to be sent. */
  known(count: number, nowMs: number): void
  /** How many were known to be sent 2 to 2.1 s ago; after `end` all that are known. */
  settledAt(nowMs: number): number
  end(): void
}

export function createSettling(): Settling {
  /** A ring of steps in order of time: when each was opened, and the count known within 100 ms of that. */
  const openedAtMs = new Float64Array(steps)
  const counts = new Float64Array(steps)
  let newest = -1
  let highest = 0
  let settled = 0
  let ended = false

  const settleUntil = (nowMs: number): void => {
    for (let step = Math.max(0, newest - steps + 1); step <= newest; step += 1) {
      if ((openedAtMs[step % steps] as number) + stepMs + settlingMs > nowMs) return
      settled = counts[step % steps] as number
    }
  }

  return {
    known(count, nowMs) {
      if (count <= highest) return
      highest = count
      // A full ring reaches back 2.1 s from its newest step, so there is always one in it that has settled.
      if (newest < 0 || nowMs - (openedAtMs[newest % steps] as number) >= stepMs) {
        newest += 1
        openedAtMs[newest % steps] = nowMs
      }
      counts[newest % steps] = count
    },
    settledAt(nowMs) {
      settleUntil(nowMs)
      return ended ? highest : settled
    },
    end() {
      ended = true
    },
  }
}
