import { createSocket, type Socket } from 'node:dgram'
import { lookup as lookUpName } from 'node:dns/promises'
import { isIP, SocketAddress } from 'node:net'
import { type Binding, limits, type TransportAddress } from '../../../engine'
import type { Clock, Datagrams, OpenSocketRequest, OpenSocketResult } from '../../ports'
import { loadNativeSockets, type NativeSockets } from './native-sockets'
import { isLinkLocal6, withoutZone } from './zone'

/** Sends handed to Node and not yet reported done, per socket; what comes beyond is dropped with `QUEUE-FULL`. */
const maxSendsInFlight = 2048
/** Asked of the system, which may grant less: at 20 Mbit/s it holds most of a second of a busy process. */
const receiveBufferBytes = 2 * 1024 * 1024
/** Failed receives in a row, with no datagram in between, after which a socket counts as dead. */
const maxReceiveErrors = 16
/** Addresses taken from one name. */
const maxResolved = 16

interface OpenSocket {
  readonly id: number
  readonly handle: Socket
  readonly binding: Binding
  /** "%eth0", to be put behind link-local destinations. */
  readonly zone: string
  sendsInFlight: number
  receiveErrors: number
  readonly sent: (error: Error | null) => void
}

/**
 * UDP sockets of this machine. Beside the system's codes (ENETUNREACH, EPERM, …) errors carry `QUEUE-FULL` (too many
 * sends in flight), `OVERSIZE` (an arrival larger than `limits.receivedDatagramBytes`, dropped) and `CLOSED` (a send on
 * a socket that is not open).
 */
export function nodeDatagrams(clock: Clock): Datagrams {
  const sockets = new Map<number, OpenSocket>()
  const opening = new Set<number>()

  function report(socketId: number, fatal: boolean, code: string, message: string): void {
    datagrams.onError({ socketId, fatal, code, message })
  }

  /** For failures known while `send` runs: its caller is in the midst of something and must not be entered again. */
  function reportSoon(socketId: number, code: string, message: string): void {
    process.nextTick(report, socketId, false, code, message)
  }

  function close(socketId: number): void {
    opening.delete(socketId)
    const open = sockets.get(socketId)
    if (open === undefined) return
    sockets.delete(socketId)
    open.handle.removeAllListeners('message')
    open.handle.close()
  }

  function fail(open: OpenSocket, code: string, message: string): void {
    close(open.id)
    report(open.id, true, code, message)
  }

  function adopt(request: OpenSocketRequest, handle: Socket, binding: Binding): void {
    const open: OpenSocket = {
      id: request.id,
      handle,
      binding,
      zone: zoneOf(request),
      sendsInFlight: 0,
      receiveErrors: 0,
      sent(error) {
        open.sendsInFlight -= 1
        if (error !== null && sockets.has(open.id)) sendFailed(open, error)
      },
    }
    sockets.set(open.id, open)
    handle.on('message', (data, info) => {
      const receivedAtMs = clock.nowMs()
      open.receiveErrors = 0
      if (data.length > limits.receivedDatagramBytes) {
        report(open.id, false, 'OVERSIZE', `Dropped a datagram of ${data.length} bytes.`)
        return
      }
      datagrams.onDatagram({
        socketId: open.id,
        from: { family: request.address.family, address: withoutZone(info.address), port: info.port },
        // Not the Buffer itself: its `slice` shares memory where a Uint8Array's copies.
        data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
        receivedAtMs,
      })
    })
    handle.on('error', (error) => {
      open.receiveErrors += 1
      if (open.receiveErrors >= maxReceiveErrors) fail(open, codeOf(error), error.message)
      else report(open.id, false, codeOf(error), error.message)
    })
  }

  function sendFailed(open: OpenSocket, error: Error): void {
    const code = codeOf(error)
    // A device that is gone comes back, if ever, under another index: this socket cannot be revived.
    if (code === 'ENODEV' && open.binding === 'device') fail(open, code, error.message)
    else report(open.id, false, code, error.message)
  }

  const datagrams: Datagrams = {
    async open(request) {
      const { id } = request
      if (sockets.has(id) || opening.has(id)) throw new Error(`Socket ${id} is open already`)
      if (sockets.size + opening.size >= limits.sockets)
        return {
          kind: 'failed',
          code: 'LIMIT',
          message: `More than ${limits.sockets} sockets were asked for.`,
        }
      opening.add(id)
      const made = await makeSocket(request)
      const wanted = opening.delete(id)
      if (made.kind === 'failed') return made
      if (!wanted) {
        made.handle.close()
        return { kind: 'failed', code: 'CLOSED', message: 'The socket was closed while it was opened.' }
      }
      adopt(request, made.handle, made.binding)
      return opened(request, made.handle, made.binding, made.reason)
    },
    send(socketId, to, data) {
      const open = sockets.get(socketId)
      if (open === undefined) return reportSoon(socketId, 'CLOSED', 'The socket is not open.')
      if (open.sendsInFlight >= maxSendsInFlight)
        return reportSoon(socketId, 'QUEUE-FULL', `${maxSendsInFlight} sends are under way.`)
      open.sendsInFlight += 1
      try {
        open.handle.send(data, to.port, destination(open, to), open.sent)
      } catch (error) {
        open.sendsInFlight -= 1
        reportSoon(socketId, codeOf(error), error instanceof Error ? error.message : String(error))
      }
    },
    close,
    closeAll() {
      for (const id of [...opening, ...sockets.keys()]) close(id)
    },
    onDatagram: () => {},
    onError: () => {},
    resolve,
  }
  return datagrams
}

