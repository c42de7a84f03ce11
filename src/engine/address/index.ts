/** IP addresses as text and as bytes, and the questions the ICE agent asks about them. */
import type { TransportAddress } from '../face/address'

export interface ParsedAddress {
  readonly family: 4 | 6
  /** 4 or 16, network byte order. */
  readonly bytes: Uint8Array
}

/** The address in a text: dotted quad (no leading zeros) or RFC 4291 IPv6; a zone (%eth0) is dropped. */
export function parseAddress(text: string): ParsedAddress | undefined {
  if (text.length > 128) return undefined
  const zone = text.indexOf('%')
  const plain = zone < 0 ? text : text.slice(0, zone)
  if (plain.includes(':')) {
    const bytes = parseIpv6(plain)
    return bytes && { family: 6, bytes }
  }
  if (zone >= 0) return undefined
  const bytes = parseIpv4(plain)
  return bytes && { family: 4, bytes }
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  const bytes = new Uint8Array(4)
  for (const [i, part] of parts.entries()) {
    // A leading zero means octal to some parsers and nothing to others, so it is no address at all.
    if (!/^(0|[1-9]\d{0,2})$/.test(part)) return undefined
    const value = Number(part)
    if (value > 255) return undefined
    bytes[i] = value
  }
  return bytes
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = parseGroups(halves[0] as string, halves.length === 1)
  if (!head) return undefined
  if (halves.length === 1) return head.length === 16 ? Uint8Array.from(head) : undefined
  const tail = parseGroups(halves[1] as string, true)
  // "::" stands for at least one group.
  if (!tail || head.length + tail.length > 14) return undefined
  const bytes = new Uint8Array(16)
  bytes.set(head)
  bytes.set(tail, 16 - tail.length)
  return bytes
}

/** The bytes of "a:b:c"; the last group may be a dotted quad where the whole address ends with it. */
function parseGroups(text: string, endsAddress: boolean): number[] | undefined {
  const bytes: number[] = []
  if (text === '') return bytes
  const groups = text.split(':')
  for (const [i, group] of groups.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 255)
    } else {
      const quad = endsAddress && i === groups.length - 1 ? parseIpv4(group) : undefined
      if (!quad) return undefined
      bytes.push(...quad)
    }
  }
  return bytes
}

/** Canonical text: dotted quad, or RFC 5952 (lower case, longest run of zeros shortened, mapped IPv4 dotted). */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.length !== 16) throw new RangeError(`an IP address has 4 or 16 bytes, not ${bytes.length}`)
  const groups = Array.from(
    { length: 8 },
    (_, i) => ((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number),
  )
  if (isMapped(bytes)) return `::ffff:${bytes.subarray(12).join('.')}`
  const run = longestZeroRun(groups)
  const text = groups.map((group) => group.toString(16))
  if (run.length < 2) return text.join(':')
  return `${text.slice(0, run.start).join(':')}::${text.slice(run.start + run.length).join(':')}`
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let start = 0
  for (const [i, group] of groups.entries()) {
    if (group !== 0) start = i + 1
    else if (i + 1 - start > best.length) best = { start, length: i + 1 - start }
  }
  return best
}

function isMapped(bytes: Uint8Array): boolean {
  return (
    bytes.length === 16 &&
    bytes.subarray(0, 10).every((b) => b === 0) &&
    bytes[10] === 255 &&
    bytes[11] === 255
  )
}

/** The canonical text of an address in any accepted form, without its zone. */
export function canonicalAddress(text: string): string | undefined {
  const parsed = parseAddress(text)
  return parsed && formatAddress(parsed.bytes)
}

/** "1.2.3.4:5" or "[::1]:5": equal exactly for equal addresses, since addresses are canonical. */
export function addressKey(address: TransportAddress): string {
  return address.family === 4 ? `${address.address}:${address.port}` : `[${address.address}]:${address.port}`
}

/** 169.254.0.0/16 or fe80::/10. */
export function isLinkLocal(text: string): boolean {
  const parsed = parseAddress(text)
  if (!parsed) return false
  const [first, second] = parsed.bytes as unknown as [number, number]
  if (parsed.family === 4) return first === 169 && second === 254
  return first === 0xfe && (second & 0xc0) === 0x80
}

/** 127.0.0.0/8 or ::1. */
export function isLoopback(text: string): boolean {
  const parsed = parseAddress(text)
  if (!parsed) return false
  if (parsed.family === 4) return parsed.bytes[0] === 127
  return formatAddress(parsed.bytes) === '::1'
}

/** An address one host may have: not "any", not this-network, not multicast or reserved, not an IPv4 one in IPv6. */
export function isUnicast(text: string): boolean {
  const parsed = parseAddress(text)
  if (!parsed) return false
  const first = parsed.bytes[0] as number
  if (parsed.family === 4) return first !== 0 && first < 224
  return first !== 0xff && !isMapped(parsed.bytes) && parsed.bytes.some((byte) => byte !== 0)
}

/** Whether two addresses of one family agree in their first `prefixLength` bits. False where one is no address. */
export function sameSubnet(a: string, b: string, prefixLength: number): boolean {
  const left = parseAddress(a)
  const right = parseAddress(b)
  if (!left || !right || left.family !== right.family) return false
  if (prefixLength < 0 || prefixLength > left.bytes.length * 8) return false
  for (let bit = 0; bit < prefixLength; bit += 8) {
    const mask = bit + 8 <= prefixLength ? 255 : (255 << (bit + 8 - prefixLength)) & 255
    const i = bit >> 3
    if ((((left.bytes[i] as number) ^ (right.bytes[i] as number)) & mask) !== 0) return false
  }
  return true
}
