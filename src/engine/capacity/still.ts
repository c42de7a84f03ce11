/** A shorter queue takes nothing from a path, ms. */
const leastQueueMs = 10
/** A queue that moved by no more than this, and jitter, in so long a time, ms, … */
const stillWithinMs = 2
const stillForMs = 5000
/** … although so small a part of the highest rate was delivered meanwhile, is none. */
const changedRate = 0.8

/**
 * Tells a path that has become longer from a queue: a queue drains when less is sent, and grows or loses packets when more
 * is, but a way takes the same time whatever is sent.
 */
export interface StillQueue<Mark> {
  /**
   * After each report. Returns the mark that was given when the delay became what it has been since, in a box; null while
   * this may be a queue.
   */
  look(standingMs: number, noiseMs: number, deliveredBps: number, mark: Mark, nowMs: number): [Mark] | null
  /** A packet was lost to a full queue: there is one. */
  isFull(): void
}

export function createStillQueue<Mark>(): StillQueue<Mark> {
  let from: { readonly ms: number; readonly mark: Mark } | null = null
  let [leastMs, mostMs, leastBps, mostBps] = [Infinity, 0, Infinity, 0]

  const begin = (): void => {
    from = null
    ;[leastMs, mostMs, leastBps, mostBps] = [Infinity, 0, Infinity, 0]
  }

  return {
    look(standingMs, noiseMs, deliveredBps, mark, nowMs) {
      if (standingMs <= leastQueueMs) {
        begin()
        return null
      }
      if (Math.max(mostMs, standingMs) - Math.min(leastMs, standingMs) > stillWithinMs + noiseMs) begin()
      from ??= { ms: nowMs, mark }
      leastMs = Math.min(leastMs, standingMs)
      mostMs = Math.max(mostMs, standingMs)
      leastBps = Math.min(leastBps, deliveredBps)
      mostBps = Math.max(mostBps, deliveredBps)
      if (nowMs - from.ms < stillForMs || leastBps > changedRate * mostBps) return null
      const found: [Mark] = [from.mark]
      begin()
      return found
    },
    isFull: begin,
  }
}
