/** How long packets waited at the lab's bottlenecks, from its log of packets. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Direction } from './lab'

/** Links that share one rate and queue. */
export interface Bottleneck {
  readonly rateBps: number
  /** By link, what no packet can be faster than behind the queue, ms. */
  readonly leastDelayMs: ReadonlyMap<string, number>
}

/** A packet that entered the queue. */
export interface QueuedPacket {
  /** CLOCK_MONOTONIC, ms. */
  readonly inMs: number
  readonly ipBytes: number
  /** When it had left the queue at the latest; null = not known. */
  readonly goneMs: number | null
}

/** Fates of packets that used up rate; a copy that the link made came after the queue. */
const served = ['delivered', 'loss']

/** By bottleneck, how long each packet of more than `leastIpBytes` waited for it, ms. */
export async function readWaits(
  file: string,
  direction: Direction,
  bottlenecks: readonly Bottleneck[],
  leastIpBytes: number,
): Promise<readonly (readonly number[])[]> {
  const packets = bottlenecks.map((): QueuedPacket[] => [])
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const [link = '', way, , inNs, outNs, length, fate = ''] = line.split(',')
    if (way !== direction || !served.includes(fate)) continue
    const at = bottlenecks.findIndex(({ leastDelayMs }) => leastDelayMs.has(link))
    const leastMs = bottlenecks[at]?.leastDelayMs.get(link) ?? 0
    const goneMs = fate === 'delivered' ? Number(outNs) / 1e6 - leastMs : null
    packets[at]?.push({ inMs: Number(inNs) / 1e6, ipBytes: Number(length), goneMs })
  }
  return bottlenecks.map(({ rateBps }, at) => waitsOf(packets[at] ?? [], rateBps, leastIpBytes))
}

/**
 * The waits of packets that one after the other take their time at a rate, in the order of entry: until their first bit
 * leaves, so jitter behind the queue is none of it. The lab reads packets late when its machine is away, and serves them as
 * if it had not been: what is gone sooner than it could be sets the account right.
 */
export function waitsOf(
  packets: readonly QueuedPacket[],
  rateBps: number,
  leastIpBytes: number,
): readonly number[] {
  const waits: number[] = []
  let freeMs = -Infinity
  for (const { inMs, ipBytes, goneMs } of [...packets].sort((a, b) => a.inMs - b.inMs)) {
    const takesMs = (ipBytes * 8000) / rateBps
    freeMs = Math.min(Math.max(freeMs, inMs) + takesMs, goneMs ?? Infinity)
    if (ipBytes > leastIpBytes) waits.push(Math.max(0, freeMs - takesMs - inMs))
  }
  return waits
}
