import type { Binding, TransportAddress } from '../../engine'
import type {
  Clock,
  Datagrams,
  InterfaceAddress,
  InterfaceInfo,
  Interfaces,
  LinkCounters,
  OpenSocketRequest,
  OpenSocketResult,
  Streams,
} from '../../runtime/ports'
import type { Packet, World } from '../world'

/** A host's reaction to a packet that no socket of it takes, such as a server's. */
export type PacketHandler = (packet: Packet, atMs: number) => void

/** Names that a simulated host can resolve. */
export type Names = ReadonlyMap<string, readonly { readonly family: 4 | 6; readonly address: string }[]>

export interface HubOptions {
  readonly clock: Clock
  readonly world: World
  readonly names?: Names
  /** Told of every packet that enters the world, in order. */
  readonly onSend?: (host: string, packet: Packet, nowMs: number) => void
  /** Somebody on the cable: what goes on in the packet's place. Sent elsewhere, it is as good as dropped. */
  readonly tamper?: (host: string, interfaceName: string, packet: Packet) => Packet
}

export interface HostOptions {
  /** `emulated` where people see it; tests may want another. */
  readonly binding?: Binding
}

export interface HostPorts {
  readonly interfaces: Interfaces
  readonly datagrams: Datagrams
  /** There are none: nothing leaves a simulated host by a real interface. */
  readonly counters: LinkCounters
  readonly streams: Streams
}

/** Joins a world to a clock, real or virtual, and gives its hosts ports. */
export interface Hub {
  host(name: string, options?: HostOptions): HostPorts
  /** Takes every packet for a host instead of sockets. */
  serve(host: string, handler: PacketHandler): void
  /** Sends from a host by one of its interfaces. */
  send(host: string, interfaceName: string, packet: Packet): void
  close(): void
}

const firstEphemeralPort = 49_152
const lastPort = 65_535

export function createHub(options: HubOptions): Hub {
  const { clock, world } = options
  const handlers = new Map<string, PacketHandler>()
  let disarm: (() => void) | undefined
  let armedAtMs = Number.POSITIVE_INFINITY
  let closed = false

  function pump(): void {
    disarm = undefined
    armedAtMs = Number.POSITIVE_INFINITY
    const nowMs = clock.nowMs()
    for (let next = world.poll(nowMs); next !== undefined; next = world.poll(nowMs)) {
      handlers.get(next.host)?.(next.packet, next.atMs)
      if (closed) return
    }
    arm()
  }

  function arm(): void {
    const atMs = world.nextDeadline()
    if (closed || atMs === undefined || atMs >= armedAtMs) return
    disarm?.()
    armedAtMs = atMs
    disarm = clock.at(atMs, pump)
  }

  function send(host: string, interfaceName: string, packet: Packet): void {
    if (closed) return
    const nowMs = clock.nowMs()
    options.onSend?.(host, packet, nowMs)
    world.inject(host, interfaceName, options.tamper?.(host, interfaceName, packet) ?? packet, nowMs)
    arm()
  }

  return {
    send,
    serve: (host, handler) => {
      handlers.set(host, handler)
    },
    host: (name, hostOptions = {}) => {
      const sockets = createSockets(name, options, hostOptions.binding ?? 'emulated', send)
      handlers.set(name, sockets.take)
      return {
        interfaces: { list: () => Promise.resolve(listInterfaces(world, name, hostOptions)) },
        datagrams: sockets.datagrams,
        counters: { read: () => null },
        streams: noStreams(clock),
      }
    },
    close() {
      closed = true
      disarm?.()
    },
  }
}

/** The world carries datagrams only: every connection fails. */
function noStreams(clock: Clock): Streams {
  const streams: Streams = {
    open({ id }) {
      clock.at(clock.nowMs(), () => streams.onClosed(id, 'There is no TCP in the simulated world.'))
    },
    send: () => undefined,
    close: () => undefined,
    closeAll: () => undefined,
    onOpened: () => undefined,
    onData: () => undefined,
    onClosed: () => undefined,
  }
  return streams
}

interface OpenSocket {
  readonly id: number
  readonly interfaceName: string
  readonly local: TransportAddress
}

