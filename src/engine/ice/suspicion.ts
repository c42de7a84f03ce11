import type { Pair } from './pair'
import { listenedMs } from './listening'
import { isBeyondLoss, jitterMs, liveness, neededProbes } from './liveness'
import { type AgentState, forgetSuspicion, scheduleCheck } from './state'

/**
 * Why a pair that works is doubted. `silence`: the peer's records stopped coming over it, so any arrival ends it. `peer`:
 * the peer said so of its own, or did not acknowledge what went over it, so what must be proved is our direction, and
 * only an answer ends it. `kin`: a pair of the same interface fell silent; this one may carry nothing by which its own
 * state would show, or be heard while what we send over it goes by the interface that failed, so only an answer ends it
 * as well.
 */
export type SuspicionCause = 'silence' | 'peer' | 'kin'

export interface Suspicion {
  readonly cause: SuspicionCause
  readonly sinceMs: number
  /** Checks sent since. */
  probes: number
  /** When the last of the needed checks must have been answered; null until it is sent. */
  decidedMs: number | null
  /** The first time since at which the peer is known to have been alive, by whatever pair. */
  peerAliveMs: number | null
}

/** A timer that fires this late, ms, shows that this machine was busy: what came meanwhile is to be read first. */
const lateMs = 3
/** How often a suspected pair is judged, ms. */
const judgeMs = 5

/** Anything authenticated came over a pair. */
export function noteHeard(state: AgentState, pair: Pair, nowMs: number): void {
  state.peerAliveMs = Math.max(state.peerAliveMs, nowMs - (pair.rtt.smoothedMs ?? 0) / 2)
  if (pair.suspicion?.cause === 'silence') endSuspicion(state, pair, nowMs)
}

/** A record came over a pair: how long the next may take follows from its predecessors. */
export function noteRecord(state: AgentState, pair: Pair, nowMs: number): void {
  pair.usedMs = nowMs
  noteHeard(state, pair, nowMs)
  if (pair.state !== 'up') return
  pair.gaps.arrived(listenedMs(state, nowMs), nowMs)
  pair.lastRecordMs = nowMs
  if (state.watches.has(pair.id)) return
  const bound = silenceBoundMs(pair, nowMs)
  if (bound !== null) watch(state, pair, nowMs + bound)
}

/**
 * The longest silence of a pair that carries a dense stream; null where the stream is too thin to tell by it. Half a
 * round trip and 20 ms, so that the whole is a round trip and 20 ms where what was under way still came; more where the
 * stream itself had longer gaps lately, so that what it does of itself is suspected once and not again and again.
 */
export function silenceBoundMs(pair: Pair, nowMs: number): number | null {
  const longest = pair.gaps.longestMs(nowMs)
  const smoothed = pair.rtt.smoothedMs
  if (longest === null || smoothed === null) return null
  const usual = smoothed / 2 + liveness.suspectMarginMs + jitterMs(pair)
  const bound = Math.max(usual, liveness.gapFactor * longest)
  return bound > Math.max(usual, liveness.longestSilenceMs) ? null : bound
}

/** The peer hears nothing from us over this pair; what it says of a time in which this machine was busy is no sign. */
export function notePeerDoubt(state: AgentState, pair: Pair, nowMs: number): void {
  if (state.isHeld || nowMs < state.heldMs + (pair.rtt.smoothedMs ?? 0) + liveness.suspectMarginMs) return
  if (pair.state === 'up' && pair.suspicion === null) suspect(state, pair, 'peer', nowMs)
}

/**
 * The peer acknowledges something that went over this pair at `sentAtMs`: if that was after the doubt began, our direction
 * works, whatever checks say that may be lost in a full queue. Where the peer is heard over the pair as well, that is as good
 * as an answer to what was asked before.
 */
export function noteDelivered(state: AgentState, pair: Pair, sentAtMs: number, nowMs: number): void {
  pair.answeredSentMs = Math.max(pair.answeredSentMs ?? 0, sentAtMs)
  if (pair.suspicion !== null && sentAtMs >= pair.suspicion.sinceMs) endSuspicion(state, pair, nowMs)
  excuse(pair, sentAtMs)
}

/**
 * What goes over a pair fills a queue that loses some of it, the newest that the peer acknowledged having been sent at
 * `sentAtMs`. The queue may be at either end, so checks on the other pairs of both are lost in it as well, and these carry
 * nothing that the peer could acknowledge.
 */
export function noteFullQueue(state: AgentState, full: Pair, sentAtMs: number): void {
  for (const pair of state.pairs)
    if (pair.state === 'up' && sharesInterface(pair, full)) excuse(pair, sentAtMs)
}

/** What was asked until then says nothing against the pair, as far as the peer was heard over it. */
function excuse(pair: Pair, untilMs: number): void {
  const { unansweredSinceMs, lastReceivedMs } = pair
  if (unansweredSinceMs === null || lastReceivedMs === null) return
  pair.unansweredSinceMs = Math.max(unansweredSinceMs, Math.min(untilMs, lastReceivedMs))
}

