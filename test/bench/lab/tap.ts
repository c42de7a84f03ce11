/** What a host's interfaces saw: every UDP packet by link, way and kind, and which packet of which stream it was. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Amount } from './delivered'
import type { Lab, Side } from './lab'
import { createIndexes, readStreamPacket, type StreamPacket } from './stream-packet'

/** Debian package of the program that taps. */
export const tapPackage = 'tcpdump'

/** By the first byte of the UDP payload, see docs/protocol.md. */
export const packetKinds = ['stun', 'dtls', 'srtp', 'shim', 'control', 'other'] as const
export type PacketKind = (typeof packetKinds)[number]

export interface PortAmount extends Amount {
  readonly srtp: number
}

/** All that was seen on one link in one way, in order. */
export interface TappedPackets {
  readonly count: number
  readonly byKind: Readonly<Record<PacketKind, number>>
  /** STUN binding indications: bursts by which a sender sees which way its packets take. */
  readonly bursts: Amount
  /** All but the bursts, by the port they went to; and how many of them were SRTP. */
  readonly byPort: ReadonlyMap<number, PortAmount>
  /** Length of the IP packet. */
  ipBytes(at: number): number
  /** Of an SRTP packet its stream, else 0. */
  streamId(at: number): number
  /** Of an SRTP packet its number in the stream. */
  sequence(at: number): number
}

export interface Tap {
  /** What came into the host over a link, and what it sent out over it. */
  packets(link: string, way: 'in' | 'out'): TappedPackets | undefined
  /** Ends the tap; how many packets the kernel says were missed. */
  stop(): Promise<number>
}

const snapBytes = 128
const handOverMs = 1500
const bufferKiB = 65_536
/** LINKTYPE_LINUX_SLL2. */
const linkType = 276
const outgoing = 4
const headerBytes = { file: 24, packet: 16, link: 20, udp: 8 }

/** Begins to watch all links of a host. Resolves when nothing is missed any more. */
export async function startTap(lab: Lab, side: Side): Promise<Tap> {
  const names = await linkNames(lab, side)
  const args = [
    '-i',
    'any',
    '-y',
    'LINUX_SLL2',
    '-s',
    String(snapBytes),
    '-B',
    String(bufferKiB),
    '-U',
    '-w',
    '-',
    'udp',
  ]
  const child = lab.start(side, 'tcpdump', args)
  let said = ''
  const listening = new Promise<void>((resolve) => {
    child.stderr!.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('listening on')) resolve()
    })
  })
  const seen = new Map<string, ReturnType<typeof createList>>()
  const indexes = { in: createIndexes(), out: createIndexes() }
  const list = (link: string, way: 'in' | 'out') => {
    const key = `${link} ${way}`
    const made = seen.get(key) ?? createList(indexes[way])
    seen.set(key, made)
    return made
  }
  const ended = readPackets(child, (packet, length) => {
    const link = names.get(packet.readUInt32BE(4))
    if (link === undefined) return
    const way = packet[10] === outgoing ? 'out' : 'in'
    list(link, way).add(packet.subarray(headerBytes.link), length - headerBytes.link)
  })
  await Promise.race([listening, once(child, 'exit')])
  if (child.exitCode !== null)
    throw new Error(`tcpdump does not run (apt-get install ${tapPackage}): ${said}`)
  return {
    packets: (link, way) => seen.get(`${link} ${way}`),
    async stop() {
      // The kernel hands over what it captured a block at a time, after a second at the latest, and the program that is ended
      // leaves what it was not given; then it goes through a pipe.
      await sleep(handOverMs)
      const exited = once(child, 'exit')
      child.kill('SIGINT')
      await Promise.all([exited, ended])
      return Number(/(\d+) packets? dropped by kernel/.exec(said)?.[1] ?? Number.NaN)
    },
  }
}

