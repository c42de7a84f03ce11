import { createCubicWindow } from './cubic'
import { createShareMeter } from './share'

/** In a surge the window grows by this part of what arrives, until this part of the bottleneck is ours. */
const surgeGrowth = 0.3
const fairShare = 0.45
/** Then the share is measured again so soon, or where losses ended the surge, and later this often, ms and round trips, by cutting the window to this part of it for two rounds. */
const measureSoonMs = 1500
const measureAgainMs = 3000
const measureEveryMs = 5000
const measureEveryRounds = 40
const dip = 0.7
/** Below and above which the share is set right; and with so much of it nobody else is there. */
const leastShare = 0.35
const mostShare = 0.7
const allOurs = 0.85
/** Who was taken to be gone so lately, ms, and is there, is taken to be gone only when that shows twice in a row. */
const backMs = 15_000
/** Losses take the window to this part of what it was at the last measurement at most: a full queue may be no sign of our share. */
const leastPart = 0.5
/** A window of fewer packets cannot be cut so that it shows. */
const leastToDip = 24
/** A surge that is not the first ends at this many times the window that it began with. */
const mostSurge = 2.5
/** A queue that was short for so long is filled by a surge, ms: BBR empties it for 200 ms every 10 s. */
const calmMs = 700
/** Packets lost in one round that end a surge: one or two are bad luck. */
const surgeLoss = 4
/** A full queue loses packets when it is longest: beside packets that waited for this part of the longest wait of late. */
const fullPart = 0.8
/** A queue that moved by less than this stood still, ms; where jitter is more, by less than that. */
const stillWithinMs = 1.5
/** A surge that must lengthen a full bottleneck's queue by so many times that, and whose rate grew by this part of what its window did. */
const mustShow = 2.5
const unhindered = 0.8
/** What of the longest wait is left after a millisecond: half after 35 s. */
const longestKept = 0.99998

/**
 * The window while others keep a queue on the path that we do not control. A surge takes a share to begin with; then the
 * window is CUBIC's, which takes no account of flows that do not mind losses, such as BBR's: so the share is measured now
 * and then, and set right where it is far from a half.
 */
export interface Competition {
  begin(nowMs: number): void
  /** In any phase: a packet arrived and waited so long in the queue. */
  waited(queueMs: number, nowMs: number): void
  /** Bytes that arrived; the window after them. */
  acked(windowBytes: number, bytes: number, roundTripMs: number, nowMs: number): number
  /** A loss, `lostBytes` in this round with it, of which `usualBytes` always are; the window after it, null = it says nothing. */
  lost(windowBytes: number, lostBytes: number, usualBytes: number, nowMs: number): number | null
  /**
   * A round is over; the window after it. `alone`: nobody else is there. `longer`: nor is the queue one, as more was sent and
   * arrived and it stood still: the path takes longer than it did.
   */
  round(round: CompetingRound): number | 'alone' | 'longer'
  /** No packet of this round waited for as long as in a full queue: what it lost is what the path always loses. */
  readonly isFarFromFull: boolean
  /** How many of our own paths share the bottleneck, this one included. */
  setSharers(count: number): void
}

export interface CompetingRound {
  /** Now, and when the packets were sent that the rate is of. */
  readonly windowBytes: number
  readonly sentWindowBytes: number
  readonly rateBps: number
  /** Delivered at most of late. */
  readonly largestBps: number
  readonly queueMs: number
  readonly noiseMs: number
  /** The window kept something back. */
  readonly isLimited: boolean
  /** The queue was not longer than what is kept without others. */
  readonly isCalm: boolean
  readonly roundTripMs: number
  readonly nowMs: number
}

