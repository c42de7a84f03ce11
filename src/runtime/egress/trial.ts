import type { EgressVerdict } from '../../engine'
import type { Clock, LinkCounters } from '../ports'
import { createEvidence, type Round } from './evidence'

/** Packets of one burst. */
export const burstPackets = 8
/**
 * How long a slot lasts from the burst to the reading, and the rounds at most. Most counters rise as a packet is handed
 * over, a tunnel's once its program has read it; some network cards report theirs a few times or once a second.
 */
export const paces = [
  { slotMs: 20, rounds: 64 },
  { slotMs: 300, rounds: 32 },
  { slotMs: 1600, rounds: 24 },
] as const

export interface TrialOptions {
  readonly clock: Clock
  readonly counters: LinkCounters
  readonly named: string
  readonly isTunnel: (interfaceName: string) => boolean
  readonly pace: (typeof paces)[number]
  coin(): boolean
  burst(packets: number): void
  /** Told once, and not after `stop`. */
  over(verdict: EgressVerdict): void
}

/** Finds out about one pair: rounds of two slots, in one of which, drawn anew each time, a burst is sent. */
export interface Trial {
  start(): void
  stop(): void
}

type Counts = ReadonlyMap<string, number>

export function createTrial(options: TrialOptions): Trial {
  const { clock, counters, named, isTunnel, pace } = options
  const evidence = createEvidence({ named, packets: burstPackets, isTunnel, maxRounds: pace.rounds })
  let disarm: (() => void) | undefined
  let stopped = false

  function later(run: () => void): void {
    disarm = clock.at(clock.nowMs() + pace.slotMs, () => {
      if (!stopped) run()
    })
  }

  function end(verdict: EgressVerdict): void {
    stopped = true
    options.over(verdict)
  }

  /** Reading and sending follow each other without a turn of the loop between. */
  function round(before: Counts): void {
    const burstFirst = options.coin()
    if (burstFirst) options.burst(burstPackets)
    later(() => {
      const between = counters.read()
      if (between === null) return end({ kind: 'unknown', gap: 'unsupported' })
      if (!burstFirst) options.burst(burstPackets)
      later(() => {
        const after = counters.read()
        if (after === null) return end({ kind: 'unknown', gap: 'unsupported' })
        conclude(differences(before, between, after, burstFirst), after)
      })
    })
  }

  function conclude(differences: Round, after: Counts): void {
    const verdict = evidence.add(differences)
    if (verdict === undefined) round(after)
    else end(verdict)
  }

  return {
    start() {
      const first = counters.read()
      if (first === null) return end({ kind: 'unknown', gap: 'unsupported' })
      round(first)
    },
    stop() {
      stopped = true
      disarm?.()
    },
  }
}

/** A counter that is not there all the time, or went back as its interface was made anew, says nothing. */
function differences(before: Counts, between: Counts, after: Counts, burstFirst: boolean): Round {
  const round = new Map<string, number>()
  for (const [name, last] of after) {
    const [first, middle] = [before.get(name), between.get(name)]
    if (first === undefined || middle === undefined || middle < first || last < middle) continue
    const difference = middle - first - (last - middle)
    round.set(name, burstFirst ? difference : -difference)
  }
  return round
}
