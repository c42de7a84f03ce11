import { limits } from '../face/limits'

/** RFC 9002 section 6.1.1: a packet is lost once one sent this many later has arrived. */
const packetThreshold = 3
/** Packets that overtake others raise the threshold up to this. */
const mostReordering = 256
/** RFC 9002 section 6.1.2. */
const timeThreshold = 9 / 8
/** kGranularity of RFC 9002, and the step in which arrivals are told. */
const granularityMs = 2
/** The clocks of both ends part by this much at most, ms per ms: the smallest delay of before may be too small by it. */
const clockDrift = 1e-4
/** Before a round trip is known, ms (RFC 9002 kInitialRtt). */
const initialRttMs = 333

const inFlight = 1
const delivered = 2
const lost = 3

/** What becomes of packets. Called from within the ledger's methods, in the order of sending where it is known. */
export interface LedgerSink {
  /**
   * `arrivedMs` by the peer's clock. `isLate`: it had been taken for lost. `skipped`: packets that were sent between it and
   * the newest that had arrived; -1 when it is older than that, 0 when it is the first of all.
   */
  delivered(bytes: number, sentMs: number, arrivedMs: number, isLate: boolean, skipped: number): void
  /** `sentMs`: when it was put on this path. */
  lost(stream: number, sequence: number, bytes: number, sentMs: number): void
}

/** Packets since the pair exists; sent = inFlight + delivered + lost. */
export interface LedgerCounts {
  readonly sent: number
  readonly delivered: number
  /** Taken for lost and not heard of since. */
  readonly lost: number
  /** Of `delivered` those that had been taken for lost, but for those that were forgotten since there were so many. */
  readonly spurious: number
  readonly inFlight: number
}

/**
 * What is under way on one path, by what its receiver reports: delivered, or lost by RFC 9002's packet and time
 * thresholds. The packet threshold grows to the reordering that is seen. Constant work a packet; memory is fixed: what is in
 * flight beyond `limits.inFlightPackets` is lost, and when it is heard of after all it is counted, and no more.
 */
export interface Ledger {
  sent(stream: number, sequence: number, bytes: number, nowMs: number): void
  /** One arrival of a report; then `settle` once for the report. */
  arrived(stream: number, sequence: number, arrivedMs: number, madeAtMs: number, nowMs: number): void
  /** Finds what is lost: after a report, and when `nextDeadline` has come. */
  settle(nowMs: number): void
  nextDeadline(): number
  /** The path does not carry any more: all that is in flight is lost, and told so. */
  abandon(): void
  /** Whether the peer has told that a packet came over this path; false also when that is long ago. */
  hasArrived(stream: number, sequence: number): boolean
  readonly inFlightBytes: number
  readonly counts: LedgerCounts
  /** Number of the packet sent next, and the highest that has arrived, -1 before one; numbers begin at 0. */
  readonly nextNumber: number
  readonly highestArrived: number
  /** Time from sending to the report of it, the wait for that report included; smoothed as in RFC 6298, null before one. */
  readonly smoothedAckMs: number | null
  /** Smoothed round trip, without the receiver's wait; null before one. */
  readonly smoothedRttMs: number | null
  /** When the oldest packet in flight was sent; Infinity when none is. */
  readonly oldestInFlightMs: number
  /** When the newest packet that has arrived was sent; null before one arrived. */
  readonly newestSentMs: number | null
  /** Delays of those that the present report tells of first: of the newest, and the longest; null when none is. */
  readonly newDelays: { readonly newestMs: number; readonly mostMs: number } | null
  /** When a report last brought something new; -Infinity before. */
  readonly heardMs: number
}

