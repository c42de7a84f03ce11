import { limits } from '../face/limits'
import { createLedger, type Ledger } from '../feedback'
import { createHistogram, type Histogram } from '../measure'
import { createController, type Controller } from './controller'
import { createPacer } from './pacer'
import { createQueueEstimate } from './queue'
import { createDeliveryRate } from './rate'
import { createRelief } from './relief'

/** A queue this long shows that the path carries all it can, ms; what jitter makes comes on top. */
const saturatedQueueMs = 4
/** For so long, ms, and longer with jitter: a busy machine, or bad luck, makes all packets of a moment late. */
const sustainedMs = 60
const sustainedByNoise = 30
const mostSustainedMs = 400
/** When no arrival was told for so long, ms, the path delivers nothing now. */
const idleAfterMs = 1000
/** Packets of the last 100 ms by which that is judged, else those of the last 320 ms, and the fewest of these. */
const enoughPackets = 16
const leastPackets = 6
/** Time in which 63 % of a change of capacity is followed, ms. */
const capacityMemoryMs = 400
/** What was not seen saturated for this long is not known any more, ms. */
const capacityKeptMs = 60_000
/** While no queue stands, more is tried: after so long, and by this part, times the square of the seconds since. */
const tryMoreAfterMs = 2000
const tryMorePart = 0.02
/** What carried more than was known goes on from so far into the trial, a sixth more, and not from its start. */
const tryOnFromMs = tryMoreAfterMs + 3000
/** A loss beside packets that waited for longer than this is one of a full queue, ms. */
const fullQueueMs = 30
/** Nothing was heard for this many round trips, and this long: silence. */
const silentRounds = 3
const silentMs = 200

/** What is known of one path towards the peer, and how much may be sent over it. */
export interface PathCapacity {
  /** A packet of a stream goes over it. */
  sent(stream: number, sequence: number, bytes: number, nowMs: number): void
  arrived(stream: number, sequence: number, arrivedMs: number, madeAtMs: number, nowMs: number): void
  /** All arrivals of a report have been given. */
  reported(nowMs: number): void
  tick(nowMs: number): void
  nextDeadline(): number
  /** The path is suspected: nothing of `bulk` may go until it is not. */
  pause(isPaused: boolean): void
  /** The path is down: what is in flight is told as lost, and nothing of `bulk` may go. */
  suspend(nowMs: number): void
  resume(nowMs: number): void
  /** When a packet of `bulk` may go: now or earlier, later, or Infinity while the window is full. */
  freeAtMs(bytes: number): number
  /** One was kept back by that. */
  limited(): void
  view(): CapacityView
  readonly ledger: Ledger
  readonly controller: Controller
  readonly standingQueueMs: number | null
  /** By how much delays were shorter after losses than before, ms, since this was asked before; see `isFullQueue`. */
  takeRelief(): number
  setSharers(count: number): void
  /** The user's limit, bit/s; null = none. */
  setCap(capBps: number | null): void
}

export interface CapacityView {
  /** Bit/s of UDP payload: what the path delivered while a queue stood; null when none has stood lately. */
  readonly capacityBps: number | null
  /**
   * What it may be given: the capacity, and more and more while no queue stands, so that a path which has become faster is
   * found out.
   */
  readonly usableBps: number | null
  /** Delivered in the last 500 ms, bit/s; null before anything was. */
  readonly deliveryRateBps: number | null
  /** Standing queue now, ms; null before a report. */
  readonly queueMs: number | null
  /** Of all packets, waiting time over the base delay. */
  readonly waits: Histogram
  readonly lostByFullQueue: number
  readonly lostOtherwise: number
}

export interface PathCapacityOptions {
  readonly packetBytes: number
  /** What `bulk` may begin with in flight, where another pair over the same links tells; 0 = nothing is known. */
  readonly startBytes: number
  rttHintMs(): number | null
  lost(stream: number, sequence: number, sentMs: number, bytes: number): void
}