async function linkNames(lab: Lab, side: Side): Promise<ReadonlyMap<number, string>> {
  const links = JSON.parse(await lab.exec(side, 'ip', ['-j', 'link'])) as readonly {
    readonly ifindex: number
    readonly ifname: string
  }[]
  const own = links.filter(({ ifname }) => lab.links.includes(ifname))
  return new Map(own.map(({ ifindex, ifname }) => [ifindex, ifname]))
}

/** Reads tcpdump's file from its output; `length` is that of the packet before it was cut. */
async function readPackets(
  child: ChildProcess,
  take: (packet: Buffer, length: number) => void,
): Promise<void> {
  let rest: Buffer = Buffer.alloc(0)
  let isBegun = false
  for await (const chunk of child.stdout! as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    if (!isBegun) {
      if (rest.length < headerBytes.file) continue
      if (rest.readUInt32LE(20) !== linkType)
        throw new Error('tcpdump writes another form than was asked for')
      at = headerBytes.file
      isBegun = true
    }
    for (;;) {
      if (rest.length < at + headerBytes.packet) break
      const captured = rest.readUInt32LE(at + 8)
      const next = at + headerBytes.packet + captured
      if (rest.length < next) break
      take(rest.subarray(at + headerBytes.packet, next), rest.readUInt32LE(at + 12))
      at = next
    }
    rest = rest.subarray(at)
  }
}

function createList(indexOf: (packet: StreamPacket) => number) {
  let room = 1 << 16
  let lengths = new Uint16Array(room)
  let streams = new Uint8Array(room)
  let sequences = new Uint32Array(room)
  const byKind: Record<PacketKind, number> = { stun: 0, dtls: 0, srtp: 0, shim: 0, control: 0, other: 0 }
  const list = {
    count: 0,
    bursts: { packets: 0, bytes: 0 },
    byPort: new Map<number, PortAmount>(),
    byKind,
    ipBytes: (at: number) => lengths[at] ?? 0,
    streamId: (at: number) => streams[at] ?? 0,
    sequence: (at: number) => sequences[at] ?? 0,
    add(ip: Buffer, ipBytes: number): void {
      if (list.count === room) {
        room *= 2
        lengths = grown(lengths, new Uint16Array(room))
        streams = grown(streams, new Uint8Array(room))
        sequences = grown(sequences, new Uint32Array(room))
      }
      const head = ip[0]! >> 4 === 4 ? (ip[0]! & 15) * 4 : 40
      const payload = ip.subarray(head + headerBytes.udp)
      const kind = kindOf(payload)
      byKind[kind] += 1
      if (kind === 'stun' && payload.length >= 2 && payload.readUInt16BE(0) === 0x0011) {
        list.bursts = plus(list.bursts, ipBytes)
      } else {
        const port = ip.readUInt16BE(head + 2)
        const before = list.byPort.get(port)
        const srtp = (before?.srtp ?? 0) + (kind === 'srtp' ? 1 : 0)
        list.byPort.set(port, { ...plus(before, ipBytes), srtp })
      }
      lengths[list.count] = ipBytes
      const packet = readStreamPacket(payload)
      streams[list.count] = packet?.streamId ?? 0
      sequences[list.count] = packet === null ? 0 : indexOf(packet)
      list.count += 1
    },
  }
  return list
}

/** One packet more. */
function plus(sum: Amount | undefined, bytes: number): Amount {
  return { packets: (sum?.packets ?? 0) + 1, bytes: (sum?.bytes ?? 0) + bytes }
}

function grown<T extends Uint8Array | Uint16Array | Uint32Array>(from: T, to: T): T {
  to.set(from)
  return to
}

function kindOf(payload: Buffer): PacketKind {
  const first = payload[0]
  if (first === undefined) return 'other'
  if (first <= 3) return 'stun'
  if (first >= 20 && first <= 63) return 'dtls'
  if (first >= 128 && first <= 191 && payload.length >= 12) return 'srtp'
  if (first === 0xf0) return 'shim'
  return first === 0xf1 ? 'control' : 'other'
}
