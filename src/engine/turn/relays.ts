import { addressKey } from '../address'
import { createDeadlines } from '../deadlines'
import type { SocketInfo, TransportAddress } from '../face/address'
import type { EngineEvent } from '../face/event'
import type { EnginePrimitives, TurnServer } from '../face/io'
import { firstRelaySocketId, limits } from '../face/limits'
import type { GatheringServer } from '../face/snapshot'
import { parseStun } from '../stun'
import { type Allocation, createAllocation, type Failure } from './allocation'
import { createStreamReader, isChannelData, type StreamReader } from './framing'

/** Waits before a server that failed is asked again, ms: the first, doubled each time up to the last. */
export const retry = { firstMs: 15_000, lastMs: 300_000 } as const
/** A connection that is neither open nor refused by then has failed, ms. */
const connectLimitMs = 10_000

type RelayEvent = Extract<EngineEvent, { kind: `relay-${string}` }>
type Untimed<E> = E extends unknown ? Omit<E, 'atMs'> : never

/** Where the room's effects go. */
export interface RelaySink {
  transmit(socketId: number, to: TransportAddress, data: Uint8Array): void
  openStream(streamId: number, socketId: number, to: TransportAddress, tlsName: string | null): void
  sendStream(streamId: number, data: Uint8Array): void
  closeStream(streamId: number): void
  /** A relayed address is there: a socket of the engine's own. */
  opened(socket: SocketInfo): void
  /** It is gone. */
  closed(socketId: number, detail: string): void
  /** A datagram of the peer by way of a relayed address. */
  arrived(socketId: number, from: TransportAddress, data: Uint8Array): void
  event(event: Untimed<RelayEvent>): void
}

/** The relayed candidates of a session: an allocation for each interface address and TURN server (RFC 8656). */
export interface Relays {
  addSocket(socket: SocketInfo, nowMs: number): void
  closeSocket(socketId: number, nowMs: number): void
  /** True when the datagram came from a TURN server of this socket and is used up. */
  datagram(socketId: number, from: TransportAddress, data: Uint8Array, nowMs: number): boolean
  streamOpened(streamId: number, nowMs: number): void
  streamData(streamId: number, data: Uint8Array, nowMs: number): void
  streamClosed(streamId: number, detail: string, nowMs: number): void
  /** Sends by a relayed address. */
  send(socketId: number, to: TransportAddress, data: Uint8Array, nowMs: number): void
  tick(nowMs: number): void
  nextDeadline(): number | undefined
  /** Every server has answered or failed. */
  readonly settled: boolean
  progress(nowMs: number): GatheringServer[]
  /** Gives every address back. */
  close(nowMs: number): void
}

/** One server asked from one socket. */
interface Relay {
  readonly key: string
  readonly base: SocketInfo
  readonly server: TurnServer
  allocation: Allocation | null
  streamId: number | null
  reader: StreamReader | null
  /** The socket of the relayed address, while there is one. */
  virtual: SocketInfo | null
  state: GatheringServer['state']
  failure: Failure | null
  failures: number
  refusalTold: boolean
  startedMs: number
  settledMs: number | null
}

export interface RelaysOptions {
  readonly turnServers: readonly TurnServer[]
  readonly primitives: EnginePrimitives
}

