/**
 * Whether a path still delivers, from acknowledgements of what went over it: each packet says when it was sent, each
 * acknowledgement which one came. So a dead path is noticed a round trip after the first packet that it lost, without
 * waiting for the peer's own traffic to fall silent. Constant work a packet.
 */
export interface Pulse {
  /** A packet went over the path. */
  sent(nowMs: number): void
  /** The peer says that a packet that was sent over the path at `sentAtMs` has come; in any order. */
  heard(sentAtMs: number, nowMs: number): void
  /** The path answered something else, so that what was sent before is no evidence against it any more. */
  answered(): void
  /** When the next packet becomes overdue; Infinity while none is awaited, or before the peer ever acknowledged. */
  dueMs(): number
  /**
   * Packets have become overdue: returns until when those were sent. One may be lost by chance; with a second one, sent
   * clearly later, and nothing acknowledged since, the path `isSilent`.
   */
  takeOverdue(nowMs: number): number
  readonly isSilent: boolean
  /** When the oldest packet was sent that is not acknowledged; null while none is, or acknowledgements are unknown. */
  sinceMs(): number | null
  /** Like `dueMs`, without allowance for jitter: what is sent from then on is at risk. */
  doubtedMs(): number
}

/** Send times are kept in steps of this, ms. */
const stepMs = 1
/** Steps kept; at a packet a millisecond half a second. Further ones are not told apart. */
const steps = 512
/** Acknowledgements after which round trips are known well enough. */
const samplesWanted = 4
/**
 * Of the latest acknowledgements the latest one, compared with the smoothed round trip, is what the next may be late by,
 * and a quarter more. It is forgotten by 2 % with each acknowledgement.
 */
const latenessKept = 0.98
const latenessFactor = 1.25
/** Beyond that, ms. */
const marginMs = 5
/** A second overdue packet says more than the first one if it was sent this much later, ms: losses come in bursts. */
const laterMs = 5
const leastJitterMs = 5

export function createPulse(): Pulse {
  /** Send times not acknowledged, nor older than an acknowledged one; ascending, in a ring. */
  const waiting = new Float64Array(steps)
  let first = 0
  let count = 0
  let samples = 0
  let smoothedMs = 0
  let latenessMs = 0
  let heardMs = 0
  let newestMs = -Infinity
  /** When the first packet was sent that is overdue, nothing having been acknowledged since; null when none is. */
  let overdueSinceMs: number | null = null
  let isSilent = false

  const oldest = (): number => (count === 0 ? Infinity : (waiting[first] as number))

  const drop = (): void => {
    first = (first + 1) % steps
    count -= 1
  }

  const allowanceMs = (): number => Math.max(leastJitterMs, latenessFactor * latenessMs) + marginMs

  const dueMs = (): number => {
    if (samples < samplesWanted || count === 0) return Infinity
    // While acknowledgements of older packets still come, the path is slow and not dead.
    return Math.max(oldest() + smoothedMs, heardMs) + allowanceMs()
  }

  const addSample = (rttMs: number): void => {
    if (samples === 0) {
      smoothedMs = rttMs
      latenessMs = rttMs / 4
    } else {
      latenessMs = Math.max(latenessMs * latenessKept, rttMs - smoothedMs)
      smoothedMs = 0.875 * smoothedMs + 0.125 * rttMs
    }
    samples += 1
  }

  return {
    sent(nowMs) {
      if (count === steps) return
      const last = count === 0 ? -Infinity : (waiting[(first + count - 1) % steps] as number)
      if (nowMs - last < stepMs) return
      waiting[(first + count) % steps] = nowMs
      count += 1
    },
    heard(sentAtMs, nowMs) {
      // Told again, or overtaken: nothing new.
      if (sentAtMs <= newestMs) return
      newestMs = sentAtMs
      overdueSinceMs = null
      isSilent = false
      addSample(Math.max(0, nowMs - sentAtMs))
      heardMs = nowMs
      // Those of the same step came with it as far as can be told.
      while (count > 0 && oldest() <= sentAtMs) drop()
    },
    answered() {
      count = 0
      overdueSinceMs = null
      isSilent = false
    },
    dueMs,
    takeOverdue(nowMs) {
      let untilMs = -Infinity
      while (dueMs() <= nowMs) {
        untilMs = oldest()
        overdueSinceMs ??= untilMs
        if (untilMs >= overdueSinceMs + laterMs) isSilent = true
        drop()
      }
      // Others of the same step go with it.
      return untilMs + stepMs
    },
    get isSilent() {
      return isSilent
    },
    sinceMs() {
      if (samples < samplesWanted) return null
      return overdueSinceMs ?? (count === 0 ? null : oldest())
    },
    doubtedMs() {
      if (samples < samplesWanted) return Infinity
      return overdueSinceMs === null ? oldest() + smoothedMs + leastJitterMs : -Infinity
    },
  }
}
