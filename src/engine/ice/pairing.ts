import { addressKey, isLinkLocal } from '../address'
import type { SocketInfo, TransportAddress } from '../face/address'
import { limits } from '../face/limits'
import type { CandidateType } from '../face/snapshot'
import { labelPairs } from './labels'
import { createPair, type Pair, type RemoteCandidate } from './pair'
import { candidatePriority, localPreference, pairPriority } from './priority'
import { type AgentState, setPairState, tellLimit } from './state'

/** False when there are as many as may be: the socket is then not used at all. */
export function addSocket(state: AgentState, socket: SocketInfo, nowMs: number): boolean {
  const entries = [...state.sockets.values()]
  const ordinary = entries.filter((one) => one.socket.relay === undefined).length
  if (socket.relay === undefined && ordinary >= limits.sockets) {
    const detail = `Only ${limits.sockets} interface addresses are used; ${socket.local.address} is not.`
    tellLimit(state, 'sockets', detail)
    return false
  }
  // Not their number: after one was closed that would be another one's order.
  const last = Math.max(-1, ...entries.map((one) => one.order))
  const order = state.sockets.get(socket.relay?.baseId ?? -1)?.order ?? last + 1
  state.sockets.set(socket.id, { socket, order })
  const added: Pair[] = []
  for (const remote of state.remotes.values()) {
    if (remote.type !== 'prflx') added.push(...pairUp(state, socket, remote, nowMs))
  }
  announce(state, added)
  return true
}

export function closeSocket(state: AgentState, socketId: number, detail: string, nowMs: number): void {
  const entry = state.sockets.get(socketId)
  if (entry === undefined) return
  state.sockets.delete(socketId)
  // The loss of a relay was told as such.
  if (entry.socket.relay === undefined)
    state.sink.event({ kind: 'socket-closed', interfaceName: entry.socket.interfaceName, detail })
  closePairs(state, (pair) => pair.socket.id === socketId, nowMs)
  state.places.forgetSocket(socketId)
}

/**
 * Closes the pairs of a candidate that the peer has given up. Its latest datagrams may still be on their way and find
 * the pair by its place; told anew, the address is another candidate.
 */
export function dropRemote(state: AgentState, address: TransportAddress, nowMs: number): void {
  const remote = state.remotes.get(addressKey(address))
  if (remote === undefined) return
  state.remotes.delete(remote.key)
  closePairs(state, (pair) => pair.remote === remote, nowMs)
}

/** Closes one pair, whose place `heir` took, and forgets its address: checks from there make a new one. */
export function supersede(state: AgentState, pair: Pair, heir: Pair, nowMs: number): void {
  closePairs(state, (one) => one === pair, nowMs, heir)
  state.places.forget(pair.socket.id, pair.remote.address)
  if (state.pairs.every((one) => one.remote !== pair.remote || one.state === 'closed'))
    state.remotes.delete(pair.remote.key)
}

function closePairs(
  state: AgentState,
  which: (pair: Pair) => boolean,
  nowMs: number,
  heir: Pair | null = null,
): void {
  for (const pair of state.pairs.filter((one) => one.state !== 'closed' && which(one))) {
    setPairState(state, pair, 'closed', nowMs)
    // No answer that is still under way opens it again.
    pair.outstanding.clear()
    state.deadlines.remove(pair.id)
    state.triggered.delete(pair)
    state.sink.closed(pair, heir)
  }
  state.waiting = state.waiting.filter((pair) => pair.state !== 'closed')
}

/**
 * Takes a candidate that the peer described or told and pairs it with every socket of its family. One that its checks
 * had shown before is known better from now on, and paired with the other sockets, too.
 */
export function addRemote(
  state: AgentState,
  address: TransportAddress,
  type: CandidateType,
  priority: number,
  nowMs: number,
): void {
  const known = state.remotes.get(addressKey(address))
  if (known !== undefined && known.type !== 'prflx') return
  const remote = known ?? learn(state, address, type, priority, nowMs)
  if (remote === undefined) return
  remote.type = type
  remote.priority = priority
  const added: Pair[] = []
  for (const { socket } of state.sockets.values()) {
    const pair = state.places.at(socket.id, remote.address)
    if (pair?.remote === remote) pair.priority = priorityOf(state, pair)
    else added.push(...pairUp(state, socket, remote, nowMs))
  }
  announce(state, added)
}

/**
 * The pair on which an authenticated request came from an address that is not paired there. A peer-reflexive candidate
 * is paired with the receiving socket alone (RFC 8445 section 7.3.1.3): paired with all, two NATs that map each
 * destination anew would make new ones without end.
 */
export function addPeerReflexive(
  state: AgentState,
  socketId: number,
  address: TransportAddress,
  priority: number,
  nowMs: number,
): Pair | undefined {
  const entry = state.sockets.get(socketId)
  if (entry === undefined || !mayLearn(state, nowMs)) return undefined
  const known = state.remotes.get(addressKey(address))
  const remote = known ?? learn(state, address, 'prflx', priority, nowMs)
  if (remote === undefined) return undefined
  const added = pairUp(state, entry.socket, remote, nowMs)
  for (const pair of added) pair.newcomer = true
  announce(state, added)
  return added[0]
}

