import type { Random } from './random'

/** What one direction of a link does to packets. A field left out does nothing. */
export interface Impairments {
  readonly delayMs?: number
  /** Uniform in [-jitterMs, +jitterMs] around the delay; order is kept. */
  readonly jitterMs?: number
  readonly lossPercent?: number
  readonly duplicatePercent?: number
  /** This share of packets is held back by `reorderByMs` and may be overtaken. */
  readonly reorderPercent?: number
  readonly reorderByMs?: number
  /** Bits a second, IP and UDP headers included; null = no limit. */
  readonly rateBps?: number | null
  /** Longest wait in the drop-tail queue in front of the rate, ms. */
  readonly queueMs?: number
  /** Gilbert-Elliott: two states, entered and left by chance per packet; losses of the bad state come on top. */
  readonly burst?: {
    readonly enterPercent: number
    readonly leavePercent: number
    readonly lossPercent: number
  } | null
}

/** Exact counts of one direction. offered + duplicated = delivered + all drops + inFlight. */
export interface LinkCounts {
  readonly offered: number
  readonly offeredBytes: number
  readonly delivered: number
  readonly deliveredBytes: number
  readonly duplicated: number
  readonly droppedLoss: number
  readonly droppedQueue: number
  readonly droppedDown: number
  readonly inFlight: number
}

export type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** One direction of a link: decides the fate of each packet when it is offered, and counts. */
export interface LinkDirection {
  readonly counts: LinkCounts
  set(impairments: Impairments): void
  setUp(up: boolean): void
  /** Arrival times of the packet's copies; empty when it is lost. */
  offer(bytes: number, nowMs: number): readonly number[]
  /** A copy has come to the far end: true when it is let out, false when the link went down under it. */
  arrive(bytes: number, sentWhileEpoch: number): boolean
  /** Changes when the link goes down, so that packets under way are lost with it. */
  readonly epoch: number
}

const none: readonly number[] = []

export function createLinkDirection(random: Random, initial: Impairments): LinkDirection {
  let how = initial
  let up = true
  let epoch = 0
  let inBurst = false
  let busyUntilMs = Number.NEGATIVE_INFINITY
  let lastArrivalMs = Number.NEGATIVE_INFINITY
  const counts: Writable<LinkCounts> = {
    offered: 0,
    offeredBytes: 0,
    delivered: 0,
    deliveredBytes: 0,
    duplicated: 0,
    droppedLoss: 0,
    droppedQueue: 0,
    droppedDown: 0,
    inFlight: 0,
  }

  const percent = (value: number | undefined) =>
    value !== undefined && value > 0 && random.next() * 100 < value

  function lost(): boolean {
    const burst = how.burst
    if (burst !== undefined && burst !== null) {
      inBurst = inBurst ? !percent(burst.leavePercent) : percent(burst.enterPercent)
      if (inBurst && percent(burst.lossPercent)) return true
    }
    return percent(how.lossPercent)
  }

  /** When the last bit has left the sender, or undefined when the queue is full. */
  function serialise(bytes: number, nowMs: number): number | undefined {
    const rateBps = how.rateBps
    if (rateBps === undefined || rateBps === null) return nowMs
    const startMs = Math.max(nowMs, busyUntilMs)
    if (startMs - nowMs > (how.queueMs ?? 100)) return undefined
    busyUntilMs = startMs + (bytes * 8000) / rateBps
    return busyUntilMs
  }

  function arrivalAfter(leftMs: number): number {
    const jitterMs = how.jitterMs ?? 0
    const delayMs = Math.max(0, (how.delayMs ?? 0) + (jitterMs > 0 ? random.range(-jitterMs, jitterMs) : 0))
    if (percent(how.reorderPercent)) return leftMs + delayMs + (how.reorderByMs ?? 0)
    lastArrivalMs = Math.max(leftMs + delayMs, lastArrivalMs)
    return lastArrivalMs
  }

  return {
    counts,
    get epoch() {
      return epoch
    },
    set(impairments) {
      how = impairments
      // A shorter delay takes effect at once: the order of what is under way is not kept across a change.
      lastArrivalMs = Number.NEGATIVE_INFINITY
    },
    setUp(next) {
      if (up && !next) epoch++
      up = next
    },
    offer(bytes, nowMs) {
      counts.offered++
      counts.offeredBytes += bytes
      if (!up) {
        counts.droppedDown++
        return none
      }
      const leftMs = serialise(bytes, nowMs)
      if (leftMs === undefined) {
        counts.droppedQueue++
        return none
      }
      if (lost()) {
        counts.droppedLoss++
        return none
      }
      const arrivals = [arrivalAfter(leftMs)]
      if (percent(how.duplicatePercent)) {
        counts.duplicated++
        arrivals.push(arrivalAfter(leftMs))
      }
      counts.inFlight += arrivals.length
      return arrivals
    },
    arrive(bytes, sentWhileEpoch) {
      counts.inFlight--
      if (sentWhileEpoch !== epoch) {
        counts.droppedDown++
        return false
      }
      counts.delivered++
      counts.deliveredBytes += bytes
      return true
    },
  }
}

/** offered + duplicated = delivered + drops + inFlight. */
export function isConserved(counts: LinkCounts): boolean {
  const { offered, duplicated, delivered, droppedLoss, droppedQueue, droppedDown, inFlight } = counts
  return (
    inFlight >= 0 && offered + duplicated === delivered + droppedLoss + droppedQueue + droppedDown + inFlight
  )
}
