import type { BulkHold } from '../face/explain'
import { limits } from '../face/limits'
import { createLedger, type Ledger } from '../feedback'
import { createHistogram, type Histogram } from '../measure'
import { createController, type Controller, type Emptied } from './controller'
import { createPacer } from './pacer'
import { createQueueEstimate } from './queue'
import { createDeliveryRate } from './rate'
import { createRelief } from './relief'
import { createStillQueue } from './still'

/** A queue this long shows that the path carries all it can, ms; what jitter makes comes on top. */
const saturatedQueueMs = 4
/** This long, and so many times what jitter makes, a queue needs fewer packets and no time to be told from jitter. */
const longQueueMs = 30
const longQueueByNoise = 4
/** For so long, ms, and longer with jitter: a busy machine, or bad luck, makes all packets of a moment late. */
const sustainedMs = 60
const sustainedByNoise = 30
const mostSustainedMs = 400
/** When no arrival was told for so long, ms, the path delivers nothing now. */
const idleAfterMs = 1000
/** Packets of the last 100 ms by which that is judged, else those of the last 320 ms, and the fewest of these. */
const enoughPackets = 16
const leastPackets = 6
/** They have to arrive over so long, ms: those that a receiver reads at once after it was held up all waited, but for it. */
const leastSpanMs = 40
/** Time in which 63 % of a change of capacity is followed, ms. */
const capacityMemoryMs = 400
/** What was not seen saturated for this long is not known any more, ms. */
const capacityKeptMs = 60_000
/** While no queue stands, more is tried: after so long, and by this part, times the square of the seconds since. */
const tryMoreAfterMs = 1000
const tryMorePart = 0.017
/** What carried more than was known goes on from so far into the trial, two fifths more, and not from its start. */
const tryOnFromMs = tryMoreAfterMs + 5000
/** Sent over delivered from which a full queue is our doing, not that of others on the path. */
const overloadFactor = 1.2
/** `bulk` sees to the base delay itself: for so long after it last wanted to send, ms. */
const bulkMs = 5000
/** A loss beside packets that waited for longer than this is one of a full queue, ms. */
const fullQueueMs = 30
/** Nothing was heard for this many round trips, and this long: silence. */
const silentRounds = 3
const silentMs = 200

/** How often a queue is drained, ms: paths that do it at the same time would seem to share a bottleneck. */
const drainEveryMs = 5000
const drainLaterMs = 300
const drainTurns = 5
/** So long after `bulk` was kept back it goes over a path, ms. */
const filledMs = 1000

/** What is known of one path towards the peer, and how much may be sent over it. */
export interface PathCapacity {
  /** A packet of a stream goes over it. */
  sent(stream: number, sequence: number, bytes: number, nowMs: number): void
  arrived(stream: number, sequence: number, arrivedMs: number, madeAtMs: number, nowMs: number): void
  /** All arrivals of a report have been given. `isBehind`: what they waited for may be the receiver, which has more to read. */
  reported(nowMs: number, isBehind: boolean): void
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
  /** What `bulk` could put on it, what else goes over it included, bit/s; 0 while nothing may go. */
  readonly roomBps: number
  /** What that is held by. */
  readonly hold: Exclude<BulkHold, 'slowest'>
  /** `bulk` fills it to find out what it carries, or did so until now; what is held to a limit never does. */
  isFilling(nowMs: number): boolean
  view(): CapacityView
  readonly ledger: Ledger
  readonly controller: Controller
  /**
   * Queue that stands now, ms; null while `bulk` fills the path to find out what it carries, or who is there: that tells nothing
   * of others.
   */
  readonly standingQueueMs: number | null
  /** By how much delays were shorter after losses than before, ms, since this was asked before; see `isFullQueue`. */
  takeRelief(): number
  setSharers(count: number): void
  /** What another path over the same links was seen to carry; taken when that is newer than what is known of this one. */
  adopt(seen: SeenCapacity): void
  readonly seen: SeenCapacity
  /** The user's limit, bit/s; null = none. */
  setCap(capBps: number | null): void
}

