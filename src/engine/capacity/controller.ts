import { limits } from '../face/limits'
import type { Ledger } from '../feedback'
import { createCompetition } from './competition'
import { createExcess } from './excess'
import type { QueueEstimate } from './queue'
import type { DeliveryRate } from './rate'
import { createWidening } from './widening'

/** The standing queue that is kept so that the link never idles, ms; jitter of the path comes on top. */
const targetQueueMs = 7
/** Of the mean excess that jitter makes, how much comes on top, and at most, ms. */
const noisePart = 0.6
const mostNoiseMs = 5
/** A round looks at packets sent for at least this long, so that jitter cannot hide the queue, ms. */
const leastLookMs = 40
const mostLookMs = 100
/** How far a round goes towards the window that its queue suggests. */
const step = 0.6
/** In so many round trips after startup it may go so many times further: startup may have ended too soon. With jitter more. */
const earlyRounds = 8
const earlySteps = 4
const earlyStepsByJitter = 2
const drainBelowMs = 2
/** Above this and three times the target a queue is cut at once, ms. */
const alarmQueueMs = 25
/** Lost in one round beyond what the path always loses: a policer, or a queue shorter than our target. */
const heavyLoss = 0.1
const leastPackets = 4
/** What the window grows by in startup for each byte that arrives. */
const startupGrowth = 0.8
/** The same while a queue seems to stand, but may be jitter's: less of it overflows until that is certain. */
const cautiousGrowth = 0.2
/** At first so many packets go, or as many as are in flight at this rate, bit/s, in a round trip of at most so many ms. */
const initialPackets = 16
const initialBps = 4_500_000
const mostInitialMs = 120
/** Startup leaves this times the window that its last rate needs: that was still growing. With jitter more. */
const settleGain = 1.25
const settleGainByJitter = 0.35
/** The window does not grow for so many rounds after that. */
const roundsHeld = 3
/** What startup left in the queue is gone after so many round trips. */
const roundsToSettle = 3
/** After so many round trips, and so long, ms, it is seen whether anybody else is there. */
const roundsToWiden = 10
const leastToWidenMs = 500
const mostToWidenMs = 500
/** So long it waits for other paths of ours, so that one look does for all, ms. */
const mostUnripeMs = 2000
/** But not before this part of the queue that is kept stands, nor with a longer one, nor just after a burst of losses. */
const beforeMs = 200
const fullPart = 0.6
const longPart = 1.6
const leastFullRounds = 3
const burstPart = 0.05
/** A loss does not take the window below what the best rate of this many ms, and of as many before, needs. */
const bestStepMs = 2000
/** In startup, time without arrivals that is not the path's: a busy machine at either end, ms. */
const idleMs = 20
/** Packets follow each other faster by this part than the path takes them, so that the window limits; with jitter by less. */
const steadyExcess = 0.1
/** Mean jitter from which they do not any more, ms: acknowledgements that come in bunches would be answered by bunches. */
const evenFromMs = 4
/**
 * While reports are late packets go on beyond the window as fast as the path took them, for so long, ms, and by one window at
 * most: a peer that is away reads nothing meanwhile.
 */
const mostLateMs = 150

/** What became of queues that were to be emptied: one is just being filled, some were, or there was nothing to empty. */
export type Emptied = 'filling' | 'emptied' | 'nothing'

export type ControllerPhase = 'startup' | 'steady' | 'widened' | 'draining' | 'competing'

/**
 * How many bytes of `bulk` may be in flight on one path, and how fast they follow each other. The window is set once a
 * round so that a small standing queue remains (as in FAST TCP: by the ratio of what the round trip should be to what it
 * is), so neither random loss nor jitter shrinks it. Where others keep a long queue, it competes with them.
 */
