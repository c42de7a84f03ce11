import { endianness } from 'node:os'
import { getSystemErrorMap, getSystemErrorName } from 'node:util'
import type koffi from 'koffi'
import { type BoundAddress, socketAddressBytes } from './socket-address'

/** Calls into the C library that Node has no words for. Descriptors are the caller's to close or to hand to dgram. */
export interface NativeSockets {
  /** The kernel's index of an interface in this network namespace; null when there is none of that name. */
  interfaceIndex(name: string): number | null
  /**
   * UDP sockets bound to one address and port (0 = any free one). The first is the one to send by: its packets leave by the named
   * interface. All of them together receive what arrives for the address, by whatever interface.
   */
  openOnInterface(name: string, address: BoundAddress, port: number): NativeOpenResult
  /** A TCP socket bound to the device and the address, not connected yet: what it sends leaves by the interface. */
  openStreamOnInterface(name: string, address: BoundAddress): NativeStreamResult
  /**
   * To be called after libuv took the descriptor: it sets SO_REUSEADDR, with which any other process could bind the
   * same port and take our packets.
   */
  refuseSharing(fd: number): void
  /**
   * Datagrams that the kernel dropped at this socket since it was made, mostly for want of room in its buffer (the others
   * have a wrong checksum); null before Linux 4.12.
   */
  drops(fd: number): number | null
  /** A socket on which the kernel tells of changes of links and addresses (rtnetlink(7)); null when there can be none. */
  openChanges(): number | null
  /** Whether it has told of any since the last call. */
  hasChanged(fd: number): boolean
  close(fd: number): void
}

export type NativeOpenResult =
  | { readonly kind: 'opened'; readonly fds: readonly number[]; readonly interfaceIndex: number }
  | NativeFailure

export type NativeStreamResult = { readonly kind: 'opened'; readonly fd: number } | NativeFailure

export interface NativeFailure {
  readonly kind: 'failed'
  readonly code: string
  readonly message: string
}

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
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOCK_NONBLOCK: 0o4000,
  SOCK_CLOEXEC: 0o2000000,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  SO_BINDTODEVICE: 25,
  SO_MEMINFO: 55,
  /** Where SO_MEMINFO's array of 32-bit values has the socket's drops (linux/sock_diag.h). */
  SK_MEMINFO_DROPS: 8,
  IPPROTO_IP: 0,
  IP_UNICAST_IF: 50,
  IPPROTO_IPV6: 41,
  IPV6_V6ONLY: 26,
  AF_NETLINK: 16,
  SOCK_RAW: 3,
  NETLINK_ROUTE: 0,
  /** RTMGRP_LINK, RTMGRP_IPV4_IFADDR and RTMGRP_IPV6_IFADDR. */
  changeGroups: 0x1 | 0x10 | 0x100,
  MSG_DONTWAIT: 0x40,
  ENOBUFS: 105,
} as const

interface CLibrary {
  socket(domain: number, type: number, protocol: number): number
  setsockopt(fd: number, level: number, option: number, value: Uint8Array, length: number): number
  getsockopt(fd: number, level: number, option: number, value: Uint32Array, length: Uint32Array): number
  bind(fd: number, address: Uint8Array, length: number): number
  getsockname(fd: number, address: Uint8Array, length: Uint32Array): number
  recv(fd: number, buffer: Uint8Array, length: number, flags: number): number
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
    getsockopt: self.func(
      'int getsockopt(int fd, int level, int option, _Out_ uint32_t *value, _Inout_ uint32_t *length)',
    ),
    bind: self.func('int bind(int fd, const void *address, uint32_t length)'),
    getsockname: self.func('int getsockname(int fd, _Out_ uint8_t *address, _Inout_ uint32_t *length)'),
    recv: self.func('long recv(int fd, _Out_ uint8_t *buffer, size_t length, int flags)'),
    close: self.func('int close(int fd)'),
    if_nametoindex: self.func('unsigned int if_nametoindex(const char *name)'),
    errno: () => ffi.errno(),
  }
  return {
    interfaceIndex: (name) => libc.if_nametoindex(name) || null,
    openOnInterface: (name, address, port) => openOnInterface(libc, name, address, port),
    openStreamOnInterface: (name, address) => openStream(libc, name, address),
    refuseSharing: (fd) => void setOption(libc, fd, linux.SOL_SOCKET, linux.SO_REUSEADDR, hostOrder(0)),
    drops: (fd) => drops(libc, fd),
    openChanges: () => openChanges(libc),
    hasChanged: (fd) => hasChanged(libc, fd),
    close: (fd) => void libc.close(fd),
  }
}

function drops(libc: CLibrary, fd: number): number | null {
  const values = new Uint32Array(linux.SK_MEMINFO_DROPS + 1)
  const length = new Uint32Array([values.byteLength])
  const result = libc.getsockopt(fd, linux.SOL_SOCKET, linux.SO_MEMINFO, values, length)
  if (result < 0 || length[0] !== values.byteLength) return null
  return values[linux.SK_MEMINFO_DROPS] ?? null
}

function openChanges(libc: CLibrary): number | null {
  const type = linux.SOCK_RAW | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC
  const fd = libc.socket(linux.AF_NETLINK, type, linux.NETLINK_ROUTE)
  if (fd < 0) return null
  // struct sockaddr_nl: family, padding, port (the kernel's choice), groups.
  const address = new Uint8Array(12)
  const little = endianness() === 'LE'
  const view = new DataView(address.buffer)
  view.setUint16(0, linux.AF_NETLINK, little)
  view.setUint32(8, linux.changeGroups, little)
  if (libc.bind(fd, address, address.length) >= 0) return fd
  libc.close(fd)
  return null
}

