/** The window becomes this many times what it was. */
const widenedBy = 1.3
/** The rate grew by less: all, or most, of the bottleneck is ours; by more: others have it, or nothing is full. */
const alonePart = 1.1
const othersPart = 1.15
/** What falls below this of what it was tells of a pause, or of a path that has become slower. */
const pausedPart = 0.9
/** How long its effect is looked at, ms; and so many times what jitter makes, at most so long. */
const leastLookMs = 100
const lookByNoise = 12
const mostLookMs = 300
/** Of what a path of ours gained or lost others of ours lost or gained this part, or more: they may, or do, share a bottleneck. */
const perhapsOursPart = 0.4
const oursPart = 0.7
/** With more jitter the rate has to grow twice in a row, ms. */
const steadyMs = 1
/** What remains unclear is looked at again, so often. */
const mostLooks = 2

/**
 * Who began in a queue that others keep takes it for the way, and sees none. So each path's window is widened once, soon after
 * its start, for two round trips: where all of the bottleneck is ours, only the queue grows with it, else the rate.
 */
export interface Widening {
  /**
   * At this rate before; over all of our paths at once, the longest of whose round trips is given. One that is not `isRipe` is
   * widened for the others' sake: its own rate says nothing yet.
   */
  begin(
    windowBytes: number,
    rateBps: number,
    roundTripMs: number,
    noiseMs: number,
    isRipe: boolean,
    nowMs: number,
  ): void
  /** What the window is meanwhile. */
  readonly windowBytes: number
  readonly beforeBytes: number
  /** When, and over how long, the rate is to be looked at. */
  readonly dueMs: number
  readonly lookMs: number
  /** By how much the rate is now more than before, bit/s. */
  changeBps(rateBps: number): number
  /** True = somebody else may be there. `othersBps`: by how much the rate of our other paths changed meanwhile. */
  judge(rateBps: number, othersBps: number): boolean
  /** Nothing is left to find out. */
  readonly isDone: boolean
}

export function createWidening(): Widening {
  let beforeBytes = 0
  let beforeBps = 0
  let dueMs = 0
  let lookMs = leastLookMs
  let looks = 0
  let isJudged = true
  let isSteady = true
  let wasGrowth = false
  return {
    begin(windowBytes, rateBps, roundTripMs, noiseMs, isRipe, nowMs) {
      isJudged = isRipe
      beforeBytes = windowBytes
      beforeBps = rateBps
      isSteady = noiseMs < steadyMs
      lookMs = Math.min(mostLookMs, leastLookMs + lookByNoise * noiseMs)
      dueMs = nowMs + 2 * roundTripMs + lookMs
    },
    get windowBytes() {
      return widenedBy * beforeBytes
    },
    get beforeBytes() {
      return beforeBytes
    },
    get dueMs() {
      return dueMs
    },
    get lookMs() {
      return lookMs
    },
    changeBps: (rateBps) => rateBps - beforeBps,
    judge(rateBps, othersBps) {
      if (!isJudged) return false
      const part = rateBps / Math.max(1, beforeBps)
      const ours = rateBps === beforeBps ? 0 : -othersBps / (rateBps - beforeBps)
      const isGrowth = part >= othersPart && ours < perhapsOursPart
      const isOthers = isGrowth && (isSteady || wasGrowth)
      wasGrowth = isGrowth
      const isAlone = part > pausedPart && part < (isSteady ? alonePart : othersPart)
      looks = isOthers || isAlone || ours >= oursPart ? mostLooks : looks + 1
      return isOthers
    },
    get isDone() {
      return looks >= mostLooks
    },
  }
}