export function createPathCapacity(options: PathCapacityOptions, startMs: number): PathCapacity {
  const queue = createQueueEstimate()
  const rate = createDeliveryRate()
  const pacer = createPacer()
  const waits = createHistogram()
  const relief = createRelief()
  let nowMs = startMs
  let lastWaitMs = 0
  let suspended = false
  let paused = false
  let capBps = Infinity
  let capacityBps: number | null = null
  let saturatedMs = -Infinity
  let standsSinceMs: number | null = null
  /** When it was last corrected, from which on more is tried. */
  let correctedMs = 0
  /** Of the packets that arrived lately. */
  let meanBytes = 0
  let byFullQueue = 0
  let otherwise = 0
  let restartedMs = -Infinity
  let backoff = 1

  const ledger = createLedger({
    delivered(bytes, sentMs, arrivedMs, isLate, skipped) {
      const delayMs = arrivedMs - sentMs
      if (skipped >= 0) relief.arrived(delayMs, skipped)
      queue.add(delayMs, arrivedMs, sentMs)
      rate.add(bytes, arrivedMs)
      meanBytes += (bytes - meanBytes) / 32
      const waitMs = queue.over(delayMs)
      waits.add(waitMs)
      lastWaitMs = waitMs
      if (isLate) otherwise = Math.max(0, otherwise - 1)
      controller.delivered(bytes, sentMs, waitMs, nowMs)
    },
    lost(stream, sequence, bytes, sentMs) {
      const isFull = !suspended && lastWaitMs > Math.max(fullQueueMs, 20 + 3 * queue.noiseMs)
      if (isFull) byFullQueue += 1
      else otherwise += 1
      if (!suspended) controller.lost(bytes, sentMs, isFull, nowMs)
      options.lost(stream, sequence, sentMs, bytes)
    },
  })
  const controller = createController(
    {
      ledger,
      queue,
      rate,
      packetBytes: options.packetBytes,
      startBytes: options.startBytes,
      rttHintMs: options.rttHintMs,
    },
    startMs,
  )

  /**
   * A queue stands: even the luckiest of enough packets waited, and did so for a while. A slower link delays each packet by
   * what it takes itself, which is no queue.
   */
  const isSaturated = (deliveredBps: number): boolean => {
    const windowMs = queue.arrivals(100) >= enoughPackets ? 100 : 320
    const standing = queue.standingMs(windowMs) ?? 0
    const ownMs = (meanBytes * 8000) / deliveredBps
    const stands = standing > saturatedQueueMs + queue.noiseMs / 2 + ownMs
    if (!stands || queue.arrivals(windowMs) < leastPackets) standsSinceMs = null
    else standsSinceMs ??= nowMs
    return (
      standsSinceMs !== null &&
      nowMs - standsSinceMs >= Math.min(mostSustainedMs, sustainedMs + sustainedByNoise * queue.noiseMs)
    )
  }

  const measureCapacity = (): void => {
    const nowBps = rate.overBps(200)
    if (nowBps === 0) return
    if (isSaturated(nowBps)) {
      const part = 1 - Math.exp(-Math.min(1000, nowMs - saturatedMs) / capacityMemoryMs)
      capacityBps = capacityBps === null ? nowBps : capacityBps + (nowBps - capacityBps) * part
      saturatedMs = nowMs
      correctedMs = nowMs
    } else if (capacityBps !== null && nowBps > capacityBps * 1.05) {
      capacityBps = nowBps
      correctedMs = Math.max(correctedMs, nowMs - tryOnFromMs)
    } else if (nowMs - saturatedMs > capacityKeptMs) {
      capacityBps = null
    }
  }

  const usableBps = (): number | null => {
    if (capacityBps === null) return null
    const seconds = Math.max(0, nowMs - correctedMs - tryMoreAfterMs) / 1000
    return capacityBps * (1 + tryMorePart * seconds ** 2)
  }

  const deliveryRateBps = (): number | null => {
    if (ledger.highestArrived < 0) return null
    return nowMs - ledger.heardMs > idleAfterMs ? 0 : rate.overBps(500)
  }

  const isSilent = (): boolean => {
    const sinceMs = Math.max(ledger.oldestInFlightMs, ledger.heardMs, restartedMs)
    return ledger.oldestInFlightMs < Infinity && nowMs >= sinceMs + patienceMs()
  }
  const patienceMs = (): number => {
    const ackMs = ledger.smoothedAckMs ?? options.rttHintMs() ?? 300
    return (silentRounds * ackMs + silentMs) * backoff
  }

  const restart = (): void => {
    ledger.abandon()
    relief.restart()
    controller.restart(nowMs)
    restartedMs = nowMs
  }

  return {
    sent(stream, sequence, bytes, sentMs) {
      nowMs = sentMs
      ledger.sent(stream, sequence, bytes, sentMs)
      pacer.setRate(Math.min(capBps, limits.streamRateBps, controller.paceBps))
      pacer.sent(bytes, sentMs)
    },
    arrived(stream, sequence, arrivedMs, madeAtMs, atMs) {
      nowMs = atMs
      ledger.arrived(stream, sequence, arrivedMs, madeAtMs, atMs)
    },
    reported(atMs) {
      nowMs = atMs
      backoff = 1
      ledger.settle(atMs)
      controller.reported(atMs)
      measureCapacity()
    },
    tick(atMs) {
      nowMs = atMs
      ledger.settle(atMs)
      if (!isSilent()) return
      backoff = Math.min(16, backoff * 2)
      restart()
    },
    nextDeadline() {
      const sinceMs = Math.max(ledger.oldestInFlightMs, ledger.heardMs, restartedMs)
      const silentAtMs = ledger.oldestInFlightMs < Infinity ? sinceMs + patienceMs() : Infinity
      return Math.min(ledger.nextDeadline(), silentAtMs)
    },
    pause(isPaused) {
      paused = isPaused
    },
    suspend(atMs) {
      nowMs = atMs
      if (suspended) return
      suspended = true
      restart()
    },
    resume(atMs) {
      nowMs = atMs
      suspended = false
    },
    freeAtMs(bytes) {
      if (suspended || paused || ledger.inFlightBytes + bytes > controller.windowBytes) return Infinity
      return pacer.freeAtMs
    },
    limited: () => controller.limited(),
    view: () => ({
      capacityBps,
      usableBps: usableBps(),
      deliveryRateBps: deliveryRateBps(),
      queueMs: queue.standingMs(100),
      waits,
      lostByFullQueue: byFullQueue,
      lostOtherwise: otherwise,
    }),
    ledger,
    controller,
    get standingQueueMs() {
      return queue.standingMs(100)
    },
    takeRelief: () => relief.take(),
    setSharers: (count) => controller.setSharers(count),
    setCap(bps) {
      capBps = bps ?? Infinity
    },
  }
}
