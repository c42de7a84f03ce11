/** One of two paths belongs to somebody hostile, from the first packet on: the other must be enough. */
import { describe, expect, test } from 'vitest'
import { unmet } from './expectations'
import { runScenario } from './run'
import { type Scenario, type Side, sides } from './scenario'

const seeds = 24

function scenario(seed: number): Scenario {
  const links = { honest: 10, hostile: seed % 2 === 0 ? 2 : 40 }
  return {
    name: 'hostile path',
    about: '',
    seed: `hostile/${seed}`,
    durationMs: 20_000,
    networks: Object.keys(links),
    nats: [],
    interfaces: (['left', 'right'] as const).flatMap((host, side) =>
      Object.entries(links).map(([name, delayMs], at) => ({
        host,
        name,
        kind: 'ethernet' as const,
        addresses: [{ family: 4 as const, address: `198.18.${at}.${side + 1}` }],
        network: name,
        up: { delayMs },
      })),
    ),
    settings: { mode: 'redundant', messages: { enabled: true, ratePerSecond: 50, sizeBytes: 128 } },
    offerTakesMs: 300,
    answerTakesMs: 300,
    roleConflict: false,
    changes: [],
    hostileNetwork: 'hostile',
    finishBeforeEndMs: 6000,
    expect: [
      { kind: 'connected', byMs: 3000 },
      { kind: 'all-delivered' },
      { kind: 'slowest-message', fromMs: 0, mostMs: 400 },
      { kind: 'no-retransmissions' },
      ...sides.map((side: Side) => ({ kind: 'ended', side, reason: 'done' }) as const),
    ],
  }
}

describe('a session with one hostile path and an honest one', () => {
  for (let seed = 1; seed <= seeds; seed += 1)
    test(`opens, loses, doubles and forges no message, and keeps the honest pair up: seed ${seed}`, async () => {
      const run = await runScenario(scenario(seed))
      expect(run.violations).toEqual([])
      expect(unmet(run)).toEqual([])
      for (const side of sides) {
        const { pairs, dropped } = run.ends[side].driver.snapshot()
        const honest = pairs.find(
          ({ local, remote }) =>
            local.interfaceName === 'honest' &&
            remote.address.startsWith('198.18.0.') &&
            remote.type === 'host',
        )
        expect(honest).toMatchObject({ timesDown: 0 })
        for (const reason of [
          'bad-stun',
          'bad-integrity',
          'bad-record',
          'bad-frame',
          'unknown-source',
        ] as const)
          expect(dropped[reason], reason).toBeGreaterThan(0)
      }
    })
})