/** The peer should have acknowledged what went over this pair from `sinceMs` on, and has not. */
export function doubtDelivery(state: AgentState, pair: Pair, sinceMs: number, nowMs: number): void {
  if (pair.state !== 'up' || pair.suspicion !== null) return
  suspect(state, pair, 'peer', nowMs)
  suspectKin(state, pair, sinceMs, nowMs)
}

function suspect(state: AgentState, pair: Pair, cause: SuspicionCause, nowMs: number): void {
  pair.suspicion = { cause, sinceMs: nowMs, probes: 0, decidedMs: null, peerAliveMs: null }
  pair.timesSuspected += 1
  if (cause !== 'kin') state.suspects += 1
  state.sink.doubted(pair)
  state.deadlines.set(pair.id, nowMs)
  watch(state, pair, nowMs + judgeMs)
}

/**
 * What fails is mostly an interface, at either end. Its other pairs may carry nothing by which their silence would show,
 * and would be chosen in the first one's place: they are asked at once, unless they have answered what was sent since.
 */
export function suspectKin(state: AgentState, silent: Pair, sinceMs: number, nowMs: number): void {
  for (const pair of state.pairs) {
    const related = sharesInterface(pair, silent)
    if (!related || pair.state !== 'up' || pair.suspicion !== null) continue
    if ((pair.answeredSentMs ?? 0) <= sinceMs) suspect(state, pair, 'kin', nowMs)
  }
}

/** IPv4 and IPv6 of an interface have sockets and addresses of their own, and fail together. */
function sharesInterface(a: Pair, b: Pair): boolean {
  if (a.socket.interfaceName === b.socket.interfaceName || a.remote === b.remote) return true
  return a.remote.interfaceName !== null && a.remote.interfaceName === b.remote.interfaceName
}

export function endSuspicion(state: AgentState, pair: Pair, nowMs: number): void {
  if (pair.suspicion === null) return
  forgetSuspicion(state, pair)
  // Until the next record comes, silence tells nothing new.
  state.watches.remove(pair.id)
  scheduleCheck(state, pair, nowMs)
}

/** A check went out over a suspected pair. */
export function noteProbe(state: AgentState, pair: Pair, nowMs: number): void {
  const { suspicion } = pair
  if (suspicion === null) return
  suspicion.probes += 1
  if (suspicion.probes < neededProbes(state.suspects) || suspicion.decidedMs !== null) return
  suspicion.decidedMs = nowMs + (pair.rtt.smoothedMs ?? 0) + jitterMs(pair)
}

/** Runs what is due; gives each pair that is found dead to `dead`. */
export function runWatches(state: AgentState, nowMs: number, dead: (pair: Pair) => void): void {
  for (let id = state.watches.takeDue(nowMs); id !== undefined; id = state.watches.takeDue(nowMs)) {
    const pair = state.pairsById.get(id)
    if (pair?.state !== 'up') continue
    const late = nowMs - pair.watchDueMs > lateMs && !pair.watchLate
    if (late) {
      watch(state, pair, nowMs + lateMs)
      pair.watchLate = true
    } else if (pair.suspicion === null) {
      listen(state, pair, nowMs)
    } else if (isDead(state, pair, pair.suspicion, nowMs)) {
      dead(pair)
    } else {
      watch(state, pair, nextJudgementMs(state, pair.suspicion, nowMs))
    }
  }
}

function listen(state: AgentState, pair: Pair, nowMs: number): void {
  const bound = silenceBoundMs(pair, nowMs)
  if (bound === null) return
  const dueMs = Math.max(pair.lastRecordMs ?? 0, pair.lastReceivedMs ?? 0) + bound
  if (dueMs > nowMs) watch(state, pair, dueMs)
  else {
    suspect(state, pair, 'silence', nowMs)
    suspectKin(state, pair, pair.lastReceivedMs ?? nowMs, nowMs)
  }
}

function nextJudgementMs(state: AgentState, suspicion: Suspicion, nowMs: number): number {
  // Many suspects are judged less often, so that they stay a small part of the work.
  const next = nowMs + Math.max(judgeMs, state.suspects / 4)
  const { decidedMs } = suspicion
  return decidedMs !== null && decidedMs > nowMs ? Math.min(decidedMs, next) : next
}

/**
 * All needed checks have had their time, and the peer was alive meanwhile: it was heard over another pair at a time from
 * which it could have been heard over this one. A peer that only pauses (a busy machine, a suspended one) falls silent
 * on all pairs at once and resumes on all; then the slow bound holds.
 */
function isDead(state: AgentState, pair: Pair, suspicion: Suspicion, nowMs: number): boolean {
  if (suspicion.peerAliveMs === null && state.peerAliveMs >= suspicion.sinceMs) {
    suspicion.peerAliveMs = state.peerAliveMs
  }
  const { decidedMs, peerAliveMs } = suspicion
  if (decidedMs === null || nowMs < decidedMs || peerAliveMs === null) return false
  if (!isBeyondLoss(pair, suspicion.probes)) return false
  const wayMs = (pair.rtt.smoothedMs ?? 0) / 2 + jitterMs(pair)
  return nowMs >= peerAliveMs + wayMs + liveness.suspectMarginMs
}

function watch(state: AgentState, pair: Pair, atMs: number): void {
  pair.watchDueMs = atMs
  pair.watchLate = false
  state.watches.set(pair.id, atMs)
}
