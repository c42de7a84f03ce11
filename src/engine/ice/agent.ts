import { createDeadlines } from '../deadlines'
import type { SocketInfo, TransportAddress } from '../face/address'
import type { EgressVerdict, EngineOptions } from '../face/io'
import { limits } from '../face/limits'
import type { ParsedStun } from '../stun'
import { answerRequest } from './answer'
import { createBucket } from './bucket'
import { sendCheck } from './check'
import { sendBurst, takeVerdict } from './egress'
import { labelPairs } from './labels'
import { downBoundMs, isBeyondLoss, liveness } from './liveness'
import { considerNomination } from './nomination'
import type { Pair } from './pair'
import { forgetClosed } from './forget'
import { addPeerReflexive, addRemote, addSocket, closeSocket, dropRemote } from './pairing'
import { createPlaces } from './places'
import { takeResponse } from './response'
import { runWatches, suspectKin } from './suspicion'
import { supersedeOld } from './supersede'
import {
  type AgentState,
  type IceCredentials,
  type IceSink,
  type RemoteIce,
  scheduleCheck,
  setPairState,
  trigger,
} from './state'

export interface Agent {
  readonly state: AgentState
  /** False when the limit of sockets is reached: this one is then not used. */
  addSocket(socket: SocketInfo, nowMs: number): boolean
  closeSocket(socketId: number, detail: string, nowMs: number): void
  /** Takes the pairs of an interface without a carrier down, or has them checked when it is back. */
  setLink(interfaceName: string, up: boolean, nowMs: number): void
  setRemote(remote: RemoteIce, nowMs: number): void
  /** A candidate that the peer told after its description. */
  addRemote(candidate: RemoteIce['candidates'][number], nowMs: number): void
  /** The peer has closed the socket of this candidate. */
  dropRemote(address: TransportAddress, nowMs: number): void
  stun(
    socketId: number,
    from: TransportAddress,
    parsed: ParsedStun,
    receivedAtMs: number,
    nowMs: number,
  ): void
  pairAt(socketId: number, from: TransportAddress): Pair | undefined
  include(pairId: number, included: boolean): void
  /** Makes one real nomination attempt on a pair, or on every pair that works. */
  attemptNomination(pairId: number | null, nowMs: number): void
  /** Says with one last check on each of the first pairs that our session ends: nothing else may go over silent ones. */
  giveUp(nowMs: number): void
  sendBurst(pairId: number, packets: number): void
  takeVerdict(pairId: number, verdict: EgressVerdict): void
  nameRemotes(nameOf: (address: TransportAddress) => string | null): void
  /** Forgets pairs that were closed long ago, and returns them. */
  forgetClosed(nowMs: number): readonly Pair[]
  tick(nowMs: number): void
  nextDeadline(): number | undefined
}

/** Pairs that a session which gives up says so on; the latest ones, if there are more. */
const lastChecks = 64

