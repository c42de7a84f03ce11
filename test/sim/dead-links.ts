import type { Packet } from '../../src/sim'
import type { Scenario, Side } from './scenario'

/** Stream packets that were put on links that are down, which nobody tells the sender of. */
export interface DeadLinks {
  change(host: Side, interfaceName: string, up: boolean, nowMs: number): void
  see(host: string, packet: Packet, nowMs: number): void
  /** The longest time that a link had been down when a side put a stream packet on it, ms. */
  longestMs(host: Side): number
}

/** SRTP and SRTCP (RFC 7983). */
export const isStreamPacket = ({ data }: Packet): boolean => (data[0] ?? 0) >= 128 && (data[0] ?? 0) < 192

export function watchDeadLinks(scenario: Scenario): DeadLinks {
  const ends = new Map(
    scenario.interfaces.flatMap(({ host, name, addresses }) =>
      addresses.map(({ address }) => [address, `${host} ${name}`] as const),
    ),
  )
  const downSince = new Map<string, number>()
  const longest = new Map<string, number>()
  return {
    change(host, interfaceName, up, nowMs) {
      const end = `${host} ${interfaceName}`
      if (up) downSince.delete(end)
      else if (!downSince.has(end)) downSince.set(end, nowMs)
    },
    see(host, packet, nowMs) {
      if (downSince.size === 0 || !isStreamPacket(packet)) return
      for (const { address } of [packet.from, packet.to]) {
        const sinceMs = downSince.get(ends.get(address) ?? '')
        if (sinceMs === undefined) continue
        longest.set(host, Math.max(longest.get(host) ?? 0, nowMs - sinceMs))
      }
    },
    longestMs: (host) => longest.get(host) ?? 0,
  }
}
