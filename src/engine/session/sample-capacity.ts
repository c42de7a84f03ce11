import { type BreakerInterval, isFullQueue, together } from '../capacity'
import type { Mode } from '../face/settings'
import type { StreamBreak } from '../face/streams'
import type { Pair } from '../ice'
import { plainRateBps, type SentStream } from '../streams'
import type { SendingPath } from './feedback'
import { beginRest, canDoWithout, reviewRests } from './rests'
import type { SessionState } from './state'
import { breakOwn } from './streams'

/** Samples between two looks of the circuit breaker. */
const breakerSamples = 5

/** With the weights' timer: which paths share a bottleneck, and whether one of them is too much. */
export function sampleCapacity(state: SessionState): void {
  const { feedback, nowMs } = state
  if (nowMs <= feedback.sampledMs) return
  feedback.sampledMs = nowMs
  if (feedback.paths.size === 0) return
  const queues = [...feedback.paths].map(([id, { capacity }]) => ({ id, queueMs: capacity.standingQueueMs }))
  feedback.bottlenecks.sample(queues)
  for (const [id, { capacity }] of feedback.paths) capacity.setSharers(feedback.bottlenecks.sharers(id))
  feedback.samples += 1
  if (feedback.samples % breakerSamples !== 0) return
  considerBreaker(state, nowMs - feedback.lookedMs)
  feedback.lookedMs = nowMs
}

/**
 * Where the mode takes packets off a path that has no room, only all paths together can be too little; else each is looked
 * at by itself.
 */
function considerBreaker(state: SessionState, intervalMs: number): void {
  const { paths, breaker } = state.feedback
  const looks = [...paths.values()].map((path) => lookAt(state, path, intervalMs))
  if (!modesThatMove.has(state.mode)) {
    considerPaths(state, looks)
    return reviewRests(state)
  }
  const all = together(looks.map(({ interval }) => interval))
  if (!breaker.update(all)) return
  breakCircuit(state, state.streams.running, looks.length === 1 ? (looks[0]?.path.pair ?? null) : null, all)
}

/**
 * Does something about the worst path and those that are too much with it, as far as they would not have room without it:
 * paths may share a bottleneck, and what is done about some may be enough for the others, which are therefore judged anew.
 */
function considerPaths(state: SessionState, looks: readonly Look[]): void {
  const { running } = state.streams
  let worst: Look | null = null
  for (const look of looks) {
    const { path, interval } = look
    const isTry = running.some(({ rests }) => rests.tried.includes(path.pair.id))
    if (!path.breaker.update(interval, isTry)) continue
    if (worst === null || lostPart(interval) > lostPart(worst.interval)) worst = look
  }
  if (worst === null) return
  const { path, interval, streams } = worst
  const { id } = path.pair
  const on = running.filter((stream) => streams.has(stream.id))
  const trying = on.filter(({ rests }) => rests.tried.includes(id))
  const resting = breakCircuit(state, trying.length > 0 ? trying : on, path.pair, interval)
  // What is too much with a try is so because of it.
  if (resting !== null && trying.length === 0) restWith(state, resting, worst, looks)
  for (const look of looks) look.path.breaker.reset()
}

/** So much of a copy's rate is enough room for it: what loses less than a fifth is left alone. */
const enoughRoom = 0.8
/** A path of which nothing was heard for so long, an interval, though it works, delivers nothing, ms. */
const silentMs = 500

/** The worst path rests for the stream: others that are too much with it do, until what all deliver is enough for the rest. */
function restWith(state: SessionState, stream: SentStream, worst: Look, looks: readonly Look[]): void {
  const others = looks
    .filter((look) => look !== worst && look.streams.has(stream.id))
    .flatMap((look) => tooMuchWith(worst, look, state.nowMs) ?? [])
    .sort((a, b) => lostPart(b.interval) - lostPart(a.interval))
  const group = [worst, ...others]
  const copyBps = group.reduce((sum, look) => sum + partOf(state, stream, look), 0) / group.length
  const roomBps = group.reduce((sum, look) => sum + roomFor(state, stream, look), 0)
  const kept = Math.max(0, Math.floor(roomBps / copyBps + 1 - enoughRoom))
  for (const { path, interval } of others.slice(0, Math.max(0, others.length - kept))) {
    const { pair } = path
    if (stream.rests.resting.includes(pair.id) || !canDoWithout(state, stream, pair)) continue
    beginRest(state, stream, { pairId: pair.id, ...whyOf(pair, interval) })
  }
}

/**
 * The look at another path for which it is too much as well; or that works and delivers nothing, as its copies come last to
 * a link that both take: then all is lost. Null otherwise.
 */
