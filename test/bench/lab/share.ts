/** How a UDP transfer and TCP flows divide the links between them, from the lab's log of packets. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Direction } from './lab'

export interface Share {
  /** Of what was delivered while both were there, what the UDP transfer took: 0 to 1. */
  readonly part: number
  /** Delivered meanwhile, bits of IP packets a second. */
  readonly udpBps: number
  readonly tcpBps: number
}

/** UDP packets that are shorter than this are none of a transfer's data, bytes of the IP packet. */
const leastDataBytes = 1000

/**
 * The share of UDP from its first packet of data to its last: what TCP did before and after, alone, counts for nothing. Fails
 * where either had no packet meanwhile, or TCP ended before UDP did.
 */
export async function readShare(file: string, direction: Direction): Promise<Share> {
  const udp: Departure[] = []
  const tcp: Departure[] = []
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const [, way, , , outNs, length, fate, protocol] = line.split(',')
    if (way !== direction || fate !== 'delivered') continue
    const one = { outMs: Number(outNs) / 1e6, bits: Number(length) * 8 }
    if (protocol === '6') tcp.push(one)
    else if (protocol === '17' && Number(length) >= leastDataBytes) udp.push(one)
  }
  const [firstMs, lastMs] = [firstOf(udp), lastOf(udp)]
  const during = tcp.filter(({ outMs }) => outMs >= firstMs && outMs <= lastMs)
  if (udp.length < 2 || during.length === 0) throw new Error('there are not both UDP and TCP in the log')
  if (lastOf(tcp) < lastMs - mostApartMs) throw new Error('TCP ended before UDP did')
  const bps = (of: readonly Departure[]): number =>
    of.reduce((sum, { bits }) => sum + bits, 0) / ((lastMs - firstMs) / 1000)
  const [udpBps, tcpBps] = [bps(udp), bps(during)]
  return { part: udpBps / (udpBps + tcpBps), udpBps, tcpBps }
}

interface Departure {
  readonly outMs: number
  readonly bits: number
}

/** So long a TCP flow that lives may have nothing to deliver, ms. */
const mostApartMs = 1000

const firstOf = (of: readonly Departure[]): number =>
  of.reduce((ms, { outMs }) => Math.min(ms, outMs), Infinity)
const lastOf = (of: readonly Departure[]): number =>
  of.reduce((ms, { outMs }) => Math.max(ms, outMs), -Infinity)
