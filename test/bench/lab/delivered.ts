/** What the lab's log says: which packets of each stream the links delivered, whose numbers the tap gives, and what is no UDP. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Direction } from './lab'
import type { Tap } from './tap'

/** Packets and bytes of IP packets. */
export interface Amount {
  readonly packets: number
  readonly bytes: number
}

/** ms of CLOCK_MONOTONIC. */
export interface Delivery {
  /** When the first of the copies that were delivered had entered its link. */
  readonly inMs: number
  /** When the first copy came out of a link. */
  readonly outMs: number
}

export interface Delivered {
  /** Packets of a stream that at least one link delivered to one of the ports. */
  count(streamId: number): number
  /** The same packets by number. */
  deliveries(streamId: number): ReadonlyMap<number, Delivery>
  /** The numbers below `sent` that no link delivered so. */
  missing(streamId: number, sent: number): number[]
  /** Lines of the log that the tap does not match: not the same length, or one has more. 0 unless packets were missed. */
  readonly unmatched: number
  /** What went into a link, and came out of it, that is no UDP: the kernel's own, such as ICMP's "port unreachable". */
  notUdp(link: string, at: 'in' | 'out'): Amount
}

/**
 * The lab writes a line when it has given a packet to the receiving host, so its n-th delivered UDP packet of a link is
 * the n-th that the host's tap saw come in. What came for none of the program's own `ports`, as a NAT had left the one it
 * was sent to, reached nobody.
 */
export async function readDelivered(
  logFile: string,
  direction: Direction,
  tap: Tap,
  ports: ReadonlySet<number>,
): Promise<Delivered> {
  const seen = new Map<number, Map<number, Delivery>>()
  const next = new Map<string, number>()
  const notUdp = new Map<string, Amount>()
  const addNotUdp = (key: string, bytes: number): void => {
    const sum = notUdp.get(key)
    notUdp.set(key, { packets: (sum?.packets ?? 0) + 1, bytes: (sum?.bytes ?? 0) + bytes })
  }
  let unmatched = 0
  for await (const line of createInterface({ input: createReadStream(logFile) })) {
    const [link = '', way, , inNs, outNs, length, fate, protocol, , port] = line.split(',')
    if (way !== direction) continue
    if (protocol !== '17') {
      if (fate !== 'duplicate') addNotUdp(`${link} in`, Number(length))
      if (outNs !== '') addNotUdp(`${link} out`, Number(length))
    }
    if (protocol !== '17' || outNs === '') continue
    const at = next.get(link) ?? 0
    next.set(link, at + 1)
    const tapped = tap.packets(link, 'in')
    if (tapped === undefined || at >= tapped.count || tapped.ipBytes(at) !== Number(length)) {
      unmatched += 1
      continue
    }
    const streamId = tapped.streamId(at)
    if (streamId === 0 || !ports.has(Number(port))) continue
    const packets = seen.get(streamId) ?? new Map<number, Delivery>()
    seen.set(streamId, packets)
    const sequence = tapped.sequence(at)
    const before = packets.get(sequence)
    packets.set(sequence, {
      inMs: Math.min(before?.inMs ?? Infinity, Number(inNs) / 1e6),
      outMs: Math.min(before?.outMs ?? Infinity, Number(outNs) / 1e6),
    })
  }
  for (const [link, count] of next) unmatched += Math.max(0, (tap.packets(link, 'in')?.count ?? 0) - count)
  return {
    count: (streamId) => seen.get(streamId)?.size ?? 0,
    deliveries: (streamId) => seen.get(streamId) ?? new Map(),
    missing(streamId, sent) {
      const packets = seen.get(streamId)
      return Array.from({ length: sent }, (_, at) => at).filter((at) => packets?.has(at) !== true)
    },
    unmatched,
    notUdp: (link, at) => notUdp.get(`${link} ${at}`) ?? { packets: 0, bytes: 0 },
  }
}
