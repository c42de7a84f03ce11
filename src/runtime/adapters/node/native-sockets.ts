import { endianness } from 'node:os'
import { getSystemErrorMap, getSystemErrorName } from 'node:util'
import type koffi from 'koffi'
import { type BoundAddress, socketAddressBytes } from './socket-address'

/** Calls into the C library that Node has no words for. Descriptors are the caller's to close or to hand to dgram. */
export interface NativeSockets {
  /** The kernel's index of an interface in this network namespace; null when there is none of that name. */
  interfaceIndex(name: string): number | null
  /** A UDP socket bound to an address and any free port, which leaves by the named interface and receives from all. */
  openOnInterface(name: string, address: BoundAddress): NativeOpenResult
  /**
   * To be called after libuv took the descriptor: it sets SO_REUSEADDR, with which any other process could bind the
   * same port and take our packets.
   */
  refuseSharing(fd: number): void
  close(fd: number): void
}

export type NativeOpenResult =
  | { readonly kind: 'opened'; readonly fd: number }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }

export type NativeLoadResult =
  | { readonly kind: 'loaded'; readonly sockets: NativeSockets }
  /** `reason` is a sentence for people. */
  | { readonly kind: 'unavailable'; readonly reason: string }

let loading: Promise<NativeLoadResult> | null = null

/** The system's socket calls through koffi, loaded once a thread. Linux only. */
export function loadNativeSockets(): Promise<NativeLoadResult> {
  loading ??= load()
  return loading
}

async function load(): Promise<NativeLoadResult> {
  if (process.platform === 'win32')
    return {
      kind: 'unavailable',
      reason:
        'Windows is asked to send by the interface that owns the source address, which is not verified.',
    }
  if (process.platform !== 'linux')
    return {
      kind: 'unavailable',
      reason:
        'Sockets can be bound to a device on Linux only so far; here the routing table chooses the link.',
    }
  try {
    return { kind: 'loaded', sockets: linuxSockets((await import('koffi')).default) }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return {
      kind: 'unavailable',
      reason: `The native module koffi could not be loaded, so the routing table chooses the link: ${detail}`,
    }
  }
}

/** Values of the Linux ABI (asm-generic/socket.h, linux/in.h, linux/in6.h), the same on all systems koffi runs on. */
const linux = {
  AF_INET: 2,
  AF_INET6: 10,
  SOCK_DGRAM: 2,
  SOCK_NONBLOCK: 0o4000,
  SOCK_CLOEXEC: 0o2000000,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  IPPROTO_IP: 0,
  IP_UNICAST_IF: 50,
  IPPROTO_IPV6: 41,
  IPV6_V6ONLY: 26,
  IPV6_UNICAST_IF: 76,
} as const

interface CLibrary {
  socket(domain: number, type: number, protocol: number): number
  setsockopt(fd: number, level: number, option: number, value: Uint8Array, length: number): number
  bind(fd: number, address: Uint8Array, length: number): number
  close(fd: number): number
  if_nametoindex(name: string): number
  errno(): number
}

function linuxSockets(ffi: typeof koffi): NativeSockets {
  const self = ffi.load(null)
  const libc: CLibrary = {
    socket: self.func('int socket(int domain, int type, int protocol)'),
    setsockopt: self.func(
      'int setsockopt(int fd, int level, int option, const void *value, uint32_t length)',
    ),
    bind: self.func('int bind(int fd, const void *address, uint32_t length)'),
    close: self.func('int close(int fd)'),
    if_nametoindex: self.func('unsigned int if_nametoindex(const char *name)'),
    errno: () => ffi.errno(),
  }
  return {
    interfaceIndex: (name) => libc.if_nametoindex(name) || null,
    openOnInterface: (name, address) => openOnInterface(libc, name, address),
    refuseSharing: (fd) => void setOption(libc, fd, linux.SOL_SOCKET, linux.SO_REUSEADDR, hostOrder(0)),
    close: (fd) => void libc.close(fd),
  }
}

function openOnInterface(libc: CLibrary, name: string, address: BoundAddress): NativeOpenResult {
  const index = libc.if_nametoindex(name)
  if (index === 0) return { kind: 'failed', code: 'ENODEV', message: `There is no interface ${name}.` }
  const domain = address.family === 4 ? linux.AF_INET : linux.AF_INET6
  const fd = libc.socket(domain, linux.SOCK_DGRAM | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC, 0)
  if (fd < 0) return failure(libc, 'socket')
  const failed = configure(libc, fd, index, domain, address)
  if (failed === null) return { kind: 'opened', fd }
  libc.close(fd)
  return failed
}

function configure(libc: CLibrary, fd: number, index: number, domain: number, address: BoundAddress) {
  if (address.family === 4) {
    // Of the routes, only those by this interface count when sending; receiving is not narrowed (ip(7)).
    if (setOption(libc, fd, linux.IPPROTO_IP, linux.IP_UNICAST_IF, networkOrder(index)) < 0)
      return failure(libc, 'setsockopt IP_UNICAST_IF')
  } else {
    if (setOption(libc, fd, linux.IPPROTO_IPV6, linux.IPV6_V6ONLY, hostOrder(1)) < 0)
      return failure(libc, 'setsockopt IPV6_V6ONLY')
    if (setOption(libc, fd, linux.IPPROTO_IPV6, linux.IPV6_UNICAST_IF, networkOrder(index)) < 0)
      return failure(libc, 'setsockopt IPV6_UNICAST_IF')
  }
  const bytes = socketAddressBytes(domain, address)
  return libc.bind(fd, bytes, bytes.length) < 0 ? failure(libc, `bind ${address.address}`) : null
}

function setOption(libc: CLibrary, fd: number, level: number, option: number, value: Uint8Array): number {
  return libc.setsockopt(fd, level, option, value, value.length)
}

function failure(libc: CLibrary, call: string): NativeOpenResult & { readonly kind: 'failed' } {
  const number = -libc.errno()
  const [code, text] = getSystemErrorMap().get(number) ?? [getSystemErrorName(number), 'unknown error']
  return { kind: 'failed', code, message: `${call}: ${text} (${code}).` }
}

function networkOrder(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, false)
  return bytes
}

function hostOrder(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, endianness() === 'LE')
  return bytes
}
