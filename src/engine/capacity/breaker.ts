/** RFC 8083 section 4.3: as a fair TCP flow sends, times ten. */
const tolerance = 10
/** Intervals in a row after which it trips; RFC 8083 asks for three reporting intervals at least. */
const intervalsToTrip = 3
/** What is known of intervals is kept over so many in a row that tell nothing: a path that dies and returns is the same. */
const keptIntervals = 20
/** Less loss than this is for weights and modes to mend: a stream over several paths may fill one of them for a while. */
const leastLoss = 0.2
/** Loss that needs no full queue as its explanation: no link that works loses so much by itself. */
const absurdLoss = 0.25
/** An interval is good only when so much of what was sent is known of: else most of it is still under way. */
const leastKnown = 0.5

/** One path in one interval of about half a second. */
export interface BreakerInterval {
  /** Bytes of all streams but `bulk`, and packets, that went over it. */
  readonly sentBps: number
  readonly meanPacketBytes: number
  /** All packets that went over it. */
  readonly sent: number
  /** Fates that became known. */
  readonly delivered: number
  /** Of `delivered` those that had been taken for lost: they tell of an interval before. */
  readonly late: number
  readonly lost: number
  /** Of `lost` those that a full queue explains, not only a longer way. */
  readonly lostByFullQueue: number
  readonly rttMs: number | null
}

/**
 * The circuit breaker of RFC 8083 for streams that do not adapt: true when such a stream has sent at ten times the rate
 * that TCP would have (by the simple equation, RFC 8083 section 4.3) for three intervals in a row. Losses that no full
 * queue explains do not count, as a lossy link is no congestion, unless they are a quarter of all. An interval that tells
 * nothing, since reports or the path itself were gone, is neither one of the three nor the end of the row.
 */
export interface Breaker {
  /** `isTry`: something goes over the path only to see whether it has room, so that one interval is enough. */
  update(interval: BreakerInterval, isTry?: boolean): boolean
  /** What has been done elsewhere may have helped: counts anew. */
  reset(): void
  /** The last intervals that told something were too much, in a row nearly as long as to trip, or longer. */
  readonly isExceeded: boolean
}

export function createBreaker(): Breaker {
  let exceeded = 0
  let untold = 0
  /** As `exceeded`, but not ended by a trip. */
  let row = 0
  return {
    update(interval, isTry = false) {
      const verdict = judge(interval)
      untold = verdict === 'untold' ? untold + 1 : 0
      if (verdict === 'fine' || untold > keptIntervals) exceeded = row = 0
      if (verdict !== 'excessive') return false
      exceeded += 1
      row += 1
      if (exceeded < (isTry ? 1 : intervalsToTrip)) return false
      exceeded = 0
      return true
    },
    reset() {
      exceeded = row = 0
    },
    get isExceeded() {
      return row >= intervalsToTrip - 1
    },
  }
}

/** Several paths of one interval as one, which is as fast as the fastest of them. */
export function together(intervals: readonly BreakerInterval[]): BreakerInterval {
  const sum = { sentBps: 0, sent: 0, delivered: 0, late: 0, lost: 0, lostByFullQueue: 0 }
  let packetsPerSecond = 0
  let rttMs: number | null = null
  for (const one of intervals) {
    sum.sentBps += one.sentBps
    sum.sent += one.sent
    sum.delivered += one.delivered
    sum.late += one.late
    sum.lost += one.lost
    sum.lostByFullQueue += one.lostByFullQueue
    if (one.meanPacketBytes === 0) continue
    packetsPerSecond += one.sentBps / (8 * one.meanPacketBytes)
    if (one.rttMs !== null) rttMs = Math.min(rttMs ?? Infinity, one.rttMs)
  }
  const meanPacketBytes = packetsPerSecond === 0 ? 0 : sum.sentBps / (8 * packetsPerSecond)
  return { ...sum, meanPacketBytes, rttMs }
}

function judge(interval: BreakerInterval): 'excessive' | 'fine' | 'untold' {
  const { sentBps, meanPacketBytes, sent, delivered, late, lost, lostByFullQueue, rttMs } = interval
  const known = delivered + lost
  // Nothing at all arrives on a path that is dead: that is for liveness to find, not for a breaker. Nor is it a good sign.
  if (sentBps === 0 || delivered <= late || rttMs === null) return 'untold'
  const counted = lost / known > absurdLoss ? lost : lostByFullQueue
  const fairBps = (meanPacketBytes * 8000) / (Math.max(1, rttMs) * Math.sqrt((2 * counted) / known / 3))
  if (counted >= leastLoss * known && sentBps > tolerance * fairBps) return 'excessive'
  // The first packets into an empty queue all arrive.
  return known < leastKnown * sent ? 'untold' : 'fine'
}
