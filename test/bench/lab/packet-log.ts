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
