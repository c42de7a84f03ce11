import {
  type EngineOptions,
  defaultSettings,
  type SocketInfo,
  type TransportAddress,
} from '../../../src/engine'
import { createAgent } from '../../../src/engine/ice'
import { encodeStun, parseStun, type StunAttributes } from '../../../src/engine/stun'
import { createRandom, createSeededEntropy } from '../../../src/sim'
import { differences, type Seen } from './differences'
import {
  type ArrivedAnswer,
  type ArrivedRequest,
  type Candidate,
  type Constants,
  type Entry,
  keyOf,
  peerNumberOf,
} from './history'
import { defaultFate, type Fate, type Operation, type Plan } from './operation'
import { replay } from './replay'

export type RealAgent = ReturnType<typeof createAgent>

/** Replaces the agent by one that is wrong, to see that the model finds it. */
export type Sabotage = (agent: RealAgent) => RealAgent

const us = { ufrag: 'ours', pwd: 'our-password-of-22-chars' }
const them = { ufrag: 'them', pwd: 'their-password-of-22-chars' }
const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const ourKey = ascii(us.pwd)
const theirKey = ascii(them.pwd)
const wrongKey = ascii('another-password-of-22')

/** An answer under way. */
interface Flight {
  readonly atMs: number
  readonly answer: ArrivedAnswer
}

/**
 * Runs a plan on the real agent and gives what differs from the model, at the first operation after which anything does;
 * empty when nothing.
 */
