import { endianness } from 'node:os'

/** An address to bind to. */
export interface BoundAddress {
  readonly family: 4 | 6
  /** Canonical text without zone. */
  readonly address: string
  /** The zone of a link-local IPv6 address, else null. */
  readonly scopeId: number | null
}

/** struct sockaddr_in or sockaddr_in6 as Linux lays it out (linux/in.h, linux/in6.h). Port 0 asks for any. */
export function socketAddressBytes(domain: number, address: BoundAddress, port: number): Uint8Array {
  const bytes = new Uint8Array(address.family === 4 ? 16 : 28)
  const view = new DataView(bytes.buffer)
  const little = endianness() === 'LE'
  view.setUint16(0, domain, little)
  view.setUint16(2, port, false)
  if (address.family === 4) {
    bytes.set(address.address.split('.').map(Number), 4)
  } else {
    bytes.set(ipv6Bytes(address.address), 8)
    view.setUint32(24, address.scopeId ?? 0, little)
  }
  return bytes
}

/** Any valid IPv6 text without zone, as the system gave it. */
export function ipv6Bytes(text: string): Uint8Array {
  const [head = '', tail] = text.split('::')
  const front = groups(head)
  const back = groups(tail ?? '')
  const bytes = new Uint8Array(16)
  bytes.set(front, 0)
  bytes.set(back, 16 - back.length)
  return bytes
}

function groups(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number)
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}
