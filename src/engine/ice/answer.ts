import { addressKey } from '../address'
import type { TransportAddress } from '../face/address'
import { bindingMethod, encodeStun, type ParsedStun, type StunAttributes, verifyIntegrity } from '../stun'
import { addPeerReflexive, switchRole } from './pairing'
import { type AgentState, pairAt, trigger } from './state'
import { countersOf, nominationWithoutEffect, takeCounters } from './check'
import { countArrival, countDeparture, type Pair } from './pair'

/** Requests kept that come before the peer's description; more senders than that are answered but not remembered. */
const earlyLimit = 64

/** What an answer to a request says. */
type Verdict =
  | { readonly kind: 'success'; readonly flags: number }
  | {
      readonly kind: 'error'
      readonly code: number
      readonly reason: string
      readonly unknown?: readonly number[]
    }

interface Request {
  readonly socketId: number
  readonly from: TransportAddress
  readonly parsed: ParsedStun
  readonly receivedAtMs: number
  readonly nowMs: number
}

/** Answers a connectivity check (RFC 8445 section 7.3), also before the peer's description is known. */
export function answerRequest(
  state: AgentState,
  socketId: number,
  from: TransportAddress,
  parsed: ParsedStun,
  receivedAtMs: number,
  nowMs: number,
): void {
  if (!state.requests.take(nowMs)) return state.sink.drop('rate-limited')
  if (!state.sockets.has(socketId)) return state.sink.drop('unexpected')
  if (!isFromPeer(state, parsed)) return state.sink.drop('bad-integrity')
  const request: Request = { socketId, from, parsed, receivedAtMs, nowMs }
  const pair = state.remote === null ? undefined : findOrLearnPair(state, request)
  if (state.remote === null) rememberEarly(state, request)
  if (pair !== undefined) {
    countArrival(pair, parsed.raw.length, nowMs)
    pair.validated = true
    pair.stun.requestsReceived += 1
    if (parsed.message.attributes.pathscope !== undefined) {
      takeCounters(pair, parsed.message.attributes.pathscope, nowMs)
    }
  }
  respond(state, request, pair, judge(state, request, pair))
  if (pair !== undefined && pair.state !== 'up') trigger(state, pair, nowMs)
}

/** The user name names us (and the peer, once known), and our password made the integrity (RFC 8445 section 7.3). */
function isFromPeer(state: AgentState, parsed: ParsedStun): boolean {
  const [ours, theirs] = (parsed.message.attributes.username ?? '').split(':')
  if (ours !== state.local.ufrag || theirs === undefined || theirs === '') return false
  if (state.remote !== null && theirs !== state.remote.ufrag) return false
  return parsed.hasIntegrity && verifyIntegrity(parsed, state.local.key, state.options.primitives)
}

function findOrLearnPair(state: AgentState, request: Request): Pair | undefined {
  const key = addressKey(request.from)
  const known = pairAt(state, request.socketId, key)
  if (known !== undefined) return known
  const priority = request.parsed.message.attributes.priority ?? 0
  return addPeerReflexive(state, request.socketId, request.from, priority, request.nowMs)
}

function rememberEarly(state: AgentState, request: Request): void {
  const key = `${request.socketId} ${addressKey(request.from)}`
  if (!state.early.has(key) && state.early.size >= earlyLimit) return
  const priority = request.parsed.message.attributes.priority ?? 0
  state.early.set(key, { socketId: request.socketId, from: request.from, priority })
}

function judge(state: AgentState, request: Request, pair: Pair | undefined): Verdict {
  const { attributes } = request.parsed.message
  if (request.parsed.unknownRequired.length > 0) {
    return { kind: 'error', code: 420, reason: 'Unknown Attribute', unknown: request.parsed.unknownRequired }
  }
  const conflict = settleRoles(state, attributes)
  if (conflict) return { kind: 'error', code: 487, reason: 'Role Conflict' }
  if (attributes.useCandidate !== true || state.controlling) return { kind: 'success', flags: 0 }
  return judgeNomination(state, pair)
}

/** True when the peer must change its role; changes ours where we must (RFC 8445 section 7.3.1.1). */
function settleRoles(state: AgentState, attributes: StunAttributes): boolean {
  const theirs = state.controlling ? attributes.iceControlling : attributes.iceControlled
  if (theirs === undefined) return false
  const weStay = state.tieBreaker >= theirs
  if (state.controlling === weStay) return true
  switchRole(state)
  return false
}

/**
 * A nomination is refused or left without effect. A stock peer would take an error for a dead pair, so towards one it is
 * always the latter. Only with prevention off does it take effect.
 */
function judgeNomination(state: AgentState, pair: Pair | undefined): Verdict {
  const { preventNomination, nominationPolicy } = state.options.settings
  if (!preventNomination) {
    if (pair !== undefined) pair.nominated = true
    return { kind: 'success', flags: 0 }
  }
  if (pair !== undefined) {
    pair.nominations.refusedByUs += 1
    // A peer that nominates aggressively does so with every check: told at the first, the tenth, the hundredth …
    if (Number.isInteger(Math.log10(pair.nominations.refusedByUs)))
      state.sink.event({ kind: 'nomination-refused-by-us', pairId: pair.id, label: pair.label })
  }
  const refuse = nominationPolicy === 'reject' && state.remote?.kind !== 'stock'
  if (refuse) return { kind: 'error', code: 403, reason: 'Nomination prevented' }
  return { kind: 'success', flags: nominationWithoutEffect }
}

function respond(state: AgentState, request: Request, pair: Pair | undefined, verdict: Verdict): void {
  const holdMs = request.nowMs - request.receivedAtMs
  const flags = verdict.kind === 'success' ? verdict.flags : 0
  const counted = pair !== undefined && state.remote?.kind === 'pathscope'
  const attributes: StunAttributes = {
    ...(verdict.kind === 'success' ? { xorMappedAddress: request.from } : {}),
    ...(verdict.kind === 'error' ? { errorCode: { code: verdict.code, reason: verdict.reason } } : {}),
    ...(verdict.kind === 'error' && verdict.unknown ? { unknownAttributes: verdict.unknown } : {}),
    ...(counted ? { pathscope: countersOf(pair, holdMs, flags) } : {}),
  }
  const { transactionId } = request.parsed.message
  const message = { class: verdict.kind, method: bindingMethod, transactionId, attributes } as const
  const data = encodeStun(message, state.local.key, state.options.primitives)
  if (pair !== undefined) {
    pair.stun.responsesSent += 1
    countDeparture(pair, data.length, request.nowMs)
  }
  state.sink.transmit(request.socketId, request.from, data)
}