/** The session's ICE agent (RFC 8445) that keeps every working pair and never lets one be nominated. */
export function createAgent(
  options: EngineOptions,
  local: IceCredentials,
  key: Uint8Array,
  sink: IceSink,
): Agent {
  const state: AgentState = {
    options,
    sink,
    local: { ...local, key },
    remote: null,
    controlling: options.role === 'offerer',
    tieBreaker: readTieBreaker(options.primitives.random(8)),
    roleRefusedMs: null,
    sockets: new Map(),
    remotes: new Map(),
    nameOf: () => null,
    pairs: [],
    pairsById: new Map(),
    pairsMade: 0,
    places: createPlaces(),
    early: new Map(),
    requestOrigins: new Map(),
    requests: createBucket(limits.stunRequestsPerSecond, limits.stunRequestsPerSecond / 4),
    newcomers: createBucket(1000 / limits.peerReflexiveEveryMs, limits.peerReflexiveAtOnce),
    checks: createBucket(limits.checksPerSecond, limits.checksPerSecond / 10),
    deadlines: createDeadlines(),
    watches: createDeadlines(),
    isHeld: false,
    heldMs: -Infinity,
    deafSinceMs: 0,
    deafMs: 0,
    suspects: 0,
    peerAliveMs: 0,
    triggered: new Set(),
    waiting: [],
    paceAtMs: 0,
    deferredToMs: 0,
    nominationAtMs: null,
    hasNominated: false,
    nominee: null,
    alive: 0,
    givingUp: false,
    peerGaveUp: false,
    limitsTold: new Set(),
    revision: 0,
    supersededAtRevision: 0,
  }
  return {
    state,
    addSocket: (socket, nowMs) => addSocket(state, socket, nowMs),
    closeSocket: (socketId, detail, nowMs) => closeSocket(state, socketId, detail, nowMs),
    setLink: (interfaceName, up, nowMs) => setLink(state, interfaceName, up, nowMs),
    setRemote: (remote, nowMs) => setRemote(state, remote, nowMs),
    addRemote: ({ address, type, priority }, nowMs) => addRemote(state, address, type, priority, nowMs),
    dropRemote: (address, nowMs) => dropRemote(state, address, nowMs),
    stun(socketId, from, parsed, receivedAtMs, nowMs) {
      if (parsed.message.class === 'request')
        answerRequest(state, socketId, from, parsed, receivedAtMs, nowMs)
      else if (parsed.message.class === 'indication') passOver(state, socketId, from)
      else takeResponse(state, socketId, from, parsed, receivedAtMs, nowMs)
    },
    pairAt: (socketId, from) => state.places.at(socketId, from),
    include(pairId, included) {
      const pair = state.pairsById.get(pairId)
      if (pair === undefined || pair.included === included) return
      pair.included = included
      state.revision += 1
      sink.event({ kind: 'pair-included', pairId, label: pair.label, included })
    },
    attemptNomination(pairId, nowMs) {
      // A stock peer would obey: it has its one pair.
      if (state.remote?.kind === 'stock') return
      for (const pair of state.pairs) {
        if (pair.state !== 'up' || (pairId !== null && pair.id !== pairId)) continue
        pair.nominateNext = true
        trigger(state, pair, nowMs)
      }
    },
    giveUp(nowMs) {
      state.givingUp = true
      const known = state.pairs.filter((pair) => pair.state === 'down' || pair.state === 'up')
      for (const pair of known.slice(-lastChecks)) sendCheck(state, pair, nowMs)
    },
    sendBurst: (pairId, packets) => sendBurst(state, pairId, packets),
    takeVerdict: (pairId, verdict) => takeVerdict(state, pairId, verdict),
    nameRemotes(nameOf) {
      state.nameOf = nameOf
      for (const remote of state.remotes.values()) remote.interfaceName = nameOf(remote.address)
      labelPairs(state.pairs)
      state.revision += 1
    },
    forgetClosed: (nowMs) => forgetClosed(state, nowMs),
    tick: (nowMs) => tick(state, nowMs),
    nextDeadline: () => nextDeadline(state),
  }
}

/** An indication says nothing (RFC 8445 section 11); from anywhere but a peer's address it is noise that counts. */
function passOver(state: AgentState, socketId: number, from: TransportAddress): void {
  if (state.places.at(socketId, from)?.validated !== true) state.sink.drop('unexpected')
}

