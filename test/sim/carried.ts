import type { Packet } from '../../src/sim'
import { isStreamPacket } from './dead-links'
import type { Scenario, Side } from './scenario'

/** What part of a side's stream packets went over which interface, and when, as seen on the links. */
export interface Carried {
  see(host: string, packet: Packet, nowMs: number): void
  /** Per cent of the packets that a side sent between the two times; null when it sent none. */
  percent(host: Side, interfaceName: string, fromMs: number, toMs: number): number | null
}

/** Packets are counted by tenths of a second. */
const binMs = 100

export function watchCarried(scenario: Scenario): Carried {
  const names = new Map(
    scenario.interfaces.flatMap(({ host, name, addresses }) =>
      addresses.map(({ address }) => [address, `${host} ${name}`] as const),
    ),
  )
  const bins = new Map<string, number[]>()
  const between = (key: string, fromMs: number, toMs: number): number =>
    (bins.get(key) ?? [])
      .slice(Math.ceil(fromMs / binMs), Math.floor(toMs / binMs))
      .reduce((sum, count) => sum + (count ?? 0), 0)
  return {
    see(host, packet, nowMs) {
      const name = names.get(packet.from.address)
      if (name === undefined || !name.startsWith(`${host} `) || !isStreamPacket(packet)) return
      const counts = bins.get(name) ?? []
      bins.set(name, counts)
      const bin = Math.floor(nowMs / binMs)
      counts[bin] = (counts[bin] ?? 0) + 1
    },
    percent(host, interfaceName, fromMs, toMs) {
      const keys = [...bins.keys()].filter((key) => key.startsWith(`${host} `))
      const all = keys.reduce((sum, key) => sum + between(key, fromMs, toMs), 0)
      return all === 0 ? null : (100 * between(`${host} ${interfaceName}`, fromMs, toMs)) / all
    },
  }
}
