import { createSocket, type Socket } from 'node:dgram'
import type { Binding } from '../../../engine'
import type { OpenSocketRequest, OpenSocketResult } from '../../ports'
import { errorCode } from './error-code'
import { loadNativeSockets, type NativeSockets } from './native-sockets'
import { isLinkLocal6 } from './zone'

/** Asked of the system, which may grant less: at 20 Mbit/s it holds most of a second of a busy process. */
const receiveBufferBytes = 2 * 1024 * 1024

export type MadeSocket =
  | {
      readonly kind: 'made'
      readonly handle: Socket
      readonly binding: Binding
      /** Why not bound to the device; null when it is. */
      readonly reason: string | null
    }
  | (OpenSocketResult & { readonly kind: 'failed' })

/** A bound socket: to the device where the system and its native module allow, else to the address only. */
export async function makeSocket(request: OpenSocketRequest): Promise<MadeSocket> {
  const native = await loadNativeSockets()
  const made =
    native.kind === 'loaded' ? onDevice(request, native.sockets) : await onAddress(request, native.reason)
  if (made.kind === 'made') widen(made.handle)
  return made
}

function onDevice(request: OpenSocketRequest, native: NativeSockets): MadeSocket {
  const socket = native.openOnInterface(request.interfaceName, request.address)
  if (socket.kind === 'failed') return socket
  const handle = newSocket(request.address.family)
  try {
    // Takes the descriptor over at once, or throws and leaves it to us.
    handle.bind({ fd: socket.fd, exclusive: true })
  } catch (error) {
    native.close(socket.fd)
    handle.close()
    return {
      kind: 'failed',
      code: errorCode(error),
      message: `Node did not take the socket: ${String(error)}`,
    }
  }
  native.refuseSharing(socket.fd)
  return { kind: 'made', handle, binding: 'device', reason: null }
}

/** Only the source address is set: which link packets leave by is up to the routing table. */
export function onAddress(request: OpenSocketRequest, reason: string): Promise<MadeSocket> {
  const handle = newSocket(request.address.family)
  const { address } = request.address
  const zoned = isLinkLocal6(address) ? address + zoneOf(request) : address
  return new Promise((resolve) => {
    handle.once('error', (error) => {
      handle.close()
      resolve({ kind: 'failed', code: errorCode(error), message: error.message })
    })
    handle.bind({ address: zoned, port: 0, exclusive: true }, () => {
      handle.removeAllListeners('error')
      resolve({ kind: 'made', handle, binding: 'address', reason })
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