type MadeSocket =
  | {
      readonly kind: 'made'
      readonly handle: Socket
      readonly binding: Binding
      readonly reason: string | null
    }
  | (OpenSocketResult & { readonly kind: 'failed' })

async function makeSocket(request: OpenSocketRequest): Promise<MadeSocket> {
  const native = await loadNativeSockets()
  const made =
    native.kind === 'loaded'
      ? onDevice(request, native.sockets)
      : await onAddress(
          request,
          native.reason,
          destinationZone(request.interfaceName, request.address.scopeId),
        )
  if (made.kind === 'made') widen(made.handle)
  return made
}

function onDevice(request: OpenSocketRequest, native: NativeSockets): MadeSocket {
  const socket = native.openOnInterface(request.interfaceName, request.address)
  if (socket.kind === 'failed') return socket
  const handle = newSocket(request.address.family)
  try {
    handle.bind({ fd: socket.fd })
  } catch (error) {
    native.close(socket.fd)
    return { kind: 'failed', code: codeOf(error), message: `Node did not take the socket: ${String(error)}` }
  }
  native.refuseSharing(socket.fd)
  return { kind: 'made', handle, binding: 'device', reason: null }
}

function onAddress(request: OpenSocketRequest, reason: string): Promise<MadeSocket> {
  const handle = newSocket(request.address.family)
  const { address } = request.address
  const zoned = isLinkLocal6(address) ? address + zoneOf(request) : address
  return new Promise((resolve) => {
    handle.once('error', (error) => {
      handle.close()
      resolve({ kind: 'failed', code: codeOf(error), message: error.message })
    })
    handle.bind(
      { address: linkLocal && family === 6 ? address + zone : address, port: 0, exclusive: true },
      () => {
        handle.removeAllListeners('error')
        resolve({ kind: 'made', handle, binding: 'address', reason })
      },
    )
  })
}

/** Node looks every destination up, even an address, on a thread of its pool: answer at once instead. */
function newSocket(family: 4 | 6): Socket {
  return createSocket({
    type: family === 4 ? 'udp4' : 'udp6',
    ipv6Only: family === 6,
    lookup: (address, _options, callback) => callback(null, address, family),
  })
}

function widen(handle: Socket): void {
  try {
    handle.setRecvBufferSize(receiveBufferBytes)
  } catch {
    // The system's own size stays.
  }
}

function opened(
  request: OpenSocketRequest,
  handle: Socket,
  binding: Binding,
  bindingReason: string | null,
): OpenSocketResult {
  const { id, interfaceName, interfaceKind, address } = request
  const local: TransportAddress = {
    family: address.family,
    address: address.address,
    port: handle.address().port,
  }
  return { kind: 'opened', socket: { id, local, interfaceName, interfaceKind, binding }, bindingReason }
}

/** Windows knows zones by number, the others by name. */
function zoneOf(request: OpenSocketRequest): string {
  return process.platform === 'win32' ? `%${request.address.scopeId ?? 0}` : `%${request.interfaceName}`
}

function destination(open: OpenSocket, to: TransportAddress): string {
  return to.family === 6 && isLinkLocal6(to.address) ? to.address + open.zone : to.address
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return 'UNKNOWN'
}

async function resolve(host: string): Promise<readonly { family: 4 | 6; address: string }[]> {
  const family = isIP(host)
  if (family === 4) return [{ family, address: host }]
  if (family === 6) return [{ family, address: canonical6(host) }]
  try {
    const found = await lookUpName(host, { all: true, verbatim: true })
    return found
      .slice(0, maxResolved)
      .map((each) =>
        each.family === 6
          ? { family: 6, address: canonical6(each.address) }
          : { family: 4, address: each.address },
      )
  } catch {
    return []
  }
}

function canonical6(text: string): string {
  return new SocketAddress({ family: 'ipv6', address: withoutZone(text) }).address
}
