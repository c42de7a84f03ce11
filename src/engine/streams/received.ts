import type { DedupWindow } from '../dedup'
import { limits } from '../face/limits'
import type { EngineSettings } from '../face/settings'
import type { StreamBreak, StreamFigures, StreamRest, StreamSnapshot, StreamSpec } from '../face/streams'
import { createDelaySpread, createSettling } from '../measure'
import { createPlayout } from '../playout'
import { createLongest, type Longest } from './longest'
import type { PayloadFacts } from './payload'

/** What a receiver tells the sender of its stream. */
export interface StreamCounts {
  readonly received: number
  readonly lost: number
  readonly duplicates: number
  readonly reordered: number
}

/** Counts and measures one stream of the peer. Memory is fixed however long it runs. */
export interface ReceivedStream {
  readonly id: number
  readonly spec: StreamSpec
  readonly running: boolean
  readonly by: 'us' | 'peer'
  /** The peer has told of it, and not only its packets have come. */
  readonly announced: boolean
  /** The peer's word of it. `sent`: packets made so far, when it says. */
  told(spec: StreamSpec, running: boolean, by: 'us' | 'peer', sent: number | null, nowMs: number): void
  /** The peer's circuit breaker stopped it. */
  wasBroken(why: StreamBreak): void
  /** The paths that the peer took from it at some time, as it told last. */
  readonly rests: readonly StreamRest[]
  toldRests(rests: readonly StreamRest[], nowMs: number): void
  /** A packet that came for the first time, and has been marked in the stream's window. */
  take(facts: PayloadFacts, payloadBytes: number, pairId: number, arrivedMs: number): void
  /** How long its packets wait for those before them, ms: by its kind, unless the user set it. */
  readonly deadlineMs: number
  setDeadline(deadlineMs: number, nowMs: number): void
  /** A further copy. */
  duplicate(bytes: number, pairId: number): void
  /** Nothing more is waited for: from here on what is not here is lost. */
  settle(nowMs: number): void
  /** All that the peer said it sent is here. False while it has not said. */
  readonly complete: boolean
  counts(nowMs: number): StreamCounts
  /** What only this side can measure, for the sender to know: `deliveryGapIntervalMs` since this was last asked for. */
  figures(nowMs: number): StreamFigures
  /** The pair is no more: what it did stays in the stream's own figures. */
  forgetPath(pairId: number): void
  /** `takeInterval`: the gaps since the last such snapshot are used up by it. */
  snapshot(nowMs: number, takeInterval: boolean): StreamSnapshot
}

interface PathCounts {
  readonly pairId: number
  packets: number
  bytes: number
  firstArrivals: number
}

/**
 * `window`: the stream's duplicate window, by which SRTP refuses what came before. `deadlinesMs`: how long packets of each
 * kind wait for those before them.
 */
