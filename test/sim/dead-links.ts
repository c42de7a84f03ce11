import type { Mode } from '../../src/engine'
import type { Packet } from '../../src/sim'
import type { Report } from './checked-engine'
import { modeAt, roundTripMs } from './plan'
import { type Expectation, type Scenario, type Side, sides } from './scenario'

/** A time for which an interface's link was down, and for how long the sides went on putting stream packets on it. */
export interface Death {
  readonly host: Side
  readonly interfaceName: string
  readonly atMs: number
  /** By the side that sent: the time from then to its last such packet, ms; 0 where there was none. */
  readonly lastMs: Readonly<Record<Side, number>>
  /** The sides whose stream packets went over it until then: the others could not know by what did not come. */
  readonly users: readonly Side[]
}

/** Stream packets that were put on links that are down, which nobody tells the sender of. */
export interface DeadLinks {
  change(host: Side, interfaceName: string, up: boolean, nowMs: number): void
  see(host: string, packet: Packet, nowMs: number): void
  readonly deaths: readonly Death[]
}

/** SRTP and SRTCP (RFC 7983). */
export const isStreamPacket = ({ data }: Packet): boolean => (data[0] ?? 0) >= 128 && (data[0] ?? 0) < 192

/** A side uses a link while it has put a stream packet on it no longer ago, ms. */
const usedMs = 100

export function watchDeadLinks(scenario: Scenario): DeadLinks {
  const ends = new Map(
    scenario.interfaces.flatMap(({ host, name, addresses }) =>
      addresses.map(({ address }) => [address, `${host} ${name}`] as const),
    ),
  )
  const down = new Map<string, Death & { readonly lastMs: Record<Side, number> }>()
  const usedAtMs = new Map<string, number>()
  const deaths: Death[] = []
  const mayDie = scenario.changes.some(({ kind }) => kind === 'link')
  return {
    deaths,
    change(host, interfaceName, up, nowMs) {
      const end = `${host} ${interfaceName}`
      if (up) down.delete(end)
      else if (!down.has(end)) {
        const users = sides.filter(
          (side) => nowMs - (usedAtMs.get(`${side} on ${end}`) ?? -Infinity) < usedMs,
        )
        const death = { host, interfaceName, atMs: nowMs, lastMs: { left: 0, right: 0 }, users }
        deaths.push(death)
        down.set(end, death)
      }
    },
    see(host, packet, nowMs) {
      if (!mayDie || (host !== 'left' && host !== 'right') || !isStreamPacket(packet)) return
      for (const { address } of [packet.from, packet.to]) {
        const end = ends.get(address) ?? ''
        usedAtMs.set(`${host} on ${end}`, nowMs)
        const death = down.get(end)
        if (death !== undefined) death.lastMs[host] = nowMs - death.atMs
      }
    },
  }
}

/** Beyond a round trip, in which what was under way still comes, a dense stream may be silent for so long, ms. */
const silenceMs = 20
/** The checks that a silent path must leave unanswered are spread over a round trip and so much more, ms. */
const probesMs = 30
/** `single` stays where it is for as long as a stock peer would, ms. */
const singleMs = 2500
/** A path that carries nothing is asked after this wait at the latest, and given up when it has not answered for so long, ms. */
const keepaliveMs = 450
const unansweredMs = 1000

/**
 * How long after a link's death a side may put stream packets on it, ms. What carries a dense stream is left once that is
 * silent, by `redundant`, which goes on with its copies, when the checks have told as well, and by `single` after 2.5 s.
 * What stood by is known by its keepalives only, and may be chosen until these are missed.
 */
export function leftWithinMs(mode: Mode, longestRoundTripMs: number, isUsed: boolean): number {
  if (!isUsed) return keepaliveMs + unansweredMs + longestRoundTripMs
  const silentMs = longestRoundTripMs + silenceMs
  if (mode === 'single') return singleMs + silentMs
  return mode === 'redundant' ? silentMs + 2 * longestRoundTripMs + probesMs : silentMs
}

/** No stream packet is put on a dead link for longer than that, or than the scenario allows and says why. */
export function checkDeadLinks(scenario: Scenario, { deaths }: DeadLinks, report: Report): void {
  const allowed = scenario.expect.find(
    (one): one is Extract<Expectation, { kind: 'left-dead-links' }> => one.kind === 'left-dead-links',
  )
  for (const { host, interfaceName, atMs, lastMs, users } of deaths) {
    for (const side of sides) {
      const isUsed = users.includes(side)
      const mode = modeAt(scenario, side, atMs)
      const boundMs = leftWithinMs(mode, roundTripMs(scenario, host, interfaceName), isUsed)
      const mostMs = isUsed ? (allowed?.withinMs ?? boundMs) : boundMs
      if (lastMs[side] <= mostMs) continue
      const link = `${host} ${interfaceName}, dead since ${atMs} ms`
      report(`${side} put a stream packet on ${link}, after ${lastMs[side].toFixed(1)} of ${mostMs} ms`)
    }
  }
}
