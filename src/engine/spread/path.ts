import type { PathFacts } from './facts'
import { createPulse, type Pulse } from './pulse'

/** Why a path is avoided where another can be had. */
export type Trouble = 'suspect' | 'overdue'

/** A path in use, with what the choice itself keeps of it. Only the spread room writes it. */
export interface Path {
  readonly id: number
  facts: PathFacts
  readonly pulse: Pulse
  trouble: Trouble | null
  /** Send times from then on acquit it of `overdue`. */
  troubleSinceMs: number
  /** When it came back, or was free of trouble again; -Infinity when it was there from the start. */
  backMs: number
  /** How long its part grows from then on. */
  growthMs: number
  /** Expected one-way delay of a packet on it; see `expectedDelayMs`. */
  delayMs: number
  /** When what it was given so far will have left, at nine tenths of its estimated rate. */
  freeAtMs: number
  /** When it last got what another one had no room for, and a copy of what was at risk there; -Infinity before. */
  spilledMs: number
  copiedMs: number
  /** When it last got what an earlier path in the order rests for. */
  stoodInMs: number
  /** Bytes that the user's limit still allows now, and when that was reckoned. */
  capBytes: number
  capAtMs: number
  /** Bytes given to it since the last update, and of about the last second. */
  newBytes: number
  recentBytes: number
  /** Of these those that something else chose it for, and when it last did; -Infinity before. */
  newGaveBytes: number
  recentGaveBytes: number
  gaveMs: number
}

/** A path that comes back starts with this part of its share, which then grows to all of it. */
const firstPart = 0.1
/** For how long: after it was away, and after a mere doubt, ms. */
const growAfterAbsenceMs = 500
const growAfterDoubtMs = 200
/** Of the estimated rate, so that an estimate which is a little too high builds no queue. */
export const usedRatePart = 0.9
/** A capped path may be given this much at once: 50 ms of its limit, and at least two full datagrams. */
const capBurstMs = 50
const leastCapBurstBytes = 2800

export function createPath(facts: PathFacts, backMs: number): Path {
  return {
    id: facts.id,
    facts,
    pulse: createPulse(),
    trouble: facts.suspect ? 'suspect' : null,
    troubleSinceMs: 0,
    backMs,
    growthMs: growAfterAbsenceMs,
    delayMs: 0,
    freeAtMs: 0,
    spilledMs: -Infinity,
    copiedMs: -Infinity,
    stoodInMs: -Infinity,
    capBytes: Infinity,
    capAtMs: 0,
    newBytes: 0,
    recentBytes: 0,
    newGaveBytes: 0,
    recentGaveBytes: 0,
    gaveMs: -Infinity,
  }
}

/** Takes the facts over. A path that is suspected is in trouble until it is not; one that is overdue until it answers. */
export function judge(path: Path, facts: PathFacts, nowMs: number): void {
  path.facts = facts
  if (path.trouble === 'overdue' && answeredSentMs(path) >= path.troubleSinceMs) acquit(path, nowMs)
  if (facts.suspect && path.trouble === null) trouble(path, 'suspect', nowMs)
  else if (facts.suspect) path.trouble = 'suspect'
  else if (path.trouble === 'suspect') acquit(path, nowMs)
}

export function trouble(path: Path, what: Trouble, nowMs: number): void {
  path.trouble = what
  path.troubleSinceMs = nowMs
}

export function acquit(path: Path, nowMs: number): void {
  path.trouble = null
  path.pulse.answered()
  path.backMs = nowMs
  path.growthMs = growAfterDoubtMs
}

/** The part of its share that a path gets, 0.1 to 1: it grows after a return, so that a queue or a loss would show early. */
export function grownPart(path: Path, nowMs: number): number {
  const part = (nowMs - path.backMs) / path.growthMs
  return part >= 1 ? 1 : firstPart + (1 - firstPart) * Math.max(0, part)
}

/** Has been free of trouble for so long. */
export function isProven(path: Path, forMs: number, nowMs: number): boolean {
  return nowMs - path.backMs >= forMs
}

/**
 * The peer answered something that was sent when the path had been free of trouble, and had answered, for so long. That no
 * trouble is known says little of a path that carries nothing: its death shows only by keepalives that are missed.
 */
export function hasAnsweredAfter(path: Path, forMs: number): boolean {
  return answeredSentMs(path) - Math.max(path.backMs, path.facts.answersSinceMs) >= forMs
}

function answeredSentMs({ facts }: Path): number {
  return facts.answeredSentMs ?? -Infinity
}

/** Whether the user's limit leaves room for a packet. */
export function hasRoom(path: Path, bytes: number, nowMs: number): boolean {
  const { capBps } = path.facts
  if (capBps === null) return true
  const most = Math.max(leastCapBurstBytes, (capBps * capBurstMs) / 8000)
  path.capBytes = Math.min(most, path.capBytes + ((nowMs - path.capAtMs) * capBps) / 8000)
  path.capAtMs = nowMs
  return path.capBytes >= bytes
}

/** A packet is put on the path. */
export function note(path: Path, bytes: number, nowMs: number): void {
  path.newBytes += bytes
  path.pulse.sent(nowMs)
  if (path.facts.capBps !== null) path.capBytes = Math.max(-leastCapBurstBytes, path.capBytes - bytes)
}

/** The same of one that nothing but its stream's rate keeps from being too many. */
export function charge(path: Path, bytes: number, nowMs: number): void {
  note(path, bytes, nowMs)
  const { rateBps } = path.facts
  if (rateBps === null || rateBps <= 0) return
  path.freeAtMs = Math.max(path.freeAtMs, nowMs) + (bytes * 8000) / (usedRatePart * rateBps)
}

/** What takes longer to leave than this, ms, is mostly lost in the full queue that it makes. */
const mostBacklogMs = 150

/** Whether it was given so much, by its estimated rate, that more would only be lost. */
export function isOverfull(path: Path, nowMs: number): boolean {
  return path.freeAtMs - nowMs > mostBacklogMs
}

/** A path without a round trip counts as this slow, ms. */
const unknownDelayMs = 30_000
/** What asking for a lost packet and sending it again costs beyond a round trip, ms. */
const resendMs = 20

/**
 * How long a packet is expected to take: half the round trip, or half its smallest lately and the queue where that is
 * more, as a queue of now is not in the round trips yet; the variation; and what loss costs on average: another round trip
 * and 20 ms.
 */
export function expectedDelayMs(facts: PathFacts): number {
  const { rttMs, baseRttMs, queueMs, rttVarMs, loss } = facts
  if (rttMs === null) return unknownDelayMs
  const onWayMs = Math.max(rttMs / 2, (baseRttMs ?? 0) / 2 + (queueMs ?? 0))
  return onWayMs + (rttVarMs ?? 0) + (loss ?? 0) * (rttMs + resendMs)
}