export function runBeside(plan: Plan, sabotage: Sabotage = (agent) => agent): readonly string[] {
  const random = createRandom(`beside/${plan.seed}`)
  const entropy = createSeededEntropy(random.fork('entropy'))
  const history: Entry[] = []
  const seen: Seen = { drops: [], replies: [], limits: [], roleChanges: 0, added: [] }
  const flights: Flight[] = []
  const fates = new Map<string, Fate>()
  const sockets: SocketInfo[] = []
  const checks: Extract<Entry, { kind: 'sent' }>[] = []
  const requests: ArrivedRequest[] = []
  let described = false
  let lastSocket = 0
  let nowMs = 0

  const options: EngineOptions = {
    role: plan.role,
    fingerprint: '',
    primitives: entropy,
    settings: { ...defaultSettings, nominationPolicy: plan.policy },
    self: { appVersion: '0', os: 'test', interfaces: [] },
    stunServers: [],
    turnServers: [],
  }
  const real = createAgent(options, us, ourKey, {
    doubted: () => undefined,
    closed: () => undefined,
    transmit: (socketId, to, data) => note(socketId, to, data),
    drop: (reason) => seen.drops.push(reason),
    event(event) {
      if (event.kind === 'pair-added') seen.added.push(event.pairId)
      if (event.kind === 'limit') seen.limits.push(event.limit)
      if (event.kind === 'role-conflict') seen.roleChanges += 1
      if (event.kind === 'pair-state') {
        const { pairId, from, to } = event
        history.push({ atMs: nowMs, kind: 'became', pairId, from, to })
      }
    },
  })
  const agent = sabotage(real)
  const constants: Constants = {
    role: plan.role,
    policy: plan.policy,
    tieBreaker: real.state.tieBreaker,
    ourUfrag: us.ufrag,
    theirUfrag: them.ufrag,
  }

  function note(socketId: number, to: TransportAddress, data: Uint8Array): void {
    const parsed = parseStun(data)
    if (parsed.kind !== 'stun') throw new Error(parsed.detail)
    const { attributes, transactionId } = parsed.message
    const transaction = hexOf(transactionId)
    if (parsed.message.class !== 'request') {
      const code = attributes.errorCode?.code ?? null
      const mapped = attributes.xorMappedAddress
      seen.replies.push({ transaction, code, mapped: mapped ? keyOf(mapped) : null, to: keyOf(to) })
      return
    }
    const says = attributes.iceControlling === undefined ? 'controlled' : 'controlling'
    const useCandidate = attributes.useCandidate === true
    const sent = { atMs: nowMs, kind: 'sent', socketId, to, transaction, useCandidate, says } as const
    history.push(sent)
    checks.push(sent)
    answerCheck(sent)
  }

  function answerCheck(sent: Extract<Entry, { kind: 'sent' }>): void {
    const place = `${sent.socketId} ${keyOf(sent.to)}`
    const fate = fates.get(place) ?? defaultFate(plan.seed, place)
    if (fate.kind === 'silence') return
    if (fate.kind === 'answered' && random.chance(fate.lossPercent / 100)) return
    const socket = sockets.find((each) => each.id === sent.socketId)
    const mapped = { family: 4, address: '198.51.100.7', port: 4000 + sent.socketId } as const
    const local = socket?.local ?? mapped
    const refused = sent.useCandidate && random.chance(0.6)
    const answer: ArrivedAnswer = {
      socketId: sent.socketId,
      from: sent.to,
      transaction: sent.transaction,
      key: 'theirs',
      code: fate.kind === 'refused' ? fate.code : refused ? 403 : null,
      mapped: fate.kind === 'answered' && fate.mapped ? mapped : local,
      withoutEffect: sent.useCandidate,
    }
    flights.push({ atMs: nowMs + fate.afterMs, answer })
    flights.sort((a, b) => a.atMs - b.atMs)
  }

  function giveAnswer(answer: ArrivedAnswer): void {
    history.push({ atMs: nowMs, kind: 'answer', ...answer })
    const attributes: StunAttributes = {
      ...(answer.code === null ? { xorMappedAddress: answer.mapped } : {}),
      ...(answer.code === null ? {} : { errorCode: { code: answer.code, reason: 'Because' } }),
      ...(answer.withoutEffect ? { pathscope: counters(answer.from, 1) } : {}),
    }
    const kind = answer.code === null ? 'success' : 'error'
    give(answer.socketId, answer.from, kind, answer.transaction, attributes, answer.key)
  }

  function giveRequest(request: ArrivedRequest): void {
    requests.push(request)
    history.push({ atMs: nowMs, kind: 'request', ...request })
    const { username, priority, useCandidate, tieBreaker } = request
    const role =
      request.says === 'controlling' ? { iceControlling: tieBreaker } : { iceControlled: tieBreaker }
    const attributes = {
      username,
      priority,
      useCandidate,
      ...role,
      ...(request.hearsNothing ? { pathscope: counters(request.from, 2) } : {}),
    }
    give(request.socketId, request.from, 'request', request.transaction, attributes, request.key)
  }

  function give(
    socketId: number,
    from: TransportAddress,
    kind: 'request' | 'success' | 'error',
    transaction: string,
    attributes: StunAttributes,
    key: ArrivedRequest['key'] | ArrivedAnswer['key'],
  ): void {
    const transactionId = Uint8Array.from(Buffer.from(transaction, 'hex'))
    const message = { class: kind, method: 1, transactionId, attributes } as const
    const right = kind === 'request' ? ourKey : theirKey
    const made = key === 'none' ? null : key === 'wrong' ? wrongKey : right
    const weak = key === 'weak' || agent.state.remote?.kind === 'stock'
    const data = encodeStun(message, made, entropy, weak ? 'sha1' : 'sha256')
    const parsed = parseStun(data)
    if (parsed.kind !== 'stun') throw new Error(parsed.detail)
    agent.stun(socketId, from, parsed, nowMs, nowMs)
  }

  /** Time passes: what is due first happens first. */
  function pass(ms: number): void {
    const untilMs = nowMs + ms
    for (;;) {
      const dueMs = Math.max(nowMs, agent.nextDeadline() ?? Infinity)
      const flightMs = flights[0]?.atMs ?? Infinity
      if (Math.min(dueMs, flightMs) > untilMs) break
      nowMs = Math.max(nowMs, Math.min(dueMs, flightMs))
      const flight = flightMs <= dueMs ? flights.shift() : undefined
      if (flight === undefined) agent.tick(nowMs)
      else giveAnswer(flight.answer)
    }
    nowMs = untilMs
  }

  const addressAt = (index: number): TransportAddress => poolAddress(index % plan.addresses)
  const pick = <T>(from: readonly T[], index: number): T | undefined => from[index % Math.max(1, from.length)]
  /** Where a socket's own family has an address of that place; sockets never hear of the other family. */
  const addressFor = (socket: SocketInfo, index: number): TransportAddress | undefined =>
    pick(
      Array.from({ length: plan.addresses }, (_, at) => poolAddress(at)).filter(
        (each) => each.family === socket.local.family,
      ),
      index,
    )

  function candidate(address: TransportAddress, priority: number): Candidate {
    return { address, type: 'host', priority }
  }

  function perform(operation: Operation): void {
    switch (operation.kind) {
      case 'wait':
        return pass(operation.ms)
      case 'open': {
        lastSocket += 1
        const { family } = operation
        const address = family === 4 ? `192.0.2.${lastSocket}` : `2001:db8:1::${lastSocket.toString(16)}`
        const local = { family, address, port: 4000 }
        const socket: SocketInfo = {
          id: lastSocket,
          local,
          interfaceName: `if${lastSocket}`,
          interfaceKind: 'ethernet',
          binding: 'emulated',
        }
        history.push({ atMs: nowMs, kind: 'open', socketId: lastSocket, local })
        if (agent.addSocket(socket, nowMs)) sockets.push(socket)
        return
      }
      case 'close': {
        const socket = pick(sockets, operation.socket)
        if (socket === undefined) return
        sockets.splice(sockets.indexOf(socket), 1)
        history.push({ atMs: nowMs, kind: 'close', socketId: socket.id })
        agent.closeSocket(socket.id, 'gone', nowMs)
        return
      }
      case 'describe': {
        if (described) return
        described = true
        const candidates = operation.addresses.map((at) => candidate(addressAt(at), 1000 * at + 7))
        history.push({ atMs: nowMs, kind: 'describe', peer: operation.peer, candidates })
        const integrity = operation.peer === 'stock' ? 'sha1' : 'sha256'
        agent.setRemote({ ...them, kind: operation.peer, integrity, candidates }, nowMs)
        return
      }
      case 'tell': {
        if (!described) return
        const told = candidate(addressAt(operation.address), operation.priority)
        history.push({ atMs: nowMs, kind: 'told', candidate: told })
        agent.addRemote(told, nowMs)
        return
      }
      case 'withdraw': {
        const address = addressAt(operation.address)
        history.push({ atMs: nowMs, kind: 'withdrawn', address })
        agent.dropRemote(address, nowMs)
        return
      }
      case 'fate': {
        const socket = pick(sockets, operation.socket)
        const address = socket && addressFor(socket, operation.address)
        if (socket && address) fates.set(`${socket.id} ${keyOf(address)}`, operation.fate)
        return
      }
      case 'request':
        return performRequest(operation)
      case 'answer':
        return performAnswer(operation)
      case 'include': {
        const { included } = operation
        const pairId = 1 + (operation.pair % Math.max(1, real.state.pairs.length))
        history.push({ atMs: nowMs, kind: 'include', pairId, included })
        agent.include(pairId, included)
        return
      }
      case 'nominate': {
        const count = Math.max(1, real.state.pairs.length)
        const pairId = operation.pair === null ? null : 1 + (operation.pair % count)
        history.push({ atMs: nowMs, kind: 'nominate', pairId })
        agent.attemptNomination(pairId, nowMs)
        return
      }
    }
  }

  function performRequest(operation: Extract<Operation, { kind: 'request' }>): void {
    const socket = pick(sockets, operation.socket)
    const from = socket && addressFor(socket, operation.address)
    if (socket === undefined || from === undefined) return
    const earlier = operation.replays === null ? undefined : requests[requests.length - 1 - operation.replays]
    const sameRole = operation.sameRole === real.state.controlling
    const addressee = operation.name === 'other addressee' ? 'else' : us.ufrag
    const sender = operation.name === 'other sender' ? 'else' : them.ufrag
    const tieBreaker = real.state.tieBreaker + (operation.largerTieBreaker ? 1n : -1n)
    giveRequest({
      socketId: socket.id,
      from,
      transaction: earlier?.transaction ?? hexOf(random.bytes(12)),
      username: `${addressee}:${sender}`,
      key: operation.key,
      priority: 1 + random.int(2 ** 31 - 1),
      useCandidate: operation.useCandidate,
      says: sameRole ? 'controlling' : 'controlled',
      tieBreaker,
      hearsNothing: operation.hearsNothing,
    })
  }

  function performAnswer(operation: Extract<Operation, { kind: 'answer' }>): void {
    const check = checks[checks.length - 1 - operation.check]
    const socket = sockets.find((each) => each.id === check?.socketId)
    if (check === undefined || socket === undefined) return
    const other = operation.address === null ? undefined : addressFor(socket, operation.address)
    giveAnswer({
      socketId: check.socketId,
      from: other ?? check.to,
      transaction: check.transaction,
      key: operation.key,
      code: operation.code,
      mapped: socket.local,
      withoutEffect: check.useCandidate,
    })
  }

  for (const [at, operation] of plan.operations.entries()) {
    perform(operation)
    const found = differences(replay(constants, history), agent, seen, nowMs)
    if (found.length > 0) return [`after operation ${at}, ${JSON.stringify(operation)}:`, ...found]
  }
  return []
}

function poolAddress(at: number): TransportAddress {
  if (at % 4 === 3) return { family: 6, address: `2001:db8:2::${(at + 1).toString(16)}`, port: 5000 }
  return { family: 4, address: `203.0.113.${at + 1}`, port: 5000 }
}

function counters(from: TransportAddress, flags: number) {
  return {
    pairNumber: peerNumberOf(from),
    sentPackets: 0,
    echoSent: 0,
    echoReceived: 0,
    holdMicros: 0,
    flags,
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
