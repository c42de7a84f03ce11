/** The longest gap is kept as one value a second. */
const slots = 6
const slotMs = 1000
/** Fewer gaps than this tell nothing about the next one. */
const leastGaps = 10

/** How regularly records come over one pair: the longest of the last 5 s' gaps (up to 6: kept by the second). */
export interface Gaps {
  /** A record came; `listenedMs` is how long this machine has listened so far, so that it counts no gap of its own. */
  arrived(listenedMs: number, nowMs: number): void
  /** The time until the next record is no gap. */
  restart(): void
  /** Null while there were fewer than ten. */
  longestMs(nowMs: number): number | null
}

export function createGaps(): Gaps {
  const longest = new Float64Array(slots)
  const counts = new Float64Array(slots)
  /** Which second each slot speaks of; slots of other seconds are stale. */
  const seconds = new Float64Array(slots).fill(-1)
  let lastMs: number | null = null
  return {
    arrived(listenedMs, nowMs) {
      const gapMs = lastMs === null ? null : listenedMs - lastMs
      lastMs = listenedMs
      if (gapMs === null) return
      const second = Math.floor(nowMs / slotMs)
      const slot = second % slots
      if (seconds[slot] !== second) {
        seconds[slot] = second
        longest[slot] = 0
        counts[slot] = 0
      }
      longest[slot] = Math.max(longest[slot] ?? 0, gapMs)
      counts[slot] = (counts[slot] ?? 0) + 1
    },
    restart() {
      lastMs = null
    },
    longestMs(nowMs) {
      const oldest = Math.floor(nowMs / slotMs) - slots + 1
      let most = 0
      let count = 0
      for (let slot = 0; slot < slots; slot += 1) {
        const second = seconds[slot] ?? -1
        if (second < 0 || second < oldest) continue
        most = Math.max(most, longest[slot] ?? 0)
        count += counts[slot] ?? 0
      }
      return count < leastGaps ? null : most
    },
  }
}