export function createRelays({ turnServers, primitives }: RelaysOptions, sink: RelaySink): Relays {
  const relays = new Map<string, Relay>()
  const byPlace = new Map<string, Relay>()
  const byStream = new Map<number, Relay>()
  const bySocket = new Map<number, Relay>()
  /** When a server is to be asked, or is given up connecting to. */
  const deadlines = createDeadlines<string>()
  let nextSocketId = firstRelaySocketId
  let nextStreamId = 1
  let closed = false

  function start(relay: Relay, nowMs: number): void {
    relay.startedMs = nowMs
    relay.settledMs = null
    relay.state = 'waiting'
    relay.refusalTold = false
    if (relay.server.protocol === 'udp') return allocate(relay, nowMs)
    relay.streamId = nextStreamId++
    relay.reader = createStreamReader()
    byStream.set(relay.streamId, relay)
    deadlines.set(relay.key, nowMs + connectLimitMs)
    const tlsName = relay.server.protocol === 'tls' ? relay.server.serverName : null
    sink.openStream(relay.streamId, relay.base.id, relay.server.address, tlsName)
  }

  function allocate(relay: Relay, nowMs: number): void {
    deadlines.remove(relay.key)
    relay.allocation = createAllocation({
      server: relay.server,
      family: relay.base.local.family,
      primitives,
      send: (data) => sendToServer(relay, data),
      opened: (relayed, mapped, atMs) => opened(relay, relayed, mapped, atMs),
      failed: (failure, atMs) => failed(relay, failure, atMs),
      refused: (peer, code, reason) => refused(relay, peer, code, reason),
      arrived: (from, data) => {
        if (relay.virtual !== null) sink.arrived(relay.virtual.id, from, data)
      },
    })
    relay.allocation.start(nowMs)
  }

  function sendToServer(relay: Relay, data: Uint8Array): void {
    if (relay.streamId !== null) sink.sendStream(relay.streamId, data)
    else sink.transmit(relay.base.id, relay.server.address, data)
  }

  function opened(
    relay: Relay,
    relayed: TransportAddress,
    mapped: TransportAddress | null,
    nowMs: number,
  ): void {
    const { base, server } = relay
    const afterMs = nowMs - relay.startedMs
    relay.state = 'answered'
    relay.failure = null
    relay.failures = 0
    relay.settledMs = nowMs
    relay.virtual = {
      ...base,
      id: nextSocketId++,
      local: relayed,
      relay: {
        url: server.url,
        protocol: server.protocol,
        baseId: base.id,
        related: mapped ?? base.local,
      },
    }
    bySocket.set(relay.virtual.id, relay)
    const { interfaceName } = base
    sink.event({
      kind: 'relay-opened',
      server: server.url,
      interfaceName,
      address: addressKey(relayed),
      afterMs,
    })
    sink.opened(relay.virtual)
  }

  function failed(relay: Relay, failure: Failure, nowMs: number): void {
    const lost = relay.virtual !== null
    relay.state = 'failed'
    relay.settledMs ??= nowMs
    relay.failures += 1
    relay.allocation = null
    leaveStream(relay)
    // Between two losses it is silent about its failures to come back: the first was told.
    const isNews = lost || relay.failure === null || relay.failure.code !== failure.code
    relay.failure = failure
    const { code, detail } = failure
    const { interfaceName } = relay.base
    if (isNews)
      sink.event({ kind: 'relay-failed', server: relay.server.url, interfaceName, code, detail, lost })
    dropVirtual(relay, detail)
    deadlines.set(relay.key, nowMs + Math.min(retry.lastMs, retry.firstMs * 2 ** (relay.failures - 1)))
  }

  function refused(relay: Relay, peer: string, code: number, reason: string): void {
    if (relay.refusalTold) return
    relay.refusalTold = true
    const { interfaceName } = relay.base
    sink.event({ kind: 'relay-refused', server: relay.server.url, interfaceName, peer, code, detail: reason })
  }

  function dropVirtual(relay: Relay, detail: string): void {
    const { virtual } = relay
    if (virtual === null) return
    relay.virtual = null
    bySocket.delete(virtual.id)
    sink.closed(virtual.id, `The relay ${relay.server.url} is lost. ${detail}`)
  }

  function leaveStream(relay: Relay): void {
    if (relay.streamId === null) return
    byStream.delete(relay.streamId)
    sink.closeStream(relay.streamId)
    relay.streamId = null
    relay.reader = null
  }

  function takeMessage(relay: Relay, bytes: Uint8Array, nowMs: number): boolean {
    const { allocation } = relay
    if (allocation === null) return false
    if (isChannelData(bytes)) {
      allocation.channelData(bytes, nowMs)
      return true
    }
    const parsed = parseStun(bytes)
    return parsed.kind === 'stun' && allocation.stun(parsed, nowMs)
  }

  return {
    addSocket(socket, nowMs) {
      for (const server of turnServers.slice(0, limits.turnServers)) {
        if (server.address.family !== socket.local.family || relays.size >= limits.relays) continue
        const key = `${socket.id} ${server.protocol} ${addressKey(server.address)}`
        if (relays.has(key)) continue
        const relay: Relay = {
          key,
          base: socket,
          server,
          allocation: null,
          streamId: null,
          reader: null,
          virtual: null,
          state: 'waiting',
          failure: null,
          failures: 0,
          refusalTold: false,
          startedMs: nowMs,
          settledMs: null,
        }
        relays.set(key, relay)
        if (server.protocol === 'udp') byPlace.set(`${socket.id} ${addressKey(server.address)}`, relay)
        start(relay, nowMs)
      }
    },
    closeSocket(socketId) {
      for (const relay of relays.values()) {
        if (relay.base.id !== socketId) continue
        relays.delete(relay.key)
        byPlace.delete(`${socketId} ${addressKey(relay.server.address)}`)
        deadlines.remove(relay.key)
        relay.allocation = null
        leaveStream(relay)
        dropVirtual(relay, `Its interface ${relay.base.interfaceName} is gone.`)
      }
    },
    datagram(socketId, from, data, nowMs) {
      if (byPlace.size === 0) return false
      const relay = byPlace.get(`${socketId} ${addressKey(from)}`)
      return relay !== undefined && takeMessage(relay, data, nowMs)
    },
    streamOpened(streamId, nowMs) {
      const relay = byStream.get(streamId)
      if (relay !== undefined) allocate(relay, nowMs)
    },
    streamData(streamId, data, nowMs) {
      const relay = byStream.get(streamId)
      const messages = relay?.reader?.take(data)
      if (relay === undefined || messages === undefined) return
      if (messages === 'bad') {
        relay.allocation?.close(nowMs)
        return failed(relay, { code: null, detail: 'What came is not TURN. Is it a TURN server?' }, nowMs)
      }
      for (const message of messages) takeMessage(relay, message, nowMs)
    },
    streamClosed(streamId, detail, nowMs) {
      const relay = byStream.get(streamId)
      if (relay !== undefined) failed(relay, { code: null, detail }, nowMs)
    },
    send(socketId, to, data, nowMs) {
      bySocket.get(socketId)?.allocation?.send(to, data, nowMs)
    },
    tick(nowMs) {
      for (let key = deadlines.takeDue(nowMs); key !== undefined; key = deadlines.takeDue(nowMs)) {
        const relay = relays.get(key)
        if (relay === undefined || closed) continue
        const connecting = relay.streamId !== null && relay.allocation === null
        const detail = `No connection within ${connectLimitMs / 1000} s.`
        if (connecting) failed(relay, { code: null, detail }, nowMs)
        else start(relay, nowMs)
      }
      for (const { allocation } of relays.values()) {
        if ((allocation?.nextDeadline() ?? Infinity) <= nowMs) allocation?.tick(nowMs)
      }
    },
    nextDeadline() {
      if (closed || relays.size === 0) return undefined
      let soonest = deadlines.earliestMs() ?? Infinity
      for (const { allocation } of relays.values()) {
        soonest = Math.min(soonest, allocation?.nextDeadline() ?? Infinity)
      }
      return soonest === Infinity ? undefined : soonest
    },
    get settled() {
      for (const relay of relays.values()) if (relay.state === 'waiting' && relay.failures === 0) return false
      return true
    },
    progress: (nowMs) =>
      [...relays.values()].map((relay) => ({
        url: relay.server.url,
        interfaceName: relay.base.interfaceName,
        from: relay.base.local.address,
        state: relay.state,
        address: relay.virtual === null ? null : addressKey(relay.virtual.local),
        code: relay.failure?.code ?? null,
        detail: relay.failure?.detail ?? null,
        elapsedMs: (relay.settledMs ?? nowMs) - relay.startedMs,
      })),
    close(nowMs) {
      closed = true
      for (const relay of relays.values()) relay.allocation?.close(nowMs)
    },
  }
}
