import type { TransportAddress } from '../../../src/engine'
import { type Candidate, keyOf } from './history'
import type { ModelPair, ModelRemote, View } from './view'

/** Stated in src/engine/face/limits.ts and docs/security.md; written out, so that a change there is seen here. */
const mostSockets = 32
const mostRemotes = 64
const mostPairs = 1024
const newcomersAtOnce = 64
const newcomersEveryMs = 5000
const mostNewcomers = 512

export function openSocket(view: View, id: number, local: TransportAddress, atMs: number): void {
  if (view.sockets.length >= mostSockets) return bites(view, 'sockets')
  const order = 1 + Math.max(-1, ...view.sockets.map((each) => each.order))
  view.sockets.push({ id, order, local })
  for (const remote of view.remotes) if (remote.type !== 'prflx') pairUp(view, id, remote, atMs)
}

export function closeSocket(view: View, id: number): void {
  view.sockets = view.sockets.filter((each) => each.id !== id)
  for (const pair of view.pairs) if (pair.socketId === id) pair.closed = true
  view.places = view.places.filter((pair) => pair.socketId !== id)
}

/** A candidate of the description, or told later: with every socket of its family (RFC 8445 section 6.1.2.2). */
export function tellCandidate(view: View, candidate: Candidate, atMs: number): void {
  const known = remoteAt(view, candidate.address)
  if (known !== undefined && known.type !== 'prflx') return
  const remote = known ?? learn(view, candidate.address, candidate.type, candidate.priority)
  if (remote === undefined) return
  remote.type = candidate.type
  remote.priority = candidate.priority
  for (const socket of view.sockets) {
    const pair = pairAt(view, socket.id, candidate.address)
    if (pair?.remote !== remote) pairUp(view, socket.id, remote, atMs)
  }
}

export function withdrawCandidate(view: View, address: TransportAddress): void {
  const remote = remoteAt(view, address)
  if (remote === undefined) return
  view.remotes = view.remotes.filter((each) => each !== remote)
  for (const pair of view.pairs) if (pair.remote === remote) pair.closed = true
}

/** An address that a check came from is paired with the socket that got it alone (RFC 8445 section 7.3.1.3). */
export function learnFromCheck(
  view: View,
  socketId: number,
  from: TransportAddress,
  priority: number,
  atMs: number,
): ModelPair | undefined {
  if (!view.sockets.some((each) => each.id === socketId)) return undefined
  if (!takeNewcomer(view, atMs)) return undefined
  const remote = remoteAt(view, from) ?? learn(view, from, 'prflx', priority)
  const pair = remote && pairUp(view, socketId, remote, atMs)
  if (pair !== undefined) pair.newcomer = true
  return pair
}

/** 64 at once, then one each 5 s, 512 kept: told from the times of those before. */
function takeNewcomer(view: View, atMs: number): boolean {
  let left = newcomersAtOnce
  let fromMs = 0
  for (const takenAtMs of view.newcomersAtMs) {
    left = Math.min(newcomersAtOnce, left + (takenAtMs - fromMs) / newcomersEveryMs) - 1
    fromMs = takenAtMs
  }
  left = Math.min(newcomersAtOnce, left + (atMs - fromMs) / newcomersEveryMs)
  if (left < 1 - 1e-6 || view.pairs.filter((pair) => pair.newcomer).length >= mostNewcomers) {
    bites(view, 'peerReflexivePairs')
    return false
  }
  view.newcomersAtMs.push(atMs)
  return true
}

/** One that a later pair of the same end of the peer has replaced: its place is free, and its address, if no pair has it. */
export function closeReplaced(view: View, pair: ModelPair): void {
  pair.closed = true
  view.places = view.places.filter((each) => each !== pair)
  if (!view.pairs.some((each) => each.remote === pair.remote && !each.closed))
    view.remotes = view.remotes.filter((each) => each !== pair.remote)
}

export function remoteAt(view: View, address: TransportAddress): ModelRemote | undefined {
  return view.remotes.find((each) => keyOf(each.address) === keyOf(address))
}

export function pairAt(view: View, socketId: number, address: TransportAddress): ModelPair | undefined {
  return view.places.find(
    (pair) => pair.socketId === socketId && keyOf(pair.remote.address) === keyOf(address),
  )
}

function learn(
  view: View,
  address: TransportAddress,
  type: ModelRemote['type'],
  priority: number,
): ModelRemote | undefined {
  if (view.remotes.length >= mostRemotes) evict(view)
  if (view.remotes.length >= mostRemotes) {
    bites(view, 'remoteCandidates')
    return undefined
  }
  const remote = { address, type, priority }
  view.remotes.push(remote)
  return remote
}

/** The oldest address that only checks have shown and that never answered makes room. */
function evict(view: View): void {
  const silent = (remote: ModelRemote) =>
    !view.pairs.some((pair) => pair.remote === remote && pair.samples.length > 0)
  const oldest = view.remotes.find((remote) => remote.type === 'prflx' && silent(remote))
  if (oldest === undefined) return
  withdrawCandidate(view, oldest.address)
  view.places = view.places.filter((pair) => keyOf(pair.remote.address) !== keyOf(oldest.address))
}

function pairUp(view: View, socketId: number, remote: ModelRemote, atMs: number): ModelPair | undefined {
  const socket = view.sockets.find((each) => each.id === socketId)
  if (socket === undefined || socket.local.family !== remote.address.family) return undefined
  if (view.pairs.length >= mostPairs) {
    bites(view, 'pairs')
    return undefined
  }
  const pair: ModelPair = {
    id: view.pairs.length + 1,
    socketId,
    remote,
    closed: false,
    newcomer: false,
    validated: false,
    included: true,
    wished: false,
    called: false,
    mapped: null,
    peerNumber: null,
    numberedAtMs: 0,
    checks: [],
    samples: [],
    settledAtMs: 0,
    doubtedAtMs: null,
    requestsReceived: 0,
    responsesSent: 0,
    responsesReceived: 0,
    attempted: 0,
    refused: 0,
    refusedByUs: 0,
    succeeded: 0,
    states: [{ state: 'waiting', atMs }],
  }
  view.places = view.places.filter(
    (each) => each.socketId !== socketId || keyOf(each.remote.address) !== keyOf(remote.address),
  )
  view.pairs.push(pair)
  view.places.push(pair)
  return pair
}

/** Each limit is told of once. */
function bites(view: View, limit: string): void {
  if (!view.limits.includes(limit)) view.limits.push(limit)
}
