import { addressKey } from '../address'
import { hex } from '../bytes'
import type { TransportAddress } from '../face/address'
import {
  bindingMethod,
  encodeStun,
  type ParsedStun,
  strongestIntegrity,
  type StunAttributes,
  verifyIntegrity,
} from '../stun'
import { addPeerReflexive, switchRole } from './pairing'
import { type AgentState, trigger } from './state'
import { countersOf, givesUp, hearsNothing, nominationWithoutEffect, takeCounters } from './check'
import { noteNominated } from './nomination'
import { noteHeard, notePeerDoubt } from './suspicion'
import { countArrival, countDeparture, type Pair } from './pair'

/** Senders kept that ask before the peer's description is known; the one that asked longest ago makes room. */
const earlyLimit = 64
/** Transaction ids remembered with their origins: at the usual rates of keepalives, several seconds. */
const originLimit = 4096

/**
 * Times that one request is answered: a stock peer may send it seven times (RFC 8489 section 6.2.1), a Pathscope never
 * does and only the network doubles it. Whoever replays what was captured gets no more out of us than that.
 */
const answersPerRequest = { stock: 7, pathscope: 2 } as const

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
  if (!state.sockets.has(socketId)) return state.sink.drop('unexpected')
  // Names first: who never saw a check of ours cannot use up what is there for the peer's requests.
  if (!isForUs(state, parsed)) return state.sink.drop('bad-integrity')
  const key = addressKey(from)
  const origin: Origin = { id: hex(parsed.message.transactionId), place: [socketId, key].join(' ') }
  if (isReplay(state, origin)) return state.sink.drop('replayed')
  const bucket = state.places.at(socketId, from)?.requests ?? state.requests
  if (!bucket.take(nowMs)) return state.sink.drop('rate-limited')
  if (!verifyIntegrity(parsed, state.local.key, state.options.primitives))
    return state.sink.drop('bad-integrity')
  noteOrigin(state, origin)
  const request: Request = { socketId, from, parsed, receivedAtMs, nowMs }
  const pair = state.remote === null ? undefined : findOrLearnPair(state, request)
  if (state.remote === null) rememberEarly(state, request)
  if (pair !== undefined) {
    countArrival(pair, parsed.raw.length, nowMs)
    pair.validated = true
    pair.stun.requestsReceived += 1
    noteHeard(state, pair, nowMs)
    const { pathscope } = parsed.message.attributes
    if (pathscope !== undefined) {
      takeCounters(state, pair, pathscope, nowMs)
      const flags = pathscope.flags ?? 0
      // What it says from the time in which this machine was busy says that this machine was busy.
      if ((flags & hearsNothing) !== 0 && !state.isHeld) notePeerDoubt(state, pair, nowMs)
      if ((flags & givesUp) !== 0) state.peerGaveUp = true
    }
  }
  respond(state, request, pair, judge(state, request, pair))
  if (pair !== undefined && pair.state !== 'up') trigger(state, pair, nowMs)
}

/**
 * The user name names us, and the peer once it is known (RFC 8445 section 7.3), and the integrity is as strong as the peer's
 * description promises: both descriptions are proved, so nobody has made a weaker one of it.
 */
function isForUs(state: AgentState, parsed: ParsedStun): boolean {
  const [ours, theirs] = (parsed.message.attributes.username ?? '').split(':')
  if (ours !== state.local.ufrag || theirs === undefined || theirs === '') return false
  if (state.remote !== null && theirs !== state.remote.ufrag) return false
  const integrity = strongestIntegrity(parsed)
  return integrity === 'sha256' || (integrity === 'sha1' && state.remote?.integrity !== 'sha256')
}

interface Origin {
  readonly id: string
  readonly place: string
}

/**
 * A request that came before from elsewhere: whoever saw it go by sends it again under other addresses, which would fill
 * the list of the peer's candidates. Again from the same place it is a retransmission, a few times. Only what was
 * authentic is known here, so this needs no look at the integrity, and a flood of captured requests costs a look-up each.
 */
function isReplay(state: AgentState, { id, place }: Origin): boolean {
  const known = state.requestOrigins.get(id)
  if (known === undefined) return false
  return known.place !== place || known.times >= answersPerRequest[state.remote?.kind ?? 'stock']
}

function noteOrigin(state: AgentState, { id, place }: Origin): void {
  const known = state.requestOrigins.get(id)
  if (known !== undefined) {
    known.times += 1
    return
  }
  makeRoom(state.requestOrigins, originLimit)
  state.requestOrigins.set(id, { place, times: 1 })
}

function makeRoom(map: Map<string, unknown>, limit: number): void {
  for (const oldest of map.keys()) {
    if (map.size < limit) return
    map.delete(oldest)
  }
}

function findOrLearnPair(state: AgentState, request: Request): Pair | undefined {
  const known = state.places.at(request.socketId, request.from)
  if (known !== undefined) return known
  const priority = request.parsed.message.attributes.priority ?? 0
  return addPeerReflexive(state, request.socketId, request.from, priority, request.nowMs)
}

function rememberEarly(state: AgentState, request: Request): void {
  const key = `${request.socketId} ${addressKey(request.from)}`
  state.early.delete(key)
  makeRoom(state.early, earlyLimit)
  const { priority = 0, username = '' } = request.parsed.message.attributes
  const ufrag = username.split(':')[1] ?? ''
  state.early.set(key, { socketId: request.socketId, from: request.from, priority, ufrag })
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
    if (pair !== undefined) noteNominated(state, pair)
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
  // What it was judged by (RFC 8489 section 9.1.3).
  const integrity = strongestIntegrity(request.parsed)
  const data = encodeStun(message, state.local.key, state.options.primitives, integrity)
  if (pair !== undefined) {
    pair.stun.responsesSent += 1
    countDeparture(pair, data.length, request.nowMs)
  }
  state.sink.transmit(request.socketId, request.from, data)
}
