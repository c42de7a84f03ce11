import { addressKey } from '../address'
import { hex } from '../bytes'
import { createDeadlines } from '../deadlines'
import type { SocketInfo, TransportAddress } from '../face/address'
import type { EngineOptions } from '../face/io'
import { limits } from '../face/limits'
import type { GatheringServer } from '../face/snapshot'
import { bindingMethod, encodeStun, type ParsedStun } from '../stun'
import type { IceSink } from './state'

/** How server-reflexive candidates are sought and kept (RFC 8445 section 5.1.1.2, RFC 8489 section 6.2.1). */
export const gathering = {
  /** Waits between two requests to one server, ms; after the last the server counts as silent. */
  retryMs: [250, 500, 1000, 1500],
  /** Between two refreshes of a binding that answered; NATs forget after 30 s and more (RFC 4787 asks for 120 s). */
  refreshMs: 10_000,
  /** A silent server is asked again this often, since a description may wait for hours. */
  silentRetryMs: 15_000,
} as const

/** One question to one server from one socket. */
interface Query {
  readonly key: string
  readonly socket: SocketInfo
  readonly server: { readonly url: string; readonly address: TransportAddress }
  tries: number
  settled: boolean
  failureTold: boolean
  /** What went wrong last; null while nothing has. */
  failure: { readonly code: number | null; readonly detail: string } | null
  readonly startedMs: number
  settledMs: number | null
  mapped: TransportAddress | null
  readonly transactions: Set<string>
}

export interface ReflexiveCandidate {
  readonly socket: SocketInfo
  readonly address: TransportAddress
}

export interface Gatherer {
  addSocket(socket: SocketInfo, nowMs: number): void
  closeSocket(socketId: number): void
  /** True when the message answered one of our queries; it is then used up. */
  answer(socketId: number, from: TransportAddress, parsed: ParsedStun, nowMs: number): boolean
  tick(nowMs: number): void
  nextDeadline(): number | undefined
  /** Every query so far was answered or given up. */
  readonly settled: boolean
  reflexive(): readonly ReflexiveCandidate[]
  progress(nowMs: number): GatheringServer[]
}

export function createGatherer(options: EngineOptions, sink: IceSink): Gatherer {
  const queries = new Map<string, Query>()
  const deadlines = createDeadlines<string>()

  function ask(query: Query, nowMs: number): void {
    const transactionId = options.primitives.random(12)
    if (query.transactions.size >= 8) query.transactions.clear()
    query.transactions.add(hex(transactionId))
    const message = { class: 'request', method: bindingMethod, transactionId, attributes: {} } as const
    sink.transmit(query.socket.id, query.server.address, encodeStun(message, null, options.primitives))
    const wait = query.settled ? gathering.silentRetryMs : gathering.retryMs[query.tries]
    query.tries += 1
    deadlines.set(query.key, nowMs + (wait ?? gathering.silentRetryMs))
  }

  function giveUp(query: Query, code: number | null, detail: string, nowMs: number): void {
    query.settled = true
    query.settledMs ??= nowMs
    query.failure = { code, detail }
    if (query.failureTold) return
    query.failureTold = true
    const interfaceName = query.socket.interfaceName
    sink.event({ kind: 'stun-failed', server: query.server.url, interfaceName, detail })
  }

  return {
    addSocket(socket, nowMs) {
      for (const server of options.stunServers.slice(0, limits.stunServers)) {
        if (server.address.family !== socket.local.family) continue
        const key = `${socket.id} ${server.url} ${addressKey(server.address)}`
        const query: Query = {
          key,
          socket,
          server,
          tries: 0,
          settled: false,
          failureTold: false,
          failure: null,
          startedMs: nowMs,
          settledMs: null,
          mapped: null,
          transactions: new Set(),
        }
        queries.set(key, query)
        deadlines.set(key, nowMs)
      }
    },
    closeSocket(socketId) {
      for (const query of queries.values()) {
        if (query.socket.id !== socketId) continue
        queries.delete(query.key)
        deadlines.remove(query.key)
      }
    },
    answer(socketId, from, parsed, nowMs) {
      const id = hex(parsed.message.transactionId)
      for (const query of queries.values()) {
        if (query.socket.id !== socketId || !query.transactions.has(id)) continue
        if (addressKey(query.server.address) !== addressKey(from)) continue
        query.transactions.clear()
        const { xorMappedAddress, mappedAddress, errorCode } = parsed.message.attributes
        const mapped = parsed.message.class === 'success' ? (xorMappedAddress ?? mappedAddress) : undefined
        if (mapped === undefined) {
          const why =
            errorCode === undefined ? 'no mapped address' : `error ${errorCode.code} ${errorCode.reason}`
          giveUp(query, errorCode?.code ?? null, `The server answered with ${why}.`, nowMs)
        } else {
          query.mapped = mapped
          query.settled = true
          query.settledMs ??= nowMs
          query.failure = null
          query.tries = 0
        }
        deadlines.set(query.key, nowMs + gathering.refreshMs)
        return true
      }
      return false
    },
    tick(nowMs) {
      for (let key = deadlines.takeDue(nowMs); key !== undefined; key = deadlines.takeDue(nowMs)) {
        const query = queries.get(key)
        if (query === undefined) continue
        if (!query.settled && query.tries >= gathering.retryMs.length) {
          giveUp(query, null, `No answer to ${query.tries} requests in ${silenceMs()} ms.`, nowMs)
        }
        ask(query, nowMs)
      }
    },
    nextDeadline: () => deadlines.earliestMs(),
    get settled() {
      for (const query of queries.values()) if (!query.settled) return false
      return true
    },
    reflexive() {
      const found = new Map<string, ReflexiveCandidate>()
      for (const { socket, mapped } of queries.values()) {
        if (mapped === null || addressKey(mapped) === addressKey(socket.local)) continue
        found.set(`${socket.id} ${addressKey(mapped)}`, { socket, address: mapped })
      }
      return [...found.values()]
    },
    progress: (nowMs) => [...queries.values()].map((query) => progressOf(query, nowMs)),
  }
}

function progressOf(query: Query, nowMs: number): GatheringServer {
  const { server, socket, settled, failure, mapped, startedMs, settledMs } = query
  return {
    url: server.url,
    interfaceName: socket.interfaceName,
    from: socket.local.address,
    state: !settled ? 'waiting' : failure === null ? 'answered' : 'failed',
    address: mapped === null ? null : addressKey(mapped),
    code: failure?.code ?? null,
    detail: failure?.detail ?? null,
    elapsedMs: (settledMs ?? nowMs) - startedMs,
  }
}

function silenceMs(): number {
  return gathering.retryMs.reduce((sum, wait) => sum + wait, 0)
}
