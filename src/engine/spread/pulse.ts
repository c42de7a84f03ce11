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
  /** What was sent over it is not to be waited for: the path went away. */
  forget(): void
  /** When acknowledgement becomes overdue; Infinity while nothing is awaited, or before the peer ever acknowledged. */
  dueMs(): number
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
/** Beyond the smoothed round trip of acknowledgements and four times its variation, ms. */
const marginMs = 5
const leastJitterMs = 5

export function createPulse(): Pulse {
  /** Send times not acknowledged, nor older than an acknowledged one; ascending, in a ring. */
  const waiting = new Float64Array(steps)
  let first = 0
  let count = 0
  let samples = 0
  let smoothedMs = 0
  let variationMs = 0
  let heardMs = 0

  const oldest = (): number => (count === 0 ? Infinity : (waiting[first] as number))

  const addSample = (rttMs: number): void => {
    if (samples === 0) {
      smoothedMs = rttMs
      variationMs = rttMs / 2
    } else {
      variationMs = 0.75 * variationMs + 0.25 * Math.abs(smoothedMs - rttMs)
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
      addSample(Math.max(0, nowMs - sentAtMs))
      heardMs = nowMs
      // Those of the same step came with it as far as can be told.
      while (count > 0 && oldest() <= sentAtMs) {
        first = (first + 1) % steps
        count -= 1
      }
    },
    answered() {
      count = 0
    },
    forget() {
      count = 0
      samples = 0
    },
    dueMs() {
      if (samples < samplesWanted || count === 0) return Infinity
      const allowanceMs = Math.max(leastJitterMs, 4 * variationMs) + marginMs
      // While acknowledgements of older packets still come, the path is slow and not dead.
      return Math.max(oldest() + smoothedMs, heardMs) + allowanceMs
    },
    sinceMs() {
      return samples < samplesWanted || count === 0 ? null : oldest()
    },
    doubtedMs() {
      return samples < samplesWanted ? Infinity : oldest() + smoothedMs + leastJitterMs
    },
  }
}