export interface Controller {
  /** A packet sent at `sentMs` arrived and waited `queueMs` more than the least. */
  delivered(bytes: number, sentMs: number, queueMs: number, nowMs: number): void
  lost(bytes: number, sentMs: number, byFullQueue: boolean, nowMs: number): void
  /** After each report. `isBehind`: what its packets waited for may be the receiver. */
  reported(nowMs: number, isBehind: boolean): void
  /** The window or the pacer has kept a packet back: it is they that limit. */
  limited(): void
  /** Nothing is heard, or the path is suspected: begin anew from a part of what there was. */
  restart(nowMs: number): void
  /** Drains the queue now, for one round; false where it holds none of ours, or is not kept short. */
  empty(nowMs: number): boolean
  /** Its window limits what goes over it, and its round trip is not too long for a look. */
  readonly mayBeWidened: boolean
  /** It is still to be seen whether anybody else is there, and cannot be yet. */
  isUnripe(nowMs: number): boolean
  /** Widens the window for two of these round trips, and a look, to see whether anybody else is there. */
  widen(roundTripMs: number, nowMs: number): void
  /** A long queue is being shortened, or was just emptied: what the path carries now says nothing of what it could. */
  isUnsettled(nowMs: number): boolean
  /** By how much its rate changed since then, bit/s. */
  readonly changeBps: number
  /** Is, or was, widened with all others until then: the queue that this made tells nothing. -Infinity = never. */
  readonly widenedUntilMs: number
  /** Fills the path to find out what it carries, or did so until now. */
  isFilling(nowMs: number): boolean
  /** How many of our own paths share this one's bottleneck, itself included. */
  setSharers(count: number): void
  /**
   * When so much more than the window may be in flight: while reports are late, what arrived is not known, and a path would
   * idle with a full window. Infinity = not before a report.
   */
  beyondWindowMs(bytes: number): number
  readonly windowBytes: number
  readonly paceBps: number
  readonly phase: ControllerPhase
  /** A queue stands that is much longer than the one that is kept, and the window is taken back for it. */
  readonly isQueued: boolean
}

export interface ControllerView {
  readonly ledger: Ledger
  readonly queue: QueueEstimate
  readonly rate: DeliveryRate
  readonly packetBytes: number
  /** Round trip from elsewhere, until acknowledgements tell. */
  rttHintMs(): number | null
  /** From when on a report is late, engine ms. */
  lateFromMs(): number
  /** The queue is drained this often, so that the base delay is seen, ms. */
  readonly drainEveryMs: number
  /** The window to begin with, where another path over the same links tells; 0 = it does not. */
  readonly startBytes: number
  /** Drains our other paths for a round, so that what is left is not ours. */
  emptyOthers(): Emptied
  /** Widens the windows of all our paths, this one's too, at `isUrgent` without waiting for others that are unripe; see `widenAll`. */
  widenAll(isUrgent: boolean): void
  /** By how much the rate of our other paths changed since they were widened, bit/s. */
  othersChangeBps(): number
}