function tooMuchWith({ path: { pair } }: Look, look: Look, nowMs: number): Look | null {
  const { path, interval } = look
  if (path.breaker.isExceeded) return look
  if (path.pair.state !== 'up' || interval.sent === 0) return null
  if (nowMs - path.capacity.ledger.heardMs < silentMs) return null
  const isFromSame = path.pair.socket.interfaceName === pair.socket.interfaceName
  const isToSame =
    path.pair.remote.interfaceName !== null && path.pair.remote.interfaceName === pair.remote.interfaceName
  if (!isFromSame && !isToSame) return null
  return { ...look, interval: { ...interval, delivered: 0, lost: interval.sent } }
}

/** What the stream's copies took of the path, bit/s. */
function partOf({ streams: { running } }: SessionState, stream: SentStream, look: Look): number {
  const rateBps = running.reduce((sum, one) => sum + (look.streams.has(one.id) ? rateOf(one) : 0), 0)
  return (look.interval.sentBps * rateOf(stream)) / Math.max(1, rateBps)
}

/** What the path delivered beyond the other streams on it, bit/s; below 0 when it is less than these need. */
function roomFor(state: SessionState, stream: SentStream, look: Look): number {
  const { interval } = look
  return partOf(state, stream, look) - interval.sentBps * lostPart(interval)
}

/** By capacity: `weighted` by its weights, the others when a queue builds. */
const modesThatMove: ReadonlySet<Mode> = new Set(['weighted', 'lowest-latency', 'adaptive'])

interface Look {
  readonly path: SendingPath
  readonly interval: BreakerInterval
  /** Those that do not adapt and went over it, by number. */
  readonly streams: ReadonlySet<number>
}

function lookAt({ feedback }: SessionState, path: SendingPath, intervalMs: number): Look {
  const { capacity, plainBytes, plainPackets } = path
  const { sent, delivered, spurious, lost } = capacity.ledger.counts
  const { lostByFullQueue } = capacity.view()
  const lostNow = Math.max(0, lost - path.lost)
  const spacingMs = intervalMs / Math.max(1, sent - path.sent)
  const isShared = feedback.bottlenecks.sharers(path.pair.id) > 1
  const isFull = isFullQueue(capacity.takeRelief(), lostNow, spacingMs) || isShared
  const interval: BreakerInterval = {
    sentBps: (plainBytes * 8000) / intervalMs,
    meanPacketBytes: plainPackets === 0 ? 0 : plainBytes / plainPackets,
    sent: sent - path.sent,
    delivered: delivered - path.delivered,
    late: spurious - path.spurious,
    lost: lostNow,
    lostByFullQueue: isFull ? Math.max(0, lostByFullQueue - path.lostByFullQueue) : 0,
    rttMs: capacity.ledger.smoothedRttMs ?? path.pair.rtt.smoothedMs,
  }
  const streams = new Set(path.plainStreams)
  path.plainBytes = 0
  path.plainPackets = 0
  path.plainStreams.clear()
  path.sent = sent
  path.delivered = delivered
  path.spurious = spurious
  path.lost = lost
  path.lostByFullQueue = lostByFullQueue
  return { path, interval, streams }
}

function lostPart({ delivered, lost }: BreakerInterval): number {
  return lost / Math.max(1, delivered + lost)
}

function rateOf({ spec }: SentStream): number {
  return plainRateBps(spec) ?? 0
}

function whyOf(pair: Pair | null, interval: BreakerInterval): Omit<StreamBreak, 'pairId'> {
  return { label: pair?.label ?? null, sentBps: interval.sentBps, lostPercent: 100 * lostPart(interval) }
}

/**
 * Takes the path from that of the streams which sends most, where others can carry it on, or else stops it. `pair`: null for
 * all together. Returns the stream that the path was taken from.
 */
function breakCircuit(
  state: SessionState,
  streams: readonly SentStream[],
  pair: Pair | null,
  interval: BreakerInterval,
): SentStream | null {
  const [worst] = streams.filter(({ spec }) => spec.kind !== 'bulk').sort((a, b) => rateOf(b) - rateOf(a))
  if (worst === undefined) return null
  const why = whyOf(pair, interval)
  if (pair === null || !canDoWithout(state, worst, pair)) {
    breakOwn(state, worst.id, { pairId: pair?.id ?? null, ...why })
    return null
  }
  // It carried although it rests, as no other worked for a moment.
  if (worst.rests.resting.includes(pair.id)) return null
  beginRest(state, worst, { pairId: pair.id, ...why })
  return worst
}