/** What a path delivered while a queue stood, when one last stood, and from when on more is tried; engine ms. */
export interface SeenCapacity {
  readonly capacityBps: number | null
  readonly saturatedMs: number
  readonly correctedMs: number
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

/** Drains paths for a round, unless one of them is just being filled. */
function emptyAll(paths: readonly PathCapacity[], nowMs: number): Emptied {
  if (paths.some((path) => path.isFilling(nowMs))) return 'filling'
  return paths.filter(({ controller }) => controller.empty(nowMs)).length > 0 ? 'emptied' : 'nothing'
}

/** Widens the windows of paths for a moment, at once so that none takes another of them for somebody else's; see `widen`. */
function widenAll(paths: readonly PathCapacity[], isUrgent: boolean, nowMs: number): void {
  if (paths.some((path) => path.isFilling(nowMs) || path.controller.isUnsettled(nowMs))) return
  const used = paths.filter(({ controller }) => controller.mayBeWidened)
  if (!isUrgent && used.some(({ controller }) => controller.isUnripe(nowMs))) return
  const longestMs = Math.max(...used.map(({ ledger }) => ledger.smoothedAckMs ?? 0))
  for (const { controller } of used) controller.widen(longestMs, nowMs)
}

export interface PathCapacityOptions {
  /** Its own among the paths of a session. */
  readonly number: number
  readonly packetBytes: number
  /** What `bulk` may begin with in flight, where another pair over the same links tells; 0 = nothing is known. */
  readonly startBytes: number
  rttHintMs(): number | null
  /** From when on the peer's next report, of whatever path, is late; engine ms. */
  lateFromMs(): number
  /** All other paths of the session. */
  others(): readonly PathCapacity[]
  /** `byOverload`: by a queue that we filled, sending more than the path delivers. */
  lost(stream: number, sequence: number, byOverload: boolean): void
}

export function createPathCapacity(options: PathCapacityOptions, startMs: number): PathCapacity {
  const queue = createQueueEstimate()
  const rate = createDeliveryRate()
  const sending = createDeliveryRate()
  const pacer = createPacer()
  const still = createStillQueue<SeenCapacity>()
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
  /** What was sent until then was more than the path delivers. */
  let overloadedMs = -Infinity
  let bulkLimitedMs = -Infinity
  let backoff = 1
  let hasSent = false

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
      if (isFull) {
        byFullQueue += 1
        still.isFull()
      } else {
        otherwise += 1
      }
      if (!suspended) controller.lost(bytes, sentMs, isFull, nowMs)
      options.lost(stream, sequence, isFull && isOverload(sentMs))
    },
  })
  const controller = createController(
    {
      ledger,
      queue,
      rate,
      packetBytes: options.packetBytes,
      drainEveryMs: drainEveryMs + drainLaterMs * (options.number % drainTurns),
      startBytes: options.startBytes,
      rttHintMs: options.rttHintMs,
      lateFromMs: options.lateFromMs,
      emptyOthers: () => emptyAll(options.others(), nowMs),
      widenAll: (isUrgent) => widenAll([...options.others(), self], isUrgent, nowMs),
      othersChangeBps: () =>
        options.others().reduce((sum, { controller: other }) => sum + other.changeBps, 0),
    },
    startMs,
  )

  /**
   * A queue stands: even the luckiest of enough packets waited, and did so for a while, or for so long that nothing else
   * explains it. A slower link delays each packet by what it takes itself, which is no queue.
   */
  const isSaturated = (deliveredBps: number): boolean => {
    const noise = queue.noiseMs
    const isLong = isLongQueue()
    const isDense = queue.arrivals(100) >= enoughPackets && isShown(100)
    const windowMs = isLong || isDense ? 100 : 320
    const standing = queue.standingMs(windowMs) ?? 0
    const ownMs = (meanBytes * 8000) / deliveredBps
    const stands = standing > saturatedQueueMs + noise / 2 + ownMs
    if (!stands || !isShown(windowMs)) standsSinceMs = null
    else standsSinceMs ??= nowMs
    if (standsSinceMs === null) return false
    return (
      isLong || nowMs - standsSinceMs >= Math.min(mostSustainedMs, sustainedMs + sustainedByNoise * noise)
    )
  }

  const isShown = (windowMs: number): boolean =>
    queue.arrivals(windowMs) >= leastPackets && queue.spanMs(windowMs) >= leastSpanMs

  const isLongQueue = (): boolean =>
    isShown(100) && (queue.standingMs(100) ?? 0) > Math.max(longQueueMs, longQueueByNoise * queue.noiseMs)

  const isOverload = (sentMs: number): boolean => {
    if (sending.overBps(200) > overloadFactor * rate.overBps(100)) overloadedMs = nowMs
    return sentMs <= overloadedMs
  }

  const measureCapacity = (): void => {
    const nowBps = rate.overBps(200)
    if (nowBps === 0) return
    if (isSaturated(nowBps)) {
      // What came before the queue stood came as it was sent.
      const queuedBps = nowMs - (standsSinceMs ?? nowMs) < 100 ? rate.overBps(100) : nowBps
      const part = 1 - Math.exp(-Math.min(1000, nowMs - saturatedMs) / capacityMemoryMs)
      capacityBps = capacityBps === null ? queuedBps : capacityBps + (queuedBps - capacityBps) * part
      saturatedMs = nowMs
      correctedMs = nowMs
    } else if (capacityBps !== null && nowBps > capacityBps * 1.05) {
      capacityBps = nowBps
      correctedMs = Math.max(correctedMs, nowMs - tryOnFromMs)
    } else if (nowMs - saturatedMs > capacityKeptMs) {
      capacityBps = null
    }
  }

  const setSeen = (seen: SeenCapacity): void => {
    ;({ capacityBps, saturatedMs, correctedMs } = seen)
  }

  /** Where a path has become longer, what was taken for a queue since is none, nor what it delivered all that it carries. */
  const findLongerWay = (): void => {
    const standing = queue.standingMs(100)
    const { baseMs } = queue
    if (standing === null || baseMs === null || nowMs - bulkLimitedMs < bulkMs) return
    const seen = { capacityBps, saturatedMs, correctedMs }
    const before = still.look(standing, queue.noiseMs, rate.overBps(200), seen, nowMs)
    if (before === null) return
    queue.rebase(baseMs + standing, nowMs)
    standsSinceMs = null
    setSeen(before[0])
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

  const windowBps = (): number =>
    (controller.windowBytes * 8000) / Math.max(1, ledger.smoothedAckMs ?? options.rttHintMs() ?? 100)

  const holdOf = (): Exclude<BulkHold, 'slowest'> => {
    if (suspended || paused) return 'suspect'
    // Also in startup, whose window then grows further than anything can show.
    if (Math.min(capBps, limits.streamRateBps) < windowBps())
      return capBps <= limits.streamRateBps ? 'cap' : 'limit'
    const { phase, isQueued } = controller
    if (phase === 'startup' || phase === 'competing') return phase
    return isQueued && nowMs >= controller.widenedUntilMs ? 'queue' : 'window'
  }

  /** `bulk` goes over it, and was kept back lately. */
  const isBulk = (atMs: number): boolean => atMs - bulkLimitedMs < filledMs

  /** A path that begins before would take the queue that is made for a look for its way. */
  const mayBeginMs = (): number =>
    Math.max(...options.others().map(({ controller: other }) => other.widenedUntilMs), -Infinity)

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

  const self: PathCapacity = {
    sent(stream, sequence, bytes, sentMs) {
      nowMs = sentMs
      hasSent = true
      ledger.sent(stream, sequence, bytes, sentMs)
      sending.add(bytes, sentMs)
      pacer.setRate(Math.min(capBps, limits.streamRateBps, controller.paceBps))
      pacer.sent(bytes, sentMs)
    },
    arrived(stream, sequence, arrivedMs, madeAtMs, atMs) {
      nowMs = atMs
      ledger.arrived(stream, sequence, arrivedMs, madeAtMs, atMs)
    },
    reported(atMs, isBehind) {
      nowMs = atMs
      backoff = 1
      ledger.settle(atMs)
      controller.reported(atMs, isBehind)
      if (isBehind) return
      findLongerWay()
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
      if (suspended || paused) return Infinity
      if (!hasSent) return mayBeginMs()
      const beyondBytes = ledger.inFlightBytes + bytes - controller.windowBytes
      return beyondBytes <= 0
        ? pacer.freeAtMs
        : Math.max(pacer.freeAtMs, controller.beyondWindowMs(beyondBytes))
    },
    limited() {
      bulkLimitedMs = nowMs
      controller.limited()
    },
    get roomBps() {
      return suspended || paused ? 0 : Math.min(capBps, limits.streamRateBps, windowBps())
    },
    get hold() {
      return holdOf()
    },
    isFilling: (atMs) => isBulk(atMs) && controller.isFilling(atMs) && !['cap', 'limit'].includes(holdOf()),
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
      const isFilled = controller.phase === 'startup' && isBulk(nowMs)
      return isFilled || nowMs < controller.widenedUntilMs ? null : queue.standingMs(100)
    },
    takeRelief: () => relief.take(),
    adopt(seen) {
      if (seen.capacityBps !== null && seen.saturatedMs > saturatedMs) setSeen(seen)
    },
    get seen() {
      return { capacityBps, saturatedMs, correctedMs }
    },
    setSharers: (count) => controller.setSharers(count),
    setCap(bps) {
      capBps = bps ?? Infinity
    },
  }
  return self
}
