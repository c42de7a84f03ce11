import type { EgressVerdict } from '../../engine'

/**
 * By how much each interface's counter of sent packets rose in the slot with a burst more than in the one without, of
 * one round. Which of the two came first was drawn for the round alone.
 */
export type Round = ReadonlyMap<string, number>

export interface EvidenceOptions {
  /** The interface that the pair names. */
  readonly named: string
  /** Packets of a burst. */
  readonly packets: number
  /** What is a tunnel: its packets leave by a second interface as well, wrapped. */
  readonly isTunnel: (interfaceName: string) => boolean
  /** There is a verdict after so many at the latest. */
  readonly maxRounds: number
}

/** What the rounds so far say. */
export interface Evidence {
  /** Takes a round in; the verdict once there is one. */
  add(round: Round): EgressVerdict | undefined
}

/** The chance that the counter of an interface which carries nothing of the bursts is taken for one that does. */
export const falseCarrierChance = 1e-5
/** Without a single rise by then there will be none. */
const idleRounds = 12

/**
 * Of an interface that carries nothing, whatever else it carries, both slots of a round are alike: since their order was
 * drawn, a rise by half a burst or more and a fall by as much are equally likely. So a fair game in which a rise
 * multiplies a stake by 1 + s and a fall by 1 - s multiplies it 100,000-fold at some time with a chance of at most 1e-5
 * (Ville's inequality), however often one looks and whatever the traffic. Half is staked boldly, which decides in 20
 * rounds on a quiet interface, half carefully, which decides in traffic.
 */
const stakes = [0.9, 0.3] as const

interface Standing {
  readonly wealth: number[]
  rises: number
  falls: number
}

export function createEvidence(options: EvidenceOptions): Evidence {
  const { named, packets, isTunnel, maxRounds } = options
  const standings = new Map<string, Standing>()
  let rounds = 0

  const carries = (one: Standing): boolean =>
    one.wealth.reduce((sum, each) => sum + each, 0) / stakes.length >= 1 / falseCarrierChance
  /** It may yet prove to carry. */
  const isOpen = (one: Standing): boolean => !carries(one) && one.rises - one.falls > rounds / 4

  function take(round: Round): void {
    rounds += 1
    for (const [name, difference] of round) {
      const one = standings.get(name) ?? { wealth: stakes.map(() => 1), rises: 0, falls: 0 }
      standings.set(name, one)
      if (Math.abs(difference) < packets / 2) continue
      const rose = difference > 0
      if (rose) one.rises += 1
      else one.falls += 1
      // What has carried stays known: later traffic takes nothing back.
      if (carries(one)) continue
      for (const [at, stake] of stakes.entries()) one.wealth[at]! *= rose ? 1 + stake : 1 - stake
    }
  }

  function judge(): EgressVerdict | undefined {
    const over = rounds >= maxRounds
    const own = standings.get(named)
    const carrying = [...standings].filter(([, one]) => carries(one)).map(([name]) => name)
    // Packets that a tunnel takes leave by another interface as well; who names that one does not mean the tunnel.
    const tunnels = isTunnel(named) ? [] : [...standings.keys()].filter(isTunnel)
    if (carrying.includes(named)) {
      const tunnel = tunnels.find((name) => carrying.includes(name))
      if (tunnel !== undefined) return { kind: 'carried', verified: false, interfaceName: tunnel }
      if (!tunnels.some((name) => isOpen(standings.get(name)!)))
        return { kind: 'carried', verified: true, interfaceName: named }
      return over ? { kind: 'unknown', gap: 'other-traffic' } : undefined
    }
    const carrier = carrying.find(isTunnel) ?? carrying[0]
    if (carrier !== undefined && (own === undefined || !isOpen(own)))
      return { kind: 'carried', verified: false, interfaceName: carrier }
    const all = [...standings.values()]
    if (rounds >= idleRounds && all.every((one) => one.rises === 0))
      return { kind: 'unknown', gap: all.some((one) => one.falls > 0) ? 'other-traffic' : 'no-rise' }
    return over ? { kind: 'unknown', gap: 'other-traffic' } : undefined
  }

  return {
    add(round) {
      take(round)
      return judge()
    },
  }
}
