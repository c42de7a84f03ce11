import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EgressVerdict } from '../../engine'
import { createEvidence, type Round } from './evidence'

const packets = 8
const maxRounds = 64
const isTunnel = (name: string): boolean => name.startsWith('tun')

/** Packets of a slot beyond those of the burst, by interface. */
type Traffic = (name: string, slot: number) => number

/** Runs rounds against a machine that sends bursts by the interfaces `by`, and names `named`. */
function run(
  named: string,
  by: readonly string[],
  random: () => number,
  traffic: Traffic = () => 0,
  names: readonly string[] = ['lo', 'eth0', 'wlan0', 'tun0'],
): { readonly verdict: EgressVerdict | undefined; readonly rounds: number } {
  const evidence = createEvidence({ named, packets, isTunnel, maxRounds })
  for (let round = 1; round <= maxRounds; round += 1) {
    const burstFirst = random() < 0.5
    const slots = [0, 1].map((slot) => {
      const isBurst = (slot === 0) === burstFirst
      return new Map(
        names.map((name) => [
          name,
          traffic(name, 2 * round + slot) + (isBurst && by.includes(name) ? packets : 0),
        ]),
      )
    })
    const [first, second] = burstFirst ? slots : [slots[1], slots[0]]
    const differences: Round = new Map(names.map((name) => [name, first!.get(name)! - second!.get(name)!]))
    const verdict = evidence.add(differences)
    if (verdict !== undefined) return { verdict, rounds: round }
  }
  return { verdict: undefined, rounds: maxRounds }
}

/** A small generator (mulberry32), so that a case can be repeated. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 })
const carried = (verified: boolean, interfaceName: string) => ({ kind: 'carried', verified, interfaceName })

describe('From counters around bursts', () => {
  it('the named interface is known to carry them after 20 quiet rounds', () => {
    const { verdict, rounds } = run('eth0', ['eth0'], seeded(1))
    expect(verdict).toEqual(carried(true, 'eth0'))
    expect(rounds).toBeLessThanOrEqual(20)
  })

  it('another interface is named when it carries them', () => {
    expect(run('wlan0', ['eth0'], seeded(2)).verdict).toEqual(carried(false, 'eth0'))
  })

  it('nothing is concluded, and soon, where no counter rises', () => {
    const { verdict, rounds } = run('eth0', [], seeded(3))
    expect(verdict).toEqual({ kind: 'unknown', gap: 'no-rise' })
    expect(rounds).toBeLessThanOrEqual(12)
  })

  it('a tunnel carries what it sends, whatever leaves by the interface below it', () => {
    expect(run('tun0', ['tun0', 'eth0'], seeded(4)).verdict).toEqual(carried(true, 'tun0'))
  })

  it('a path that names the interface below a tunnel is told that the tunnel took its packets', () => {
    expect(run('eth0', ['tun0', 'eth0'], seeded(5)).verdict).toEqual(carried(false, 'tun0'))
  })

  it('traffic on the named interface alone is never taken for a sign of its carrying', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 2000 }), (seed, most) => {
        const random = seeded(seed)
        const noise: Traffic = (name) => (name === 'eth0' ? Math.floor(random() * most) : 0)
        const { verdict } = run('eth0', ['wlan0'], random, noise)
        // With a chance of 1e-5 a case it could be.
        expect(verdict).not.toEqual(carried(true, 'eth0'))
      }),
      { numRuns: 400 },
    )
  })

  it('traffic on other interfaces, in bursts and in step with the slots, changes nothing', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 500 }), (seed, most) => {
        const random = seeded(seed)
        const noise: Traffic = (name, slot) =>
          name === 'eth0' ? 0 : slot % 2 === 0 ? most : random() < 0.1 ? 20 * most : 0
        expect(run('eth0', ['eth0'], random, noise, ['lo', 'eth0', 'wlan0']).verdict).toEqual(
          carried(true, 'eth0'),
        )
      }),
      { numRuns: 200 },
    )
  })

  it('as much traffic of its own as a burst has packets does not hide that it carries', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = seeded(seed)
        const noise: Traffic = (name) => (name === 'eth0' ? Math.floor(random() * packets) : 0)
        expect(run('eth0', ['eth0'], random, noise).verdict).toEqual(carried(true, 'eth0'))
      }),
      { numRuns: 200 },
    )
  })

  it('under a flood on the carrying interface the answer is true or unknown, never a wrong interface', () => {
    let unknown = 0
    for (let seed = 0; seed < 300; seed += 1) {
      const random = seeded(seed)
      const noise: Traffic = (name) => (name === 'eth0' ? Math.floor(random() * 5000) : 0)
      const { verdict } = run('eth0', ['eth0'], random, noise)
      if (verdict?.kind === 'unknown') unknown += 1
      else expect(verdict).toEqual(carried(true, 'eth0'))
    }
    expect(unknown).toBeGreaterThan(250)
  })

  it('there is a verdict after the last round at the latest', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: maxRounds }), (differences) => {
        const evidence = createEvidence({ named: 'eth0', packets, isTunnel, maxRounds })
        const verdicts = differences.slice(0, maxRounds).map((one) =>
          evidence.add(
            new Map([
              ['eth0', one],
              ['tun0', -one],
            ]),
          ),
        )
        expect(verdicts.some((verdict) => verdict !== undefined)).toBe(true)
      }),
    )
  })
})
