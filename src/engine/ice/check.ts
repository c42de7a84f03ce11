import { hex } from '../bytes'
import { bindingMethod, encodeStun, type PathCounters, type StunAttributes } from '../stun'
import { liveness } from './liveness'
import { countDeparture, type Pair, type Transaction } from './pair'
import { candidatePriority, localPreference } from './priority'
import { type AgentState, setPairState } from './state'
import { noteProbe } from './suspicion'

/** Flag in our private attribute: the USE-CANDIDATE that this answers was counted and has no effect. */
export const nominationWithoutEffect = 1
/** The same in requests: what should have come from the addressee over this pair has not. */
export const hearsNothing = 2
/** In requests: the sender has waited for as long as it may, and its session ends with this. */
export const givesUp = 4

/** The counts that travel with every check between two Pathscopes; call right before `countDeparture`. */
export function countersOf(pair: Pair, holdMs: number, flags: number): PathCounters {
  return {
    pairNumber: pair.id,
    sentPackets: pair.sent.packets + 1,
    echoSent: pair.echo.sent,
    echoReceived: pair.echo.received,
    holdMicros: Math.max(0, Math.round(holdMs * 1000)),
    flags,
  }
}

/** Takes in the peer's counts that came with an authenticated message of the pair, the arrival already counted. */
export function takeCounters(state: AgentState, pair: Pair, counters: PathCounters, nowMs: number): void {
  if (pair.peerNumber !== counters.pairNumber) {
    pair.peerNumber = counters.pairNumber
    state.revision += 1
  }
  if (counters.sentPackets > pair.echo.sent) {
    pair.echo.sent = counters.sentPackets
    pair.echo.received = pair.received.packets
    pair.lossReceived.compare(counters.sentPackets, pair.received.packets, nowMs)
  }
  if (counters.echoSent > 0) pair.lossSent.compare(counters.echoSent, counters.echoReceived, nowMs)
}

/** Sends one connectivity check (RFC 8445 section 7.2.4). Each is a transaction of its own, so every answer is a sample. */
export function sendCheck(state: AgentState, pair: Pair, nowMs: number): void {
  const remote = state.remote
  const entry = state.sockets.get(pair.socket.id)
  if (remote === null || entry === undefined) return
  const { primitives } = state.options
  const transactionId = primitives.random(12)
  const nominating = pair.nominateNext && state.controlling
  const attributes: StunAttributes = {
    username: `${remote.ufrag}:${state.local.ufrag}`,
    priority: candidatePriority('prflx', localPreference(entry.order, pair.socket.local.family)),
    ...(state.controlling ? { iceControlling: state.tieBreaker } : { iceControlled: state.tieBreaker }),
    ...(nominating ? { useCandidate: true } : {}),
    ...(remote.kind === 'pathscope' ? { pathscope: countersOf(pair, 0, flagsOf(state, pair)) } : {}),
  }
  const data = encodeStun(
    { class: 'request', method: bindingMethod, transactionId, attributes },
    remote.key,
    primitives,
    remote.integrity,
  )
  remember(pair, { id: hex(transactionId), sentAtMs: nowMs, nominating, controlling: state.controlling })
  if (nominating) {
    pair.nominateNext = false
    pair.nominations.attempted += 1
    state.sink.event({ kind: 'nomination-attempted', pairId: pair.id, label: pair.label })
  }
  pair.stun.requestsSent += 1
  pair.attempts += 1
  noteProbe(state, pair, nowMs)
  pair.firstCheckMs ??= nowMs
  pair.unansweredSinceMs ??= nowMs
  countDeparture(pair, data.length, nowMs)
  state.sink.transmit(pair.socket.id, pair.remote.address, data)
  if (pair.state === 'waiting') setPairState(state, pair, 'checking', nowMs)
}

function flagsOf(state: AgentState, pair: Pair): number {
  return (pair.suspicion?.cause === 'silence' ? hearsNothing : 0) | (state.givingUp ? givesUp : 0)
}

function remember(pair: Pair, transaction: Transaction): void {
  for (const old of pair.outstanding.values()) {
    const expired = transaction.sentAtMs - old.sentAtMs > liveness.transactionMs
    if (!expired && pair.outstanding.size < liveness.transactionsPerPair) break
    pair.outstanding.delete(old.id)
  }
  pair.outstanding.set(transaction.id, transaction)
}