export function createReceivedStream(
  id: number,
  window: Pick<DedupWindow, 'seen' | 'committedAbove' | 'highest'>,
  startedAtMs: number,
  deadlinesMs: EngineSettings['deadlinesMs'],
): ReceivedStream {
  const settling = createSettling()
  const delays = createDelaySpread()
  const oldest = (): number => Math.max(0, window.highest - limits.streamWindow + 1)
  const playout = createPlayout(deadlinesMs.voice)
  let hasOwnDeadline = false
  const paths = new Map<number, PathCounts>()
  let spec: StreamSpec = { kind: 'voice' }
  let running = true
  let by: 'us' | 'peer' = 'peer'
  let stoppedAtMs: number | null = null
  let broken: StreamBreak | null = null
  let rests: readonly StreamRest[] = []
  let restsToldMs = 0
  let announced = false
  let toldSent: number | null = null
  let ended = false
  let received = 0
  let bytes = 0
  let duplicates = 0
  let reordered = 0
  let highest = -1
  let firstMs = 0
  let lastMs = 0
  let gapMs = 0
  const toldGaps = createLongest()
  const shownGaps = createLongest()
  let transitMs = 0
  let jitterMs = 0

  const knownSent = (): number => Math.max(highest + 1, toldSent ?? 0)
  const isOwed = (): boolean => !ended && knownSent() > highest + 1
  /** Without a new packet while there should be some; none are sent after the end of the stream. */
  const silenceMs = (nowMs: number): number =>
    received > 0 && isOwed() ? Math.max(0, (stoppedAtMs ?? nowMs) - lastMs) : 0

  const gapEnded = (ms: number): void => {
    gapMs = Math.max(gapMs, ms)
    toldGaps.add(ms)
    shownGaps.add(ms)
  }
  /** The silence of a stream that was stopped has ended with it. */
  const intervalOf = (gaps: Longest, nowMs: number): number | null => {
    if (running && silenceMs(nowMs) > 0) gaps.add(silenceMs(nowMs))
    return gaps.take()
  }

  const followKind = (nowMs: number): void => {
    if (!hasOwnDeadline) playout.setDeadline(deadlinesMs[spec.kind], nowMs)
  }

  const pathOf = (pairId: number): PathCounts => {
    let path = paths.get(pairId)
    if (path === undefined) {
      path = { pairId, packets: 0, bytes: 0, firstArrivals: 0 }
      paths.set(pairId, path)
    }
    return path
  }

  const measure = (sentAtMs: number, arrivedMs: number): void => {
    const transit = arrivedMs - sentAtMs
    if (received === 0) firstMs = arrivedMs
    else {
      gapEnded(Math.max(0, arrivedMs - lastMs))
      jitterMs += (Math.abs(transit - transitMs) - jitterMs) / 16
    }
    transitMs = transit
    lastMs = Math.max(lastMs, arrivedMs)
    delays.add(transit)
  }

  /** Of those sent long enough ago. What has left the window is settled whatever its age. */
  const lost = (nowMs: number): number => {
    const settled = ended ? knownSent() : Math.max(settling.settledAt(nowMs), oldest())
    return Math.max(0, settled - (received - window.committedAbove(settled - 1)))
  }
  const goodput = (): number | null =>
    received < 2 || lastMs <= firstMs ? null : (bytes * 8000) / (lastMs - firstMs)

  const figures = (nowMs: number): Omit<StreamFigures, 'deliveryGapIntervalMs'> => {
    const { gapMaxMs, reordered: _, ...view } = playout.view(nowMs, isOwed() && stoppedAtMs === null)
    return {
      goodputBps: goodput(),
      latencyMs: delays.distribution(),
      jitterMs: received < 2 ? null : jitterMs,
      deliveryGapMaxMs: received < 2 ? null : Math.max(gapMs, silenceMs(nowMs)),
      inOrderGapMaxMs: gapMaxMs === null ? null : Math.max(gapMaxMs, silenceMs(nowMs)),
      playout: view,
    }
  }

  return {
    id,
    get spec() {
      return spec
    },
    get running() {
      return running
    },
    get by() {
      return by
    },
    get announced() {
      return announced
    },
    told(nextSpec, isRunning, whose, sent, nowMs) {
      spec = nextSpec
      announced = true
      by = whose
      followKind(nowMs)
      const stops = running && !isRunning
      if (stops) stoppedAtMs = nowMs
      running = isRunning
      if (sent !== null && sent >= (toldSent ?? 0)) {
        toldSent = sent
        settling.known(knownSent(), nowMs)
      }
      if (stops && silenceMs(nowMs) > 0) gapEnded(silenceMs(nowMs))
    },
    wasBroken(why) {
      broken = why
    },
    get rests() {
      return rests
    },
    toldRests(next, nowMs) {
      rests = next
      restsToldMs = nowMs
    },
    take(facts, payloadBytes, pairId, arrivedMs) {
      // Its first packets may come before the word of it.
      if (!announced) {
        spec = unannounced(facts.kind, payloadBytes)
        followKind(arrivedMs)
      }
      measure(facts.sentAtMs, arrivedMs)
      received += 1
      bytes += payloadBytes
      const path = pathOf(pairId)
      path.packets += 1
      path.bytes += payloadBytes
      path.firstArrivals += 1
      if (facts.sequence > highest) {
        highest = facts.sequence
        settling.known(highest + 1, arrivedMs)
      } else {
        reordered += 1
      }
      playout.push(facts.sequence, arrivedMs)
    },
    get deadlineMs() {
      return playout.deadlineMs
    },
    setDeadline(deadlineMs, nowMs) {
      hasOwnDeadline = true
      playout.setDeadline(deadlineMs, nowMs)
    },
    duplicate(payloadBytes, pairId) {
      duplicates += 1
      const path = pathOf(pairId)
      path.packets += 1
      path.bytes += payloadBytes
    },
    settle(nowMs) {
      if (ended) return
      if (running && silenceMs(nowMs) > 0) gapEnded(silenceMs(nowMs))
      gapMs = Math.max(gapMs, silenceMs(nowMs))
      ended = true
    },
    get complete() {
      return toldSent !== null && received >= toldSent
    },
    figures: (nowMs) => ({ ...figures(nowMs), deliveryGapIntervalMs: intervalOf(toldGaps, nowMs) }),
    counts: (nowMs) => ({ received, lost: lost(nowMs), duplicates, reordered }),
    forgetPath: (pairId) => void paths.delete(pairId),
    snapshot: (nowMs, takeInterval) => ({
      id,
      direction: 'received',
      spec,
      running,
      by,
      startedAtMs,
      stoppedAtMs,
      broken,
      rests: rests.map((rest) => goneOn(rest, (stoppedAtMs ?? nowMs) - restsToldMs, running)),
      sent: knownSent(),
      received,
      lost: lost(nowMs),
      duplicates,
      reordered,
      bytes,
      ...figures(nowMs),
      deliveryGapIntervalMs: takeInterval ? intervalOf(shownGaps, nowMs) : null,
      overheadFactor: null,
      skipped: null,
      paths: [...paths.values()].map((path) => ({ ...path })),
    }),
  }
}

/** A rest as it is so long after it was told of; it is over with the stream. */
function goneOn(rest: StreamRest, forMs: number, running: boolean): StreamRest {
  const restedMs = rest.restedMs + (rest.state === 'resting' ? Math.max(0, forMs) : 0)
  return running ? { ...rest, restedMs } : { ...rest, restedMs, state: 'over', againAtMs: null }
}

/** What a stream looks like before its sender has said more. */
function unannounced(kind: StreamSpec['kind'], sizeBytes: number): StreamSpec {
  switch (kind) {
    case 'voice':
    case 'bulk':
      return { kind }
    case 'video':
      return { kind, rateBps: 0 }
    case 'cbr':
      return { kind, rateBps: 0, sizeBytes }
  }
}
