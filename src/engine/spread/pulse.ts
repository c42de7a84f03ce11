/**
 * Whether a path still delivers, by the peer's reports of what came when: a packet is overdue when the peer made a report
 * so long after the packet's time that it would have told of it. So a dead path is noticed a round trip after the first
 * packet that it lost, without waiting for the peer's own traffic to fall silent; and reports that come late, as this
 * machine or the peer is busy or their way is slow, make nothing overdue. Constant work a packet.
 */
export interface Pulse {
  /** A packet went over the path. */
  sent(nowMs: number): void
  /** The peer tells for the first time that packets came over the path. */
  heard(told: Told, nowMs: number): void
  /** The path answered something else, so that what was sent before is no evidence against it any more. */
  answered(): void
  /**
   * Takes the packets that are overdue, where the newest report was made at `madeAtMs` by the peer's clock and came at
   * `reportedMs`: returns until when they were sent, -Infinity when none is. One may be lost by chance; with a second one, sent clearly later, and nothing acknowledged
   * since, the path `isSilent`.
   */
  takeOverdue(madeAtMs: number, reportedMs: number, nowMs: number): number
  /** When the oldest packet is overdue although no report comes at all: the last one came at `reportedMs`. */
  dueMs(reportedMs: number): number
  readonly isSilent: boolean
  /** When the oldest packet was sent that is not acknowledged; null while none is, or acknowledgements are unknown. */
  sinceMs(): number | null
  /** Something is overdue, or would be if delays did not vary: what is sent now is at risk. */
  isDoubtful(madeAtMs: number): boolean
}

/** What a report tells of a path. Delays are from our clock to the peer's, with an unknown constant. */
export interface Told {
  /** Of the newest packet that came: when it was sent, and how long it took. */
  readonly sentAtMs: number
  readonly delayMs: number
  /** The longest that one of them took. */
  readonly mostDelayMs: number
}

/** Send times are kept in steps of this, ms. */
const stepMs = 1
/** Steps kept; at a packet a millisecond half a second. Further ones are not told apart. */
const steps = 512
/** Reports after which delays are known well enough. */
const samplesWanted = 4
/**
 * By what the next packet may be late: the most that one was lately, compared with the smoothed delay, and a quarter more.
 * It is forgotten by 2 % with each report.
 */
const latenessKept = 0.98
const latenessFactor = 1.25
/** Beyond that, ms. */
const marginMs = 5
/** A second overdue packet says more than the first one if it was sent this much later, ms: losses come in bursts. */
const laterMs = 5
const leastJitterMs = 5
/** Without any report packets are overdue this much later: a pause of the peer is shorter, mostly. */
const unreportedMs = 300

export function createPulse(): Pulse {
  /** Send times not acknowledged, nor older than an acknowledged one; ascending, in a ring. */
  const waiting = new Float64Array(steps)
  let first = 0
  let count = 0
  let samples = 0
  let smoothedMs = 0
  let latenessMs = 0
  /** From sending to our knowing of the arrival. */
  let smoothedAckMs = 0
  let newestMs = -Infinity
  /** When the newest one came by the peer's clock, and when we knew. */
  let cameMs = -Infinity
  let heardMs = -Infinity
  /** When the first packet was sent that is overdue, nothing having been acknowledged since; null when none is. */
  let overdueSinceMs: number | null = null
  let isSilent = false

  const oldest = (): number => (count === 0 ? Infinity : (waiting[first] as number))

  const drop = (): void => {
    first = (first + 1) % steps
    count -= 1
  }

  const allowanceMs = (): number => Math.max(leastJitterMs, latenessFactor * latenessMs) + marginMs

  /** Until when by the peer's clock the oldest comes; while older ones still come, the path is slow and not dead. */
  const expectedMs = (): number => Math.max(oldest() + smoothedMs, cameMs)

  const dueMs = (reportedMs: number): number => {
    if (samples < samplesWanted || count === 0) return Infinity
    return Math.max(oldest() + smoothedAckMs, heardMs, reportedMs) + allowanceMs() + unreportedMs
  }

  const isOverdue = (madeAtMs: number, reportedMs: number, nowMs: number): boolean => {
    if (samples < samplesWanted || count === 0) return false
    return madeAtMs >= expectedMs() + allowanceMs() || nowMs >= dueMs(reportedMs)
  }

  const addSample = ({ sentAtMs, delayMs, mostDelayMs }: Told, nowMs: number): void => {
    const ackMs = Math.max(0, nowMs - sentAtMs)
    if (samples === 0) {
      smoothedMs = delayMs
      smoothedAckMs = ackMs
    }
    latenessMs = Math.max(latenessMs * latenessKept, mostDelayMs - smoothedMs)
    smoothedMs += 0.125 * (delayMs - smoothedMs)
    smoothedAckMs += 0.125 * (ackMs - smoothedAckMs)
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
    heard(told, nowMs) {
      // Overtaken: nothing new.
      if (told.sentAtMs <= newestMs) return
      newestMs = told.sentAtMs
      overdueSinceMs = null
      isSilent = false
      addSample(told, nowMs)
      cameMs = told.sentAtMs + told.delayMs
      heardMs = nowMs
      // Those of the same step came with it as far as can be told.
      while (count > 0 && oldest() <= told.sentAtMs) drop()
    },
    answered() {
      count = 0
      overdueSinceMs = null
      isSilent = false
    },
    takeOverdue(madeAtMs, reportedMs, nowMs) {
      let untilMs = -Infinity
      while (isOverdue(madeAtMs, reportedMs, nowMs)) {
        untilMs = oldest()
        overdueSinceMs ??= untilMs
        if (untilMs >= overdueSinceMs + laterMs) isSilent = true
        drop()
      }
      // Others of the same step go with it.
      return untilMs + stepMs
    },
    dueMs,
    get isSilent() {
      return isSilent
    },
    sinceMs() {
      if (samples < samplesWanted) return null
      return overdueSinceMs ?? (count === 0 ? null : oldest())
    },
    isDoubtful(madeAtMs) {
      if (samples < samplesWanted) return false
      return overdueSinceMs !== null || madeAtMs >= oldest() + smoothedMs + leastJitterMs
    },
  }
}