function createSockets(
  host: string,
  options: HubOptions,
  binding: Binding,
  send: Hub['send'],
): { readonly datagrams: Datagrams; readonly take: PacketHandler } {
  const byId = new Map<number, OpenSocket>()
  const byAddress = new Map<string, OpenSocket>()
  let nextPort = firstEphemeralPort

  function failed(code: string, message: string): OpenSocketResult {
    return { kind: 'failed', code, message }
  }

  function open(request: OpenSocketRequest): OpenSocketResult {
    const { id, interfaceName, interfaceKind, address } = request
    const on = options.world.interfaces.find((each) => each.host === host && each.name === interfaceName)
    if (on === undefined) return failed('ENODEV', `there is no interface ${interfaceName}`)
    if (!on.addresses.some((own) => own.address === address.address)) {
      return failed('EADDRNOTAVAIL', `${interfaceName} does not have the address ${address.address}`)
    }
    if (byId.has(id)) throw new Error(`socket ${id} is open already`)
    if (nextPort > lastPort) return failed('EADDRINUSE', 'no port is left')
    const local = { family: address.family, address: address.address, port: nextPort++ }
    const socket = { id, interfaceName, local }
    byId.set(id, socket)
    byAddress.set(keyOf(local), socket)
    return {
      kind: 'opened',
      socket: { id, local, interfaceName, interfaceKind, binding },
      bindingReason: null,
    }
  }

  const datagrams: Datagrams = {
    open: (request) => Promise.resolve(open(request)),
    send(socketId, to, data) {
      const socket = byId.get(socketId)
      if (socket === undefined) return
      if (to.family !== socket.local.family) {
        const message = `an IPv${socket.local.family} socket cannot reach ${to.address}`
        // Later, as a real socket's error comes.
        const { clock } = options
        clock.at(clock.nowMs(), () => datagrams.onError({ socketId, fatal: false, code: 'EINVAL', message }))
        return
      }
      // Copied, as a real socket does: the sender may use its buffer again.
      send(host, socket.interfaceName, { from: socket.local, to, data: data.slice() })
    },
    close(socketId) {
      const socket = byId.get(socketId)
      if (socket === undefined) return
      byId.delete(socketId)
      byAddress.delete(keyOf(socket.local))
    },
    closeAll() {
      byId.clear()
      byAddress.clear()
    },
    onDatagram: () => undefined,
    onError: () => undefined,
    resolve: (name) => Promise.resolve(options.names?.get(name) ?? literal(name)),
  }

  return {
    datagrams,
    take(packet, atMs) {
      const socket = byAddress.get(keyOf(packet.to))
      if (socket === undefined) return
      datagrams.onDatagram({
        socketId: socket.id,
        from: packet.from,
        data: packet.data,
        receivedAtMs: Math.min(atMs, options.clock.nowMs()),
      })
    },
  }
}

/** An address is its own name. */
function literal(name: string): readonly { readonly family: 4 | 6; readonly address: string }[] {
  if (name.includes(':')) return [{ family: 6, address: name }]
  return /^\d+(?:\.\d+){3}$/.test(name) ? [{ family: 4, address: name }] : []
}

function keyOf(address: TransportAddress): string {
  return `${address.address}|${address.port}`
}

function listInterfaces(world: World, host: string, options: HostOptions): InterfaceInfo[] {
  return world.interfaces
    .filter((each) => each.host === host)
    .map((each) => ({
      name: each.name,
      index: world.indexOf(host, each.name),
      kind: each.kind,
      up: true,
      loopback: false,
      addresses: each.addresses.map(addressInfo),
      binding: options.binding ?? 'emulated',
      bindingReason: null,
      usedByDefault: true,
    }))
}

function addressInfo(own: { readonly family: 4 | 6; readonly address: string }): InterfaceAddress {
  const linkLocal = own.address.startsWith('fe80:') || own.address.startsWith('169.254.')
  return {
    family: own.family,
    address: own.address,
    prefixLength: own.family === 4 ? 24 : 64,
    linkLocal,
    scopeId: null,
  }
}
