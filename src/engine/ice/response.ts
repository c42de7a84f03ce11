import { addressKey } from '../address'
import { hex } from '../bytes'
import type { TransportAddress } from '../face/address'
import { type ParsedStun, verifyIntegrity } from '../stun'
import { switchRole } from './pairing'
import { type AgentState, scheduleCheck, setPairState, trigger } from './state'
import { endSuspicion, noteHeard } from './suspicion'
import { liveness, recoveryPauseMs } from './liveness'
import { nominationWithoutEffect, takeCounters } from './check'
import { noteNominationOutcome, noteWorking } from './nomination'
import { countArrival, type Pair, type Transaction } from './pair'

/**
 * Takes an answer to one of our checks (RFC 8445 section 7.2.5). It must come back the way its request went, match an
 * outstanding transaction and carry the peer's integrity; anything else is dropped and counted.
 */
export function takeResponse(
  state: AgentState,
  socketId: number,
  from: TransportAddress,
  parsed: ParsedStun,
  receivedAtMs: number,
  nowMs: number,
): void {
  const pair = state.places.at(socketId, from)
  const transaction = pair?.outstanding.get(hex(parsed.message.transactionId))
  if (pair === undefined || transaction === undefined || state.remote === null) {
    return state.sink.drop('unexpected')
  }
  // As the request was made (RFC 8489 section 9.1.4): nobody on the way makes it weaker.
  const { key, integrity } = state.remote
  const authentic = verifyIntegrity(parsed, key, state.options.primitives, integrity)
  if (!authentic) return state.sink.drop('bad-integrity')
  settle(pair, transaction)
  countArrival(pair, parsed.raw.length, nowMs)
  noteHeard(state, pair, nowMs)
  pair.validated = true
  pair.stun.responsesReceived += 1
  const { pathscope, errorCode, xorMappedAddress } = parsed.message.attributes
  if (pathscope !== undefined) takeCounters(state, pair, pathscope, nowMs)
  // After a suspended hour it lay in a buffer: it tells neither a round trip nor that the pair works now.
  if (receivedAtMs - transaction.sentAtMs > liveness.transactionMs) return
  if (errorCode?.code === 487) return retryInOtherRole(state, pair, transaction, nowMs)
  if (errorCode !== undefined && !transaction.nominating) return
  const holdMs = (pathscope?.holdMicros ?? 0) / 1000
  pair.rtt.add(Math.max(0, receivedAtMs - transaction.sentAtMs - holdMs), nowMs)
  if (xorMappedAddress !== undefined) noteMapping(pair, xorMappedAddress)
  if (transaction.nominating) {
    const refused = errorCode !== undefined || ((pathscope?.flags ?? 0) & nominationWithoutEffect) !== 0
    noteNominationOutcome(state, pair, refused, errorCode?.code ?? null)
  }
  noteAnswer(state, pair, transaction.sentAtMs, nowMs)
}

/** The transaction is over; requests sent before it that are still open no longer speak against the pair. */
function settle(pair: Pair, transaction: Transaction): void {
  pair.outstanding.delete(transaction.id)
  const since = pair.unansweredSinceMs
  if (since === null || transaction.sentAtMs < since) return
  if (transaction.sentAtMs - since > pair.rtt.rtoMs()) pair.answersSinceMs = transaction.sentAtMs
  pair.unansweredSinceMs = null
  for (const open of pair.outstanding.values()) {
    if (open.sentAtMs <= transaction.sentAtMs) continue
    pair.unansweredSinceMs = open.sentAtMs
    break
  }
  pair.attempts = 0
}

function noteMapping(pair: Pair, seen: TransportAddress): void {
  pair.mapped = addressKey(seen) === addressKey(pair.socket.local) ? null : seen
}

function noteAnswer(state: AgentState, pair: Pair, sentAtMs: number, nowMs: number): void {
  pair.attempts = 0
  pair.answeredMs = nowMs
  pair.answeredSentMs = Math.max(pair.answeredSentMs ?? 0, sentAtMs)
  if (pair.suspicion !== null && sentAtMs >= pair.suspicion.sinceMs) endSuspicion(state, pair, nowMs)
  if (pair.state === 'up') return
  if (pair.state === 'down' && !hasRecovered(state, pair, sentAtMs, nowMs))
    return scheduleCheck(state, pair, nowMs)
  const first = pair.rtt.view()?.n === 1
  setPairState(state, pair, 'up', nowMs)
  scheduleCheck(state, pair, nowMs)
  noteWorking(state, pair, first, nowMs)
}

/** A pair that was down must answer more than once before it carries again, and one that flaps for some time. */
function hasRecovered(state: AgentState, pair: Pair, sentAtMs: number, nowMs: number): boolean {
  const { recovery } = pair
  if (sentAtMs < pair.stateSinceMs) return false
  const anew = recovery.answers === 0 || nowMs - recovery.lastMs > recoveryPauseMs(pair, state.pairs.length)
  if (anew) recovery.sinceMs = nowMs
  recovery.answers = anew ? 1 : recovery.answers + 1
  recovery.lastMs = nowMs
  if (recovery.answers < liveness.recoveryAnswers) return false
  return !pair.flaps || nowMs - recovery.sinceMs >= liveness.flapHoldMs
}

/**
 * Only out of the role that was refused: a request of the peer may have changed it since (RFC 8445 section 7.2.5.1). A
 * peer that refuses both roles would have us change and check for ever, and the pairs that wait would never have their
 * turn.
 */
function retryInOtherRole(state: AgentState, pair: Pair, refused: Transaction, nowMs: number): void {
  if (refused.controlling === state.controlling) {
    if (nowMs - (state.roleRefusedMs ?? -Infinity) < liveness.roleRefusalMs) return
    state.roleRefusedMs = nowMs
    switchRole(state)
  }
  trigger(state, pair, nowMs)
}