function readTieBreaker(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

function setRemote(state: AgentState, remote: RemoteIce, nowMs: number): void {
  state.remote = { ...remote, key: asciiBytes(remote.pwd) }
  for (const candidate of remote.candidates)
    addRemote(state, candidate.address, candidate.type, candidate.priority, nowMs)
  for (const { socketId, from, priority, ufrag } of state.early.values()) {
    // Somebody else may have pasted our offer as well.
    if (ufrag !== remote.ufrag) continue
    const known = state.places.at(socketId, from)
    const pair = known ?? addPeerReflexive(state, socketId, from, priority, nowMs)
    if (pair !== undefined) {
      pair.validated = true
      trigger(state, pair, nowMs)
    }
  }
  state.early.clear()
}

function setLink(state: AgentState, interfaceName: string, up: boolean, nowMs: number): void {
  const pairs = state.pairs.filter((pair) => pair.socket.interfaceName === interfaceName)
  if (pairs.every((pair) => pair.state === 'closed')) return
  state.sink.event({ kind: 'link', interfaceName, up })
  for (const pair of pairs) {
    if (!up && pair.state === 'up') {
      setPairState(state, pair, 'down', nowMs)
      scheduleCheck(state, pair, nowMs)
    } else if (up && pair.state !== 'up') trigger(state, pair, nowMs)
  }
}

/** ICE passwords are ICE-chars, a subset of ASCII. */
function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

function tick(state: AgentState, nowMs: number): void {
  supersedeOld(state, nowMs)
  runPaced(state, nowMs)
  if (!state.isHeld)
    runWatches(state, nowMs, (pair) => {
      setPairState(state, pair, 'down', nowMs)
      check(state, pair, nowMs)
    })
  for (let id = state.deadlines.takeDue(nowMs); id !== undefined; id = state.deadlines.takeDue(nowMs)) {
    const pair = state.pairsById.get(id)
    if (pair !== undefined) judgeAndCheck(state, pair, nowMs)
  }
  if (state.nominationAtMs !== null && state.nominationAtMs <= nowMs) considerNomination(state, nowMs)
}

/** New checks, one per pace interval: triggered ones first, then pairs never checked, best first. */
function runPaced(state: AgentState, nowMs: number): void {
  if (state.remote === null || nowMs < state.paceAtMs) return
  const pair = takeTriggered(state) ?? state.waiting.pop()
  if (pair === undefined) return
  state.paceAtMs = nowMs + liveness.paceMs
  judgeAndCheck(state, pair, nowMs)
}

function takeTriggered(state: AgentState): Pair | undefined {
  for (const pair of state.triggered) {
    state.triggered.delete(pair)
    state.waiting = pair.state === 'waiting' ? state.waiting.filter((other) => other !== pair) : state.waiting
    return pair
  }
  return undefined
}

/** Before each check, whatever called for it: a check puts off the pair's own next one, and with it the judgement. */
function judgeAndCheck(state: AgentState, pair: Pair, nowMs: number): void {
  if (!state.isHeld && pair.state === 'up' && isSilent(pair, nowMs)) {
    setPairState(state, pair, 'down', nowMs)
    suspectKin(state, pair, pair.unansweredSinceMs ?? nowMs, nowMs)
  }
  const never = pair.state === 'checking' && nowMs - (pair.firstCheckMs ?? nowMs) >= liveness.noReplyAfterMs
  if (never) setPairState(state, pair, 'no-reply', nowMs)
  check(state, pair, nowMs)
}

/** Consent is over, or: five requests at least, so that with rare keepalives one loss is not taken for the end. */
function isSilent(pair: Pair, nowMs: number): boolean {
  const slept = nowMs - (pair.lastSentMs ?? nowMs) >= liveness.sleptAfterMs
  const consentMs = (pair.answeredMs ?? nowMs) + liveness.consentMs
  if (slept)
    pair.answeredMs = Math.max(pair.answeredMs ?? nowMs, nowMs - liveness.consentMs + liveness.askAgainMs)
  else if (nowMs >= consentMs) return true
  const since = pair.unansweredSinceMs
  if (since === null || nowMs - since < downBoundMs(pair)) return false
  return pair.attempts >= 5 && isBeyondLoss(pair, pair.attempts)
}

function check(state: AgentState, pair: Pair, nowMs: number): void {
  if (!state.checks.take(nowMs)) {
    // One after the other: a thousand that all try again at the next moment would keep the engine busy.
    state.deferredToMs = Math.max(state.deferredToMs, nowMs) + 1000 / limits.checksPerSecond
    state.deadlines.set(pair.id, state.deferredToMs)
    return
  }
  sendCheck(state, pair, nowMs)
  scheduleCheck(state, pair, nowMs)
}

function nextDeadline(state: AgentState): number | undefined {
  let earliest = state.deadlines.earliestMs()
  const paced = state.remote !== null && (state.triggered.size > 0 || state.waiting.length > 0)
  if (paced) earliest = Math.min(earliest ?? Infinity, state.paceAtMs)
  for (const atMs of [state.isHeld ? null : state.watches.earliestMs(), state.nominationAtMs])
    if (typeof atMs === 'number') earliest = Math.min(earliest ?? Infinity, atMs)
  return earliest
}