/** What is told is not read: that something is enough. Messages that had no room count as well. */
function hasChanged(libc: CLibrary, fd: number): boolean {
  const buffer = new Uint8Array(64)
  let changed = false
  for (let read = 0; read < 64; read += 1) {
    if (libc.recv(fd, buffer, buffer.length, linux.MSG_DONTWAIT) >= 0) changed = true
    else return changed || libc.errno() === linux.ENOBUFS
  }
  return true
}

function openOnInterface(
  libc: CLibrary,
  name: string,
  address: BoundAddress,
  port: number,
): NativeOpenResult {
  const index = libc.if_nametoindex(name)
  if (index === 0) return { kind: 'failed', code: 'ENODEV', message: `There is no interface ${name}.` }
  const fds: number[] = []
  const failed =
    address.family === 4 ? open4(libc, fds, index, address, port) : open6(libc, fds, name, address, port)
  if (failed === null) return { kind: 'opened', fds, interfaceIndex: index }
  for (const fd of fds) libc.close(fd)
  return failed
}

/** IP_UNICAST_IF lets only routes by the interface count when sending and does not narrow receiving (ip(7)). */
function open4(
  libc: CLibrary,
  fds: number[],
  index: number,
  address: BoundAddress,
  port: number,
): NativeFailure | null {
  const fd = newSocket(libc, linux.AF_INET)
  if (fd < 0) return failure(libc, 'socket')
  fds.push(fd)
  if (setOption(libc, fd, linux.IPPROTO_IP, linux.IP_UNICAST_IF, networkOrder(index)) < 0)
    return failure(libc, 'setsockopt IP_UNICAST_IF')
  return bind(libc, fd, linux.AF_INET, address, port)
}

/**
 * For a socket with a source address, Linux takes IPV6_UNICAST_IF as a mere hint between routes of one metric. Only
 * SO_BINDTODEVICE is strict, but it narrows receiving as well: so one socket bound to the device sends, and a second one
 * on the same port receives what arrives by other interfaces (the kernel prefers the first for its own device).
 */
function open6(
  libc: CLibrary,
  fds: number[],
  name: string,
  address: BoundAddress,
  port: number,
): NativeFailure | null {
  const sender = newSocket(libc, linux.AF_INET6)
  if (sender < 0) return failure(libc, 'socket')
  fds.push(sender)
  if (setOption(libc, sender, linux.IPPROTO_IPV6, linux.IPV6_V6ONLY, hostOrder(1)) < 0)
    return failure(libc, 'setsockopt IPV6_V6ONLY')
  if (setOption(libc, sender, linux.SOL_SOCKET, linux.SO_BINDTODEVICE, zeroTerminated(name)) < 0)
    return failure(libc, 'setsockopt SO_BINDTODEVICE')
  const failed = bind(libc, sender, linux.AF_INET6, address, port)
  // A link-local address belongs to one link: nothing for it arrives by another.
  return failed ?? (address.scopeId === null ? openCompanion(libc, fds, sender, address) : null)
}

function openCompanion(
  libc: CLibrary,
  fds: number[],
  sender: number,
  address: BoundAddress,
): NativeFailure | null {
  const port = boundPort(libc, sender)
  const companion = newSocket(libc, linux.AF_INET6)
  if (port === null || companion < 0) return failure(libc, 'getsockname or socket')
  fds.push(companion)
  if (setOption(libc, companion, linux.IPPROTO_IPV6, linux.IPV6_V6ONLY, hostOrder(1)) < 0)
    return failure(libc, 'setsockopt IPV6_V6ONLY')
  // Only now that the port is ours alone: a port chosen with SO_REUSEADDR may be another process's.
  for (const fd of [sender, companion])
    if (setOption(libc, fd, linux.SOL_SOCKET, linux.SO_REUSEADDR, hostOrder(1)) < 0)
      return failure(libc, 'setsockopt SO_REUSEADDR')
  return bind(libc, companion, linux.AF_INET6, address, port)
}

/** For connections IP_UNICAST_IF does not choose the route. What the server sends comes back by the same device. */
function openStream(libc: CLibrary, name: string, address: BoundAddress): NativeStreamResult {
  const domain = address.family === 4 ? linux.AF_INET : linux.AF_INET6
  const fd = newSocket(libc, domain, linux.SOCK_STREAM)
  if (fd < 0) return failure(libc, 'socket')
  const failed =
    setOption(libc, fd, linux.SOL_SOCKET, linux.SO_BINDTODEVICE, zeroTerminated(name)) < 0
      ? failure(libc, 'setsockopt SO_BINDTODEVICE')
      : bind(libc, fd, domain, address, 0)
  if (failed === null) return { kind: 'opened', fd }
  libc.close(fd)
  return failed
}

function newSocket(libc: CLibrary, domain: number, type: number = linux.SOCK_DGRAM): number {
  return libc.socket(domain, type | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC, 0)
}

function bind(
  libc: CLibrary,
  fd: number,
  domain: number,
  address: BoundAddress,
  port: number,
): NativeFailure | null {
  const bytes = socketAddressBytes(domain, address, port)
  return libc.bind(fd, bytes, bytes.length) < 0 ? failure(libc, `bind ${address.address}`) : null
}

function boundPort(libc: CLibrary, fd: number): number | null {
  const bytes = new Uint8Array(28)
  const length = new Uint32Array([bytes.length])
  if (libc.getsockname(fd, bytes, length) < 0) return null
  return new DataView(bytes.buffer).getUint16(2, false)
}

function setOption(libc: CLibrary, fd: number, level: number, option: number, value: Uint8Array): number {
  return libc.setsockopt(fd, level, option, value, value.length)
}

function failure(libc: CLibrary, call: string): NativeFailure {
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

function zeroTerminated(name: string): Uint8Array {
  return new TextEncoder().encode(`${name}\0`)
}