/**
 * Whoever races the peer's own requests from other addresses makes a new address with each: so many are kept, and slowly
 * after the first ones, so that pairs are left for what the peer tells and for NATs that change.
 */
function mayLearn(state: AgentState, nowMs: number): boolean {
  const kept = state.pairs.filter((pair) => pair.newcomer).length
  if (kept < limits.peerReflexivePairs && state.newcomers.take(nowMs)) return true
  const detail = `Checks come from more and more new addresses; at most ${limits.peerReflexiveAtOnce} at once, then one every ${limits.peerReflexiveEveryMs / 1000} s, and ${limits.peerReflexivePairs} together are tried.`
  tellLimit(state, 'peerReflexivePairs', detail)
  return false
}

/**
 * Gives up the oldest peer-reflexive address from which no check of ours was ever answered. One that answered, or that
 * the peer has told, stays. Its requests find it unknown again, and may have it learnt anew.
 */
function makeRoom(state: AgentState, nowMs: number): void {
  const answered = new Set(state.pairs.filter((pair) => pair.answeredMs !== null).map((pair) => pair.remote))
  for (const remote of state.remotes.values()) {
    if (remote.type !== 'prflx' || answered.has(remote)) continue
    dropRemote(state, remote.address, nowMs)
    for (const socketId of state.sockets.keys()) state.places.forget(socketId, remote.address)
    return
  }
}

function learn(
  state: AgentState,
  address: TransportAddress,
  type: CandidateType,
  priority: number,
  nowMs: number,
): RemoteCandidate | undefined {
  const key = addressKey(address)
  if (state.remotes.size >= limits.remoteCandidates) makeRoom(state, nowMs)
  if (state.remotes.size >= limits.remoteCandidates) {
    const detail = `The peer has more than ${limits.remoteCandidates} addresses; ${key} is not tried.`
    tellLimit(state, 'remoteCandidates', detail)
    return undefined
  }
  const remote: RemoteCandidate = { address, key, type, priority, interfaceName: state.nameOf(address) }
  state.remotes.set(key, remote)
  return remote
}

/**
 * Of one family, and in IPv6 of one scope (RFC 8445 section 6.1.2.2): a link-local address is reached from its own link
 * only. Which link the peer's is on its description does not say (a zone means nothing to others), so it is tried on each.
 */
function mayReach({ local, relay }: SocketInfo, remote: TransportAddress): boolean {
  if (local.family !== remote.family) return false
  if (local.family === 4) return true
  return isLinkLocal(remote.address) === (relay === undefined && isLinkLocal(local.address))
}

/** The pair of a socket and a remote candidate, when there may be one. */
function pairUp(state: AgentState, socket: SocketInfo, remote: RemoteCandidate, nowMs: number): Pair[] {
  if (!mayReach(socket, remote.address)) return []
  if (state.pairs.length >= limits.pairs) {
    const detail = `Only ${limits.pairs} pairs are tried; ${socket.local.address} with ${remote.key} is not.`
    tellLimit(state, 'pairs', detail)
    return []
  }
  if (state.pairsMade >= limits.pairsPerSession) {
    const detail = `A session tries ${limits.pairsPerSession} pairs; ${socket.local.address} with ${remote.key} is not. A new session can.`
    tellLimit(state, 'pairsPerSession', detail)
    return []
  }
  state.pairsMade += 1
  const pair = createPair(state.pairsMade, socket, remote, nowMs)
  pair.priority = priorityOf(state, pair)
  state.pairs.push(pair)
  state.pairsById.set(pair.id, pair)
  state.places.put(pair)
  return [pair]
}

function announce(state: AgentState, added: readonly Pair[]): void {
  if (added.length === 0) return
  labelPairs(state.pairs)
  state.waiting.push(...added)
  sortWaiting(state)
  state.revision += 1
  for (const pair of added) state.sink.event({ kind: 'pair-added', pairId: pair.id, label: pair.label })
}

function sortWaiting(state: AgentState): void {
  state.waiting.sort((a, b) => (a.priority < b.priority ? -1 : a.priority > b.priority ? 1 : b.id - a.id))
}

function localPriority(state: AgentState, socketId: number, type: CandidateType): number {
  const entry = state.sockets.get(socketId)
  if (entry === undefined) return 0
  return candidatePriority(type, localPreference(entry.order, entry.socket.local.family))
}

function priorityOf(state: AgentState, pair: Pair): bigint {
  const type = pair.socket.relay === undefined ? 'host' : 'relay'
  const ours = localPriority(state, pair.socket.id, type)
  const theirs = pair.remote.priority
  return state.controlling ? pairPriority(ours, theirs) : pairPriority(theirs, ours)
}

/** Takes the other role (RFC 8445 sections 7.2.5.1 and 7.3.1.1), which changes every pair's priority. */
export function switchRole(state: AgentState): void {
  state.controlling = !state.controlling
  for (const pair of state.pairs) pair.priority = priorityOf(state, pair)
  sortWaiting(state)
  state.revision += 1
  state.sink.event({ kind: 'role-conflict', nowRole: state.controlling ? 'controlling' : 'controlled' })
}