export function createController(path: ControllerView, startMs: number): Controller {
  const { ledger, queue, rate, packetBytes } = path
  const competition = createCompetition(packetBytes)
  const excess = createExcess()
  const widening = createWidening()
  const least = leastPackets * packetBytes
  const most = (limits.inFlightPackets / 2) * packetBytes
  let phase: ControllerPhase = 'startup'
  const initialBytes = (initialBps / 8000) * Math.min(mostInitialMs, path.rttHintMs() ?? 0)
  const firstWindow = Math.min(most, Math.max(initialPackets * packetBytes, initialBytes, path.startBytes))
  let window = firstWindow

  let roundStartMs = startMs
  let lookMs = leastLookMs
  let roundQueueMs = Infinity
  let roundBytes = 0
  let roundLost = 0
  let isLimited = false
  let roundFlight = 0
  let roundWindow = window

  let startupRoundMs = startMs
  let startupBps = 0
  let stalledRounds = 0
  let isCautious = false

  let keptWindow = 0
  let drainedMs = startMs
  let cutMs = -Infinity
  let quietRounds = 0
  /** Best rate at which a queue stood. */
  let saturatedBps = 0
  let usualLoss = 0
  let heldRounds = 0
  let settledMs = -Infinity
  let widenedMs = -Infinity
  let changeBps = 0
  let fullRounds = 0
  /** Since when it could be seen whether anybody else is there; null = not yet. */
  let ripeMs: number | null = null

  /** In the present excess the window was fitted to a rate that fell; all our paths were emptied to see whose queue it is. */
  let hasFitted = false
  let hasEmptied = false
  /** The base delay if nobody else turns out to be there, as the path has become longer; null = that is not so. */
  let longerBaseMs: number | null = null
  let largestBps = 0
  /** Best rate of the present and of the last step of time. */
  let bestBps = 0
  let bestBeforeBps = 0
  let bestSinceMs = startMs
  /** At which rate packets may go on while reports are late; 0 = they may not. */
  let beyondBps = 0

  const ackMs = (): number => ledger.smoothedAckMs ?? path.rttHintMs() ?? 100
  const wanted = (): number => targetQueueMs + Math.min(mostNoiseMs, noisePart * queue.noiseMs)

  const alarmMs = (): number => Math.max(alarmQueueMs, 3 * wanted() + queue.noiseMs)

  const isQueued = (): boolean => phase === 'steady' && (queue.standingMs(lookMs) ?? 0) > alarmMs()

  /** From 0 to 1, of a path whose window grew: jitter then ends startup early, and hides what is missing. */
  const jitterPart = (windowBytes: number): number =>
    windowBytes < firstWindow ? 0 : Math.min(1, queue.noiseMs / evenFromMs)

  const beginRound = (nowMs: number): void => {
    roundStartMs = nowMs
    lookMs = Math.max(leastLookMs, ackMs() / 2, Math.min(mostLookMs, 12 * queue.noiseMs))
    roundQueueMs = Infinity
    roundBytes = 0
    roundLost = 0
    roundFlight = 0
    roundWindow = window
    isLimited = false
  }

  const setWindow = (bytes: number): void => {
    window = Math.min(most, Math.max(least, bytes))
  }

  /** The window that would leave `queueMs` standing, by the present one that leaves `nowQueueMs`. */
  const fitting = (queueMs: number, nowQueueMs: number): number => {
    const ack = Math.max(1, ackMs())
    return window * Math.max(0.2, (ack - nowQueueMs + queueMs) / ack)
  }

  /** Empties the queue that the present window leaves, for one round: so the base delay is seen. */
  const drain = (queueMs: number, nowMs: number): void => {
    drainedMs = nowMs
    keptWindow = window
    phase = 'draining'
    setWindow(fitting(-drainBelowMs, queueMs))
  }

  const settleAfterStartup = (queueMs: number, nowMs: number): void => {
    const ack = ackMs()
    const busyBps = rate.busyBps(Math.min(200, Math.max(60, ack)), idleMs)
    const byRate = (busyBps / 8000) * Math.max(1, ack - queueMs + wanted())
    const gain = settleGain + settleGainByJitter * jitterPart(byRate)
    setWindow(byRate > 0 ? Math.min(window, byRate * gain) : window / 2)
    saturatedBps = rate.overBps(100)
    bestBps = Math.max(bestBps, busyBps)
    phase = 'steady'
    cutMs = nowMs
    drainedMs = nowMs
    settledMs = nowMs
    beginRound(nowMs)
  }

  /** Over when a queue builds and the rate grows no more: jitter alone can look like a queue, but does not stop growth. */
  const considerStartup = (standingMs: number | null, isBehind: boolean, nowMs: number): void => {
    if (standingMs === null || ledger.highestArrived < 16) return
    const ack = ackMs()
    if (nowMs - startupRoundMs >= ack) {
      const bps = rate.overBps(Math.max(60, ack / 2))
      stalledRounds = bps < 1.25 * startupBps ? stalledRounds + 1 : 0
      startupBps = Math.max(startupBps, bps)
      startupRoundMs = nowMs
      const share = roundLost / Math.max(1, roundBytes + roundLost)
      const isHeavy = share > heavyLoss + 2 * usualLoss && roundLost > 10 * packetBytes
      beginRound(nowMs)
      if (isHeavy && stalledRounds > 0) return settleAfterStartup(standingMs, nowMs)
    }
    const short = Math.max(4, queue.noiseMs)
    isCautious = standingMs > short
    const isLong = !isBehind && standingMs > 2 * short + 10
    const isSteadyPath = queue.isNoiseKnown && queue.noiseMs < 1 && ledger.highestArrived > 32
    const isCertain = stalledRounds >= 2 || (isSteadyPath && !isBehind)
    if (isLong || (standingMs > short && isCertain)) settleAfterStartup(standingMs, nowMs)
  }

  const compete = (windowBytes: number, longerMs: number | null, nowMs: number): void => {
    longerBaseMs = longerMs
    forgetExcess()
    queue.hold(true)
    phase = 'competing'
    setWindow(Math.max(windowBytes, initialPackets * packetBytes))
    competition.begin(nowMs)
  }

  /**
   * A queue above the target stays although the window shrinks. Before it is taken for that of others, what it may hold of
   * ours by other paths is taken out once. True when the window is set anew.
   */
  const judgeExcess = (queueMs: number, isLong: boolean, nowMs: number): boolean => {
    const verdict = excess.judge({
      queueMs,
      isLong,
      windowBytes: window,
      leastBytes: least,
      rateBps: rate.overBps(200),
      largestBps,
      noiseMs: queue.noiseMs,
    })
    if (verdict === 'ours') return false
    const others = hasEmptied ? 'nothing' : path.emptyOthers()
    if (others === 'filling') return false
    if (others === 'emptied') {
      hasEmptied = true
      drain(queueMs, nowMs)
    } else compete(excess.windowBytes, verdict === 'still' ? (queue.baseMs ?? 0) + queueMs : null, nowMs)
    return true
  }

  const growth = (): number => (isCautious ? cautiousGrowth : startupGrowth)

  const beginStartup = (nowMs: number): void => {
    phase = 'startup'
    startupBps = 0
    stalledRounds = 0
    isCautious = false
    startupRoundMs = nowMs
    quietRounds = 0
    forgetExcess()
  }

  const forgetExcess = (): void => {
    excess.forget()
    hasFitted = false
    hasEmptied = false
  }

  const adjust = (queueMs: number, nowMs: number): void => {
    const target = wanted()
    const isLong = queueMs > 2.5 * target + 5
    // While a queue overflows, taking from the window shortens it no sooner than the window fits the rate.
    const byRate = (rate.overBps(80) * Math.max(1, ackMs() - queueMs + target)) / 8000
    const next = isLong
      ? Math.min(fitting(target, queueMs), Math.max(byRate, window / 4))
      : fitting(target, queueMs)
    if (queueMs <= target + Math.max(2, queue.noiseMs / 2)) {
      forgetExcess()
    } else if (judgeExcess(queueMs, isLong, nowMs)) return
    if (next < window) {
      quietRounds = 0
      saturatedBps = Math.max(saturatedBps, rate.overBps(200))
      const fell = isLong && !hasFitted && rate.overBps(80) < 0.5 * Math.max(bestBps, bestBeforeBps)
      if (fell) {
        // Once in each excess: the path's rate may have fallen, and then the reference is what it is from now on.
        hasFitted = true
        excess.beginAnew()
      }
      setWindow(window + (fell ? 1 : step) * (next - window))
      return
    }
    if (!isLimited || heldRounds > 0) return
    quietRounds = queueMs < 0.6 * target ? quietRounds + 1 : 0
    if (quietRounds >= 2 && rate.overBps(200) < 0.6 * saturatedBps) return beginStartup(nowMs)
    const isEarly = nowMs - settledMs < earlyRounds * ackMs()
    const early = isEarly ? earlySteps + earlyStepsByJitter * jitterPart(window) : 1
    const boost = Math.max(early, Math.min(5, quietRounds))
    setWindow(Math.min(window + step * boost * (next - window), Math.max(window, 2 * roundFlight)))
  }

  const considerLoss = (): void => {
    heldRounds = Math.max(0, heldRounds - 1)
    const share = roundBytes + roundLost === 0 ? 0 : roundLost / (roundBytes + roundLost)
    if (share > heavyLoss + 2 * usualLoss && roundLost > 3 * packetBytes) {
      const kept = (Math.max(bestBps, bestBeforeBps) * ackMs()) / 8000
      if (kept < window) {
        setWindow(Math.max(kept, window * (1 - share)))
        heldRounds = roundsHeld
      }
    } else if (
      phase === 'competing' ? competition.isFarFromFull : phase === 'steady' && excess.rounds === 0
    ) {
      usualLoss += (Math.min(share, heavyLoss) - usualLoss) / 32
    }
  }

  const rememberBest = (nowMs: number): void => {
    const bps = rate.overBps(200)
    largestBps = Math.max(largestBps * 0.999, bps)
    if (nowMs - bestSinceMs > bestStepMs) {
      bestBeforeBps = bestBps
      bestBps = 0
      bestSinceMs = nowMs
    }
    bestBps = Math.max(bestBps, bps)
  }

  const finishRound = (nowMs: number): void => {
    const queueMs = phase === 'steady' ? stillStanding() : roundQueueMs
    considerLoss()
    if (phase === 'draining') {
      phase = 'steady'
      window = keptWindow
      if (queueMs <= wanted()) forgetExcess()
      return beginRound(nowMs)
    }
    if (queueMs < Infinity) {
      if (phase === 'steady') adjust(queueMs, nowMs)
      else if (phase === 'competing') goOnCompeting(queueMs, nowMs)
    }
    if (phase === 'steady' && nowMs - drainedMs > path.drainEveryMs && queueMs < Infinity) {
      drain(queueMs, nowMs)
    } else {
      const isFull = queueMs > fullPart * wanted() && queueMs < longPart * wanted()
      fullRounds = phase === 'steady' && isFull ? fullRounds + 1 : 0
      if (phase === 'steady' && isLimited && !widening.isDone && isRipe(nowMs)) {
        ripeMs ??= nowMs
        path.widenAll(nowMs - ripeMs > mostUnripeMs)
      }
    }
    beginRound(nowMs)
  }

  /** What is seen now would say something: it has been full for a while, and neither grows nor just lost a burst. */
  const isRipe = (nowMs: number): boolean =>
    fullRounds >= leastFullRounds &&
    roundLost <= burstPart * roundBytes &&
    nowMs - Math.max(settledMs, widenedMs) > Math.max(leastToWidenMs, roundsToWiden * ackMs())

  const widenedUntilMs = (): number =>
    (phase === 'widened' ? widening.dueMs : widenedMs) + roundsToSettle * ackMs()

  const endWidening = (nowMs: number): void => {
    const rateBps = rate.overBps(widening.lookMs)
    changeBps = widening.changeBps(rateBps)
    if (widening.judge(rateBps, path.othersChangeBps())) {
      compete(window, null, nowMs)
    } else {
      phase = 'steady'
      widenedMs = nowMs
      setWindow(widening.beforeBytes)
      cutMs = nowMs
    }
    beginRound(nowMs)
  }

  /**
   * The queue of the round, ms; Infinity = nothing of it arrived. A long one lasts as long as the window: what is gone by now
   * was the time that a busy receiver took to read.
   */
  const stillStanding = (): number =>
    roundQueueMs < Infinity && roundQueueMs > alarmMs()
      ? Math.min(roundQueueMs, queue.standingMs(lookMs) ?? Infinity)
      : roundQueueMs

  const goOnCompeting = (queueMs: number, nowMs: number): void => {
    const next = competition.round({
      windowBytes: window,
      sentWindowBytes: roundWindow,
      rateBps: rate.overBps(Math.max(60, lookMs, ackMs())),
      largestBps,
      queueMs,
      noiseMs: queue.noiseMs,
      isLimited,
      isCalm: queueMs < 1.5 * wanted(),
      roundTripMs: ackMs(),
      nowMs,
    })
    if (typeof next === 'number') return setWindow(next)
    phase = 'steady'
    queue.hold(false)
    const baseMs = next === 'longer' ? (queue.baseMs ?? 0) + queueMs : longerBaseMs
    if (baseMs !== null) queue.rebase(baseMs, nowMs)
    forgetExcess()
  }

  return {
    delivered(bytes, sentMs, queueMs, nowMs) {
      if (sentMs >= roundStartMs && sentMs <= roundStartMs + lookMs) {
        roundQueueMs = Math.min(roundQueueMs, queueMs)
      }
      roundBytes += bytes
      competition.waited(queueMs, nowMs)
      if (phase === 'startup' && isLimited) setWindow(window + growth() * bytes)
      else if (phase === 'competing') setWindow(competition.acked(window, bytes, ackMs(), nowMs))
    },
    lost(bytes, sentMs, byFullQueue, nowMs) {
      roundLost += bytes
      if (phase === 'startup') {
        if (byFullQueue) settleAfterStartup(queue.standingMs(30) ?? 0, nowMs)
        return
      }
      if (phase !== 'competing' || sentMs < cutMs) return
      // Where the path always loses some, a single loss says nothing.
      const next = competition.lost(window, roundLost, usualLoss * Math.max(roundBytes, window), nowMs)
      if (next === null) return
      cutMs = nowMs
      setWindow(next)
    },
    reported(nowMs, isBehind) {
      roundFlight = Math.max(roundFlight, ledger.inFlightBytes)
      const ack = ackMs()
      const standing = queue.standingMs(30)
      const alarm = alarmMs()
      const isShort = (phase === 'steady' || phase === 'draining') && standing !== null && standing <= alarm
      beyondBps = isShort ? rate.overBps(200) : 0
      if (phase === 'startup') {
        considerStartup(standing, isBehind, nowMs)
        return
      }
      const isAlarm = !isBehind && standing !== null && standing > alarm && queue.spanMs(30) > 0
      if (phase === 'widened' && isAlarm && -widening.changeBps(rate.overBps(80)) > 0.3 * rate.overBps(80)) {
        // The path has become slower meanwhile.
        phase = 'steady'
        widenedMs = nowMs
        setWindow(widening.beforeBytes)
      }
      if (phase === 'steady' && isAlarm && nowMs - cutMs > ack + 30) {
        cutMs = nowMs
        adjust(standing, nowMs)
        beginRound(nowMs)
        return
      }
      if (phase === 'widened') {
        if (nowMs >= widening.dueMs) endWidening(nowMs)
        return
      }
      if (nowMs - roundStartMs < lookMs + ack) return
      rememberBest(nowMs)
      finishRound(nowMs)
    },
    limited() {
      isLimited = true
    },
    restart(nowMs) {
      beyondBps = 0
      setWindow(Math.max(initialPackets * packetBytes, Math.min(window, Math.max(keptWindow, window)) / 2))
      beginStartup(nowMs)
      queue.hold(false)
      beginRound(nowMs)
    },
    empty(nowMs) {
      if (phase === 'draining') return true
      if (phase !== 'steady' || ledger.inFlightBytes < window / 2) return false
      drain(queue.standingMs(lookMs) ?? 0, nowMs)
      beginRound(nowMs)
      return true
    },
    get mayBeWidened() {
      return phase === 'steady' && ledger.inFlightBytes >= window / 2 && ackMs() <= mostToWidenMs
    },
    isUnripe: (nowMs) => !widening.isDone && !isRipe(nowMs),
    widen(roundTripMs, nowMs) {
      ripeMs = null
      widening.begin(window, rate.overBps(beforeMs), roundTripMs, queue.noiseMs, isRipe(nowMs), nowMs)
      phase = 'widened'
      changeBps = 0
      setWindow(widening.windowBytes)
    },
    isUnsettled: (nowMs) =>
      phase === 'draining' ||
      (phase === 'steady' && (isQueued() || nowMs - drainedMs < beforeMs + 2 * ackMs())),
    get changeBps() {
      return phase === 'widened' ? widening.changeBps(rate.overBps(widening.lookMs)) : changeBps
    },
    setSharers: (count) => competition.setSharers(count),
    get widenedUntilMs() {
      return widenedUntilMs()
    },
    isFilling: (nowMs) =>
      ledger.inFlightBytes > 0 &&
      (phase === 'startup' || nowMs < widenedUntilMs() || nowMs - settledMs < roundsToSettle * ackMs()),
    beyondWindowMs(bytes) {
      if (bytes > Math.min(window, most - window) || beyondBps === 0) return Infinity
      const takesMs = (bytes * 8000) / beyondBps
      return takesMs <= mostLateMs ? path.lateFromMs() + takesMs : Infinity
    },
    get windowBytes() {
      return window
    },
    get paceBps() {
      const steadyGain = 1 + steadyExcess * Math.max(0, 1 - queue.noiseMs / evenFromMs)
      const gain = phase === 'startup' ? 1 + growth() : phase === 'competing' ? 1.2 : steadyGain
      const bps = (gain * window * 8000) / Math.max(1, ackMs())
      // A report that is late, or a queue that startup left, makes the round trip longer, not the path slower.
      const isSure = phase === 'steady' && excess.rounds === 0
      return isSure ? Math.max(bps, steadyGain * Math.max(bestBps, bestBeforeBps)) : bps
    },
    get phase() {
      return phase
    },
    get isQueued() {
      return isQueued()
    },
  }
}
