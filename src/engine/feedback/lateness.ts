/** A report is late after the usual time between two, so many times what that varies by, and so long, ms. */
const byVariation = 3
const leastLateMs = 10
/** Of the usual time between two reports a longer one says nothing: there was nothing to report, ms. */
const pauseMs = 500
const gain = 1 / 16

/** How regularly the peer's reports come, of whatever path, so that one which says nothing of a path is heard as well. */
export interface Lateness {
  heard(nowMs: number): void
  /** From when on the next report is late, engine ms; Infinity before one came. */
  readonly fromMs: number
}

export function createLateness(): Lateness {
  let heardMs = Infinity
  let usualMs = 0
  let variationMs = 0
  return {
    heard(nowMs) {
      const gapMs = nowMs - heardMs
      heardMs = nowMs
      if (gapMs < 0 || gapMs > pauseMs) return
      variationMs += (Math.abs(gapMs - usualMs) - variationMs) * gain
      usualMs += (gapMs - usualMs) * gain
    },
    get fromMs() {
      return heardMs + usualMs + byVariation * variationMs + leastLateMs
    },
  }
}
