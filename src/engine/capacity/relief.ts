/** A lost packet relieves its queue of what it would have taken. So much of the time between two packets must be seen of it. */
const leastRelief = 0.25

/**
 * Whether what is lost on a path is dropped by a queue that is full. Such a queue is never idle: a packet that comes after
 * dropped ones has waited for less than the one before them, and those in between, that were not dropped, for more and
 * more. Where a path merely takes longer than it did, and loses some at random, delays do not care for what is lost. Nor do
 * they where others fill what a lost packet left free: paths that share a bottleneck must be known by `Bottlenecks`.
 */
export interface Relief {
  /** The newest packet so far arrived; `skipped` were sent between it and the newest before it, and have not arrived. */
  arrived(delayMs: number, skipped: number): void
  /** The path is another one: nothing is compared with what was before. */
  restart(): void
  /** By how much delays were shorter after losses than before, ms, since this was asked before. */
  take(): number
}

export function createRelief(): Relief {
  let sumMs = 0
  let lastMs: number | null = null
  return {
    arrived(delayMs, skipped) {
      if (skipped > 0 && lastMs !== null) sumMs += lastMs - delayMs
      lastMs = delayMs
    },
    restart() {
      lastMs = null
    },
    take() {
      const taken = sumMs
      sumMs = 0
      return taken
    },
  }
}

/** `spacingMs`: mean time between two packets that were sent. */
export function isFullQueue(relievedMs: number, lost: number, spacingMs: number): boolean {
  return relievedMs > leastRelief * lost * spacingMs
}
