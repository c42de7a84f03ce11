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
    // A copy that the link itself made, which always comes later.
    if (fate === 'duplicate') continue
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
 * The copies of each packet, for packets that are made one after the other and not within `apartMs` of each other: the log
 * names no packet, but all copies of one enter their links together. Each is in the order of entry, one a link at most.
 */
export function copiesOf(
  byLink: ReadonlyMap<string, readonly LoggedPacket[]>,
  apartMs: number,
): readonly (readonly LoggedPacket[])[] {
  const all = [...byLink.entries()].flatMap(([link, list]) => list.map((packet) => ({ link, packet })))
  all.sort((a, b) => a.packet.inMs - b.packet.inMs)
  const groups: { readonly firstMs: number; readonly links: Set<string>; readonly copies: LoggedPacket[] }[] =
    []
  for (const { link, packet } of all) {
    const last = groups.at(-1)
    if (last !== undefined && packet.inMs - last.firstMs < apartMs && !last.links.has(link)) {
      last.links.add(link)
      last.copies.push(packet)
    } else groups.push({ firstMs: packet.inMs, links: new Set([link]), copies: [packet] })
  }
  return groups.map(({ copies }) => copies)
}
