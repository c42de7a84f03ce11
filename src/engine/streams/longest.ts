/** The longest of what was added since it was last taken; null when nothing was. */
export interface Longest {
  add(ms: number): void
  take(): number | null
}

export function createLongest(): Longest {
  let longestMs: number | null = null
  return {
    add(ms) {
      longestMs = Math.max(longestMs ?? 0, ms)
    },
    take() {
      const taken = longestMs
      longestMs = null
      return taken
    },
  }
}
