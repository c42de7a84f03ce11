/** The lab's log of packets: what became of each one, on each link. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Direction } from './lab'

export interface LoggedPacket {
  /** CLOCK_MONOTONIC, ms. */
  readonly inMs: number
  /** Null when it was lost. */
  readonly outMs: number | null
  readonly ipBytes: number
}

/** UDP packets of some lengths (of the IP packet, bytes) in one direction, by link, in order of entry. */
export async function readPacketLog(
  file: string,
  direction: Direction,
  isWanted: (ipBytes: number) => boolean,
): Promise<ReadonlyMap<string, readonly LoggedPacket[]>> {
  const byLink = new Map<string, LoggedPacket[]>()
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const [link, way, , inNs, outNs, length, fate, protocol] = line.split(',')
    if (way !== direction || protocol !== '17' || link === undefined || !isWanted(Number(length))) continue
    const outMs = fate === 'delivered' ? Number(outNs) / 1e6 : null
    const list = byLink.get(link) ?? []
    list.push({ inMs: Number(inNs) / 1e6, outMs, ipBytes: Number(length) })
    byLink.set(link, list)
  }
  // The log is in order of departure.
  for (const list of byLink.values()) list.sort((a, b) => a.inMs - b.inMs)
  return byLink
}

/**
 * Where every packet went over every link once: for each packet the shortest time that any link needed, from its entry
 * into the first link. The n-th packets of all links are one. Lost on every link: null.
 */
export function bestDelaysMs(byLink: ReadonlyMap<string, readonly LoggedPacket[]>): (number | null)[] {
  const lists = [...byLink.values()]
  const count = Math.min(...lists.map((list) => list.length))
  return Array.from({ length: Number.isFinite(count) ? count : 0 }, (_, at) => {
    const copies = lists.map((list) => list[at]!)
    const firstInMs = Math.min(...copies.map((copy) => copy.inMs))
    const arrivals = copies.flatMap((copy) => (copy.outMs === null ? [] : [copy.outMs - firstInMs]))
    return arrivals.length === 0 ? null : Math.min(...arrivals)
  })
}
