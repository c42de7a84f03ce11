/** The few words of multicast DNS (RFC 6762) that a one-shot question for host names needs, in the form of RFC 1035. */

export interface NamedAddress {
  /** Lower case, without a dot at the end. */
  readonly name: string
  readonly family: 4 | 6
  /** Canonical for IPv4; for IPv6 all eight groups, as it came. */
  readonly address: string
}

/** Longest packet that is read, and most records of it. */
const maxPacketBytes = 9000
const maxRecords = 64
/** A name has at most 255 bytes (RFC 1035 section 2.3.4); each pointer must lead back, so that reading ends. */
const maxNameBytes = 255

const types = { a: 1, aaaa: 28 } as const
/** The class is "internet"; the top bit asks for an answer to us alone, or says that a record is the only one. */
const internet = 1
const topBit = 0x8000

/** One question each for the IPv4 and the IPv6 addresses of a name such as host.local. */
export function encodeQuestion(name: string): Uint8Array {
  const labels = name.split('.').map((label) => new TextEncoder().encode(label))
  const nameBytes = labels.reduce((sum, label) => sum + 1 + label.length, 1)
  const packet = new Uint8Array(12 + 2 * (nameBytes + 4))
  const view = new DataView(packet.buffer)
  view.setUint16(4, 2)
  let at = 12
  for (const type of [types.a, types.aaaa]) {
    for (const label of labels) {
      packet[at] = label.length
      packet.set(label, at + 1)
      at += 1 + label.length
    }
    view.setUint16(at + 1, type)
    view.setUint16(at + 3, topBit | internet)
    at += 5
  }
  return packet
}

/** The addresses that an answer gives for the names asked for; nothing of a packet that is malformed or no answer. */
export function readAnswer(packet: Uint8Array, asked: ReadonlySet<string>): readonly NamedAddress[] {
  if (packet.length < 12 || packet.length > maxPacketBytes) return []
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength)
  const isAnswer = (view.getUint16(2) & 0x8000) !== 0
  const questions = view.getUint16(4)
  const records = view.getUint16(6) + view.getUint16(8) + view.getUint16(10)
  if (!isAnswer || questions + records > maxRecords) return []
  let at = 12
  for (let question = 0; question < questions; question += 1) {
    const name = readName(packet, at)
    if (name === undefined) return []
    at = name.end + 4
  }
  const found: NamedAddress[] = []
  for (let record = 0; record < records; record += 1) {
    const name = readName(packet, at)
    if (name === undefined || name.end + 10 > packet.length) return []
    const type = view.getUint16(name.end)
    const kind = view.getUint16(name.end + 2) & ~topBit
    const length = view.getUint16(name.end + 8)
    const start = name.end + 10
    at = start + length
    if (at > packet.length) return []
    if (kind !== internet || !asked.has(name.text)) continue
    const data = packet.subarray(start, at)
    if (type === types.a && length === 4) found.push({ name: name.text, family: 4, address: data.join('.') })
    if (type === types.aaaa && length === 16)
      found.push({ name: name.text, family: 6, address: groupsOf(data) })
  }
  return found
}

interface ReadName {
  readonly text: string
  /** Where what follows the name begins. */
  readonly end: number
}

function readName(packet: Uint8Array, start: number): ReadName | undefined {
  let text = ''
  let end: number | undefined
  let at = start
  let earliest = start
  for (;;) {
    const length = packet[at]
    if (length === undefined) return undefined
    if (length >= 0xc0) {
      const low = packet[at + 1]
      if (low === undefined) return undefined
      end ??= at + 2
      const target = ((length & 0x3f) << 8) | low
      if (target >= earliest) return undefined
      earliest = target
      at = target
    } else if (length === 0) {
      return { text: text.toLowerCase(), end: end ?? at + 1 }
    } else {
      const label = packet.subarray(at + 1, at + 1 + length)
      if (length > 63 || label.length < length || text.length + length > maxNameBytes) return undefined
      // Names of ours are ASCII; anything else is none that was asked for.
      text += (text === '' ? '' : '.') + String.fromCharCode(...label)
      at += 1 + length
    }
  }
}

function groupsOf(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: 8 }, (_, group) => view.getUint16(2 * group).toString(16)).join(':')
}
