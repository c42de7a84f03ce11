import { createSocket, type Socket } from 'node:dgram'
import type { Binding } from '../../../engine'
import { formatPorts, type SocketChoice } from '../../../shared/session'
import type { OpenSocketRequest, OpenSocketResult } from '../../ports'
import { errorCode } from './error-code'
import { loadNativeSockets, type NativeSockets } from './native-sockets'
import { isLinkLocal6 } from './zone'

/**
 * Asked of the system, which may grant less. Linux charges some 770 bytes for a small datagram and grants twice this: room
 * for 2,700 of them, 100 ms of a flood of 25,000/s while the process is elsewhere, which it then works off within 50 ms. A
 * larger one would turn overload into delay, and an instrument had better lose a packet than measure its own queue.
 */
const receiveBufferBytes = 1024 * 1024

export interface BoundSocket {
  readonly kind: 'made'
  /** The first is to be sent by; all of them receive. */
  readonly handles: readonly [Socket, ...Socket[]]
  readonly binding: Binding
  /** Why not bound to the device; null when it is. */
  readonly reason: string | null
  /** The device it is bound to has been removed; false where it is bound to none. */
  deviceIsGone(): boolean
  /** Datagrams dropped at all its handles unread; null where the system does not tell. Not after they are closed. */
  droppedUnread(): number | null
}

export type MadeSocket = BoundSocket | (OpenSocketResult & { readonly kind: 'failed' })

/** Ports of a range that are tried for one socket, from its first on: each is a few calls of the system. */
const portsTried = 1024
const addressAsked = 'binding is set to address, so the routing table chooses the link.'

/** A bound socket: to the device where it is asked for and the system and its native module allow, else to the address. */
export async function makeSocket(request: OpenSocketRequest, choice: SocketChoice): Promise<MadeSocket> {
  const { binding, ports } = choice
  if (ports === null) return onPort(request, binding, 0)
  const last = Math.min(ports.last, ports.first + portsTried - 1)
  for (let port = ports.first; port <= last; port += 1) {
    const made = await onPort(request, binding, port)
    if (made.kind === 'made' || made.code !== 'EADDRINUSE') return made
  }
  const tried = formatPorts({ first: ports.first, last })
  const message = `every port of ${tried} is in use there; choose other ports, or end what uses them`
  return { kind: 'failed', code: 'EADDRINUSE', message }
}

/** Port 0 is any that is free. */
async function onPort(
  request: OpenSocketRequest,
  binding: SocketChoice['binding'],
  port: number,
): Promise<MadeSocket> {
  if (binding === 'address') return onAddress(request, addressAsked, port)
  const native = await loadNativeSockets()
  if (native.kind === 'unavailable') return onAddress(request, native.reason, port)
  const made = onDevice(request, native.sockets, port)
  // Before Linux 5.7, and in some sandboxes, only a privileged process may bind to a device.
  if (made.kind === 'failed' && made.code === 'EPERM') return onAddress(request, made.message, port)
  return made
}

function onDevice(request: OpenSocketRequest, native: NativeSockets, port: number): MadeSocket {
  const opened = native.openOnInterface(request.interfaceName, request.address, port)
  if (opened.kind === 'failed') return opened
  const handles: Socket[] = []
  for (const fd of opened.fds) {
    const handle = newSocket(request.address.family)
    handles.push(handle)
    try {
      // Takes the descriptor over at once, or throws and leaves it to us.
      handle.bind({ fd, exclusive: true })
    } catch (error) {
      for (const each of handles) each.close()
      for (const left of opened.fds.slice(handles.length - 1)) native.close(left)
      return {
        kind: 'failed',
        code: errorCode(error),
        message: `Node did not take a socket: ${String(error)}`,
      }
    }
    native.refuseSharing(fd)
    widen(handle)
  }
  return {
    kind: 'made',
    handles: handles as [Socket, ...Socket[]],
    binding: 'device',
    reason: null,
    deviceIsGone: () => native.interfaceIndex(request.interfaceName) !== opened.interfaceIndex,
    droppedUnread() {
      const counts = opened.fds.map((fd) => native.drops(fd))
      return counts.reduce((sum, each) => (sum === null || each === null ? null : sum + each))
    },
  }
}

/** Only the source address is set: which link packets leave by is up to the routing table. */
export function onAddress(request: OpenSocketRequest, reason: string, port: number): Promise<MadeSocket> {
  const handle = newSocket(request.address.family)
  const { address } = request.address
  const zoned = isLinkLocal6(address) ? address + zoneOf(request) : address
  return new Promise((resolve) => {
    handle.once('error', (error) => {
      handle.close()
      resolve({ kind: 'failed', code: errorCode(error), message: error.message })
    })
    handle.bind({ address: zoned, port, exclusive: true }, () => {
      handle.removeAllListeners('error')
      widen(handle)
      resolve({
        kind: 'made',
        handles: [handle],
        binding: 'address',
        reason,
        deviceIsGone: () => false,
        droppedUnread: () => null,
      })
    })
  })
}

/** "%eth0", to stand behind link-local addresses. Windows knows zones by number, the others by name. */
export function zoneOf(request: OpenSocketRequest): string {
  return process.platform === 'win32' ? `%${request.address.scopeId ?? 0}` : `%${request.interfaceName}`
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