export function createLedger(sink: LedgerSink): Ledger {
  const size = limits.inFlightPackets
  const mask = size - 1
  const sentMs = new Float64Array(size)
  const sequences = new Float64Array(size)
  const bytesOf = new Uint16Array(size)
  const streams = new Uint16Array(size)
  const states = new Uint8Array(size)
  /** Packets by stream and sequence number: chains of slots, -1 ends one. */
  const heads = new Int32Array(size).fill(-1)
  const chained = new Int32Array(size).fill(-1)
  /** By stream, the highest sequence numbers that were sent, and heard of; -1 before one. */
  const highest = new Map<number, { sent: number; heard: number }>()
  let nextNumber = 0
  /** None below is in flight. */
  let oldest = 0
  let highestArrived = -1
  let inFlightBytes = 0
  let flying = 0
  const totals = { sent: 0, delivered: 0, lost: 0, spurious: 0 }
  let threshold = packetThreshold
  let smoothedAckMs: number | null = null
  let ackVariationMs = 0
  let latestAckMs = 0
  let smoothedRttMs: number | null = null
  let heardMs = -Infinity
  /** Smallest time from sending to arrival, by both clocks, of packets that were sent over the path once. */
  let leastDelayMs = Infinity
  let leastSinceMs = 0
  /** The newest packet of the report that is being taken. */
  let newest = -1
  let newestDelayMs = 0
  let mostDelayMs = -Infinity

  const headOf = (stream: number, sequence: number): number => (sequence + stream * 2657) & mask

  const unlink = (slot: number): void => {
    const head = headOf(streams[slot] as number, sequences[slot] as number)
    let at = heads[head] as number
    if (at === slot) {
      heads[head] = chained[slot] as number
      return
    }
    while (at >= 0) {
      const next = chained[at] as number
      if (next === slot) {
        chained[at] = chained[slot] as number
        return
      }
      at = next
    }
  }

  const findFrom = (first: number, stream: number, sequence: number): number => {
    let slot = first
    while (slot >= 0 && (sequences[slot] !== sequence || streams[slot] !== stream))
      slot = chained[slot] as number
    return slot
  }

  /** When the same packet was put on the path before; -1 when it was not. */
  const before = (slot: number): number =>
    findFrom(chained[slot] as number, streams[slot] as number, sequences[slot] as number)

  /**
   * Which of several times that a packet was put on the path has brought it: the latest from which it did not take less
   * than the path's shortest time. Else an earlier copy would seem to have come before it was sent.
   */
  const bringer = (latest: number, arrivedMs: number): number => {
    let slot = latest
    for (let earlier = before(slot); earlier >= 0; earlier = before(slot)) {
      if (arrivedMs - (sentMs[slot] as number) >= leastDelayMs - granularityMs) break
      slot = earlier
    }
    return slot
  }

  const noteDelay = (delayMs: number, nowMs: number): void => {
    leastDelayMs = Math.min(delayMs, leastDelayMs + (nowMs - leastSinceMs) * clockDrift)
    leastSinceMs = nowMs
  }

  const lose = (slot: number): void => {
    states[slot] = lost
    const bytes = bytesOf[slot] as number
    inFlightBytes -= bytes
    flying -= 1
    totals.lost += 1
    sink.lost(streams[slot] as number, sequences[slot] as number, bytes, sentMs[slot] as number)
  }

  const skipSettled = (): void => {
    while (oldest < nextNumber && states[oldest & mask] !== inFlight) oldest += 1
  }

  /** What was sent before the answer to a later packet is lost when it is this old, ms. */
  const patienceMs = (): number => {
    if (smoothedAckMs === null) return timeThreshold * initialRttMs
    const slowest = Math.max(smoothedAckMs, latestAckMs)
    return Math.max(timeThreshold * slowest, slowest + 2 * ackVariationMs) + granularityMs
  }

  const measure = (number: number, arrivedMs: number, madeAtMs: number, nowMs: number): void => {
    const ackMs = Math.max(0, nowMs - (sentMs[number & mask] as number))
    latestAckMs = ackMs
    const rttMs = Math.max(0, ackMs - Math.max(0, madeAtMs - arrivedMs))
    smoothedRttMs = smoothedRttMs === null ? rttMs : smoothedRttMs + (rttMs - smoothedRttMs) / 8
    if (smoothedAckMs === null) {
      smoothedAckMs = ackMs
      ackVariationMs = ackMs / 4
      return
    }
    ackVariationMs += (Math.abs(smoothedAckMs - ackMs) - ackVariationMs) / 8
    smoothedAckMs += (ackMs - smoothedAckMs) / 8
  }

  const countForgotten = (nowMs: number): void => {
    if (totals.lost === 0 || nextNumber <= size) return
    totals.lost -= 1
    totals.delivered += 1
    heardMs = nowMs
  }

  const numberOf = (slot: number): number => {
    const behind = (nextNumber - 1 - slot) & mask
    return nextNumber - 1 - behind
  }

  return {
    sent(stream, sequence, bytes, nowMs) {
      const slot = nextNumber & mask
      const of = highest.get(stream)
      if (of === undefined) highest.set(stream, { sent: sequence, heard: -1 })
      else if (sequence > of.sent) of.sent = sequence
      if (nextNumber >= size) {
        if (states[slot] === inFlight) lose(slot)
        unlink(slot)
      }
      sentMs[slot] = nowMs
      sequences[slot] = sequence
      bytesOf[slot] = bytes
      streams[slot] = stream
      states[slot] = inFlight
      const head = headOf(stream, sequence)
      chained[slot] = heads[head] as number
      heads[head] = slot
      nextNumber += 1
      inFlightBytes += bytes
      flying += 1
      totals.sent += 1
      skipSettled()
    },
    arrived(stream, sequence, arrivedMs, madeAtMs, nowMs) {
      const of = highest.get(stream)
      const isFirst = of !== undefined && sequence > of.heard && sequence <= of.sent
      if (isFirst) of.heard = sequence
      const latest = findFrom(heads[headOf(stream, sequence)] as number, stream, sequence)
      if (latest < 0) {
        if (isFirst) countForgotten(nowMs)
        return
      }
      const isOnce = before(latest) < 0
      const slot = isOnce ? latest : bringer(latest, arrivedMs)
      if (states[slot] === delivered) return
      const isLate = states[slot] === lost
      const number = numberOf(slot)
      const bytes = bytesOf[slot] as number
      states[slot] = delivered
      totals.delivered += 1
      heardMs = nowMs
      if (isLate) {
        totals.lost -= 1
        totals.spurious += 1
        threshold = Math.min(mostReordering, Math.max(threshold, highestArrived - number + 1))
      } else {
        inFlightBytes -= bytes
        flying -= 1
      }
      const skipped = highestArrived < 0 ? 0 : Math.max(-1, number - highestArrived - 1)
      if (number > highestArrived) highestArrived = number
      const delayMs = arrivedMs - (sentMs[slot] as number)
      mostDelayMs = Math.max(mostDelayMs, delayMs)
      if (isOnce) noteDelay(delayMs, nowMs)
      if (number > newest) {
        newest = number
        newestDelayMs = delayMs
        // Karn's rule: which copy came is only likely, so it is no sample of a round trip.
        if (isOnce) measure(number, arrivedMs, madeAtMs, nowMs)
      }
      sink.delivered(bytes, sentMs[slot] as number, arrivedMs, isLate, skipped)
    },
    settle(nowMs) {
      newest = -1
      mostDelayMs = -Infinity
      const patience = patienceMs()
      for (skipSettled(); oldest < highestArrived; skipSettled()) {
        const slot = oldest & mask
        if (oldest > highestArrived - threshold && (sentMs[slot] as number) + patience > nowMs) break
        lose(slot)
      }
    },
    nextDeadline() {
      return oldest < highestArrived ? (sentMs[oldest & mask] as number) + patienceMs() : Infinity
    },
    abandon() {
      for (skipSettled(); oldest < nextNumber; skipSettled()) lose(oldest & mask)
    },
    hasArrived(stream, sequence) {
      let slot = findFrom(heads[headOf(stream, sequence)] as number, stream, sequence)
      while (slot >= 0 && states[slot] !== delivered) slot = before(slot)
      return slot >= 0
    },
    get inFlightBytes() {
      return inFlightBytes
    },
    get counts() {
      return { ...totals, inFlight: flying }
    },
    get nextNumber() {
      return nextNumber
    },
    get highestArrived() {
      return highestArrived
    },
    get smoothedAckMs() {
      return smoothedAckMs
    },
    get smoothedRttMs() {
      return smoothedRttMs
    },
    get oldestInFlightMs() {
      return oldest < nextNumber ? (sentMs[oldest & mask] as number) : Infinity
    },
    get newestSentMs() {
      return highestArrived < 0 ? null : (sentMs[highestArrived & mask] as number)
    },
    get newDelays() {
      return mostDelayMs === -Infinity ? null : { newestMs: newestDelayMs, mostMs: mostDelayMs }
    },
    get heardMs() {
      return heardMs
    },
  }
}