export function createCompetition(packetBytes: number): Competition {
  const cubic = createCubicWindow(packetBytes)
  const meter = createShareMeter()
  let measuring: 'surge' | 'dip' | null = null
  let rounds = 0
  let beforeDip = 0
  let measuredMs = 0
  let nextSoonMs: number | null = null
  let calmSinceMs = 0
  let longestMs = 0
  let lastWaitMs = 0
  let waitedMs = 0
  let roundMostMs = 0
  let sharers = 1
  let goneMs = -Infinity
  let isDoubted = false
  let judgedWindow = 0
  let mostBytes = Infinity
  let atFirst: CompetingRound | null = null

  const surge = (windowBytes: number): void => {
    measuring = 'surge'
    rounds = 0
    mostBytes = mostSurge * windowBytes
  }

  const goOn = (windowBytes: number, nowMs: number, soonMs: number | null = null): number => {
    measuring = null
    measuredMs = nowMs
    nextSoonMs = soonMs
    calmSinceMs = nowMs
    judgedWindow = windowBytes
    cubic.begin(windowBytes, nowMs)
    return windowBytes
  }

  /** The window that would make our share, now `share`, a half. */
  const halved = (windowBytes: number, share: number): number => {
    const half = 1 / (2 * sharers)
    return windowBytes * Math.max(0.5, ((1 - share) * half) / (share * (1 - half)))
  }

  /** The window by our share, where it is enough. */
  const setRight = (
    windowBytes: number,
    share: number,
    nowMs: number,
    soonMs: number | null,
  ): number | 'alone' => {
    if (share > allOurs) {
      if (!isDoubted) {
        goneMs = nowMs
        return 'alone'
      }
      isDoubted = false
      return goOn(halved(windowBytes, share), nowMs, measureSoonMs)
    }
    return goOn(share > mostShare / sharers ? halved(windowBytes, share) : windowBytes, nowMs, soonMs)
  }

  /** A bottleneck that others fill cannot take more of ours at once without a longer queue. */
  const isUnhindered = (first: CompetingRound, now: CompetingRound): boolean => {
    const noiseMs = Math.max(stillWithinMs, now.noiseMs)
    const moreBytes = now.sentWindowBytes - first.sentWindowBytes
    const growth = now.sentWindowBytes / first.sentWindowBytes
    return (
      now.isLimited &&
      (moreBytes * 8000) / Math.max(1, now.largestBps) >= mustShow * noiseMs &&
      Math.abs(now.queueMs - first.queueMs) < noiseMs &&
      now.rateBps >= unhindered * growth * first.rateBps
    )
  }

  const afterSurge = (round: CompetingRound): number | 'alone' | 'longer' => {
    const { windowBytes, sentWindowBytes, rateBps, nowMs } = round
    // What was in flight before it is still to arrive in the first round.
    if (rounds === 1) return windowBytes
    if (rounds === 2) {
      meter.begin(sentWindowBytes, rateBps)
      atFirst = round
    } else if (atFirst !== null && isUnhindered(atFirst, round)) return 'longer'
    const share = meter.shareNow(sentWindowBytes, rateBps)
    if (share === null || share < fairShare / sharers) {
      return windowBytes < mostBytes ? windowBytes : goOn(windowBytes, nowMs, measureSoonMs)
    }
    return setRight(windowBytes, share, nowMs, measureSoonMs)
  }

  const afterDip = ({ windowBytes, sentWindowBytes, rateBps, nowMs }: CompetingRound): number | 'alone' => {
    if (rounds === 1) return windowBytes
    const share = meter.shareNow(sentWindowBytes, rateBps)
    if (share === null) return goOn(beforeDip, nowMs)
    if (share < leastShare / sharers) {
      surge(beforeDip)
      return beforeDip
    }
    return setRight(share > mostShare / sharers ? windowBytes : beforeDip, share, nowMs, null)
  }

  return {
    begin(nowMs) {
      isDoubted = nowMs - goneMs < backMs
      judgedWindow = 0
      surge(Infinity)
    },
    waited(queueMs, nowMs) {
      lastWaitMs = queueMs
      roundMostMs = Math.max(roundMostMs, queueMs)
      longestMs = Math.max(queueMs, longestMs * longestKept ** (nowMs - waitedMs))
      waitedMs = nowMs
    },
    acked(windowBytes, bytes, roundTripMs, nowMs) {
      if (measuring === 'surge') return windowBytes + surgeGrowth * bytes
      if (measuring === 'dip') return windowBytes
      const next = cubic.acked(windowBytes, bytes, roundTripMs, nowMs)
      return windowBytes + (next - windowBytes) / (sharers * sharers)
    },
    lost(windowBytes, lostBytes, usualBytes, nowMs) {
      // It is cut as by a loss already.
      if (measuring === 'dip') return null
      const saysNothing =
        measuring === 'surge'
          ? lostBytes < surgeLoss * packetBytes
          : lastWaitMs < fullPart * longestMs ||
            lostBytes < 4 * usualBytes + (usualBytes > packetBytes / 20 ? 2 * packetBytes : 0)
      if (saysNothing) return null
      if (measuring === 'surge') goOn(windowBytes, nowMs, measureAgainMs)
      const next = cubic.lost(windowBytes, nowMs)
      const least = Math.min(windowBytes, leastPart * judgedWindow)
      if (next < least) nextSoonMs = measureSoonMs
      return Math.max(least, next)
    },
    round(round) {
      const { windowBytes, nowMs } = round
      rounds += 1
      roundMostMs = 0
      if (measuring === 'surge') return afterSurge(round)
      if (measuring === 'dip') return afterDip(round)
      if (!round.isCalm) calmSinceMs = nowMs
      if (nowMs - calmSinceMs > calmMs) {
        surge(windowBytes)
        return windowBytes
      }
      const everyMs = Math.max(measureEveryMs, measureEveryRounds * round.roundTripMs)
      if (nowMs - measuredMs <= (nextSoonMs ?? everyMs)) return windowBytes
      if (windowBytes < leastToDip * packetBytes) {
        surge(windowBytes)
        return windowBytes
      }
      meter.begin(windowBytes, round.rateBps)
      measuring = 'dip'
      rounds = 0
      beforeDip = windowBytes
      return windowBytes * dip
    },
    get isFarFromFull() {
      return roundMostMs < fullPart * longestMs
    },
    setSharers(count) {
      sharers = count
    },
  }
}
