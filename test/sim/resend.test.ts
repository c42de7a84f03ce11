/** What goes out on one path alone, and that path's death. */
import { expect, test } from 'vitest'
import type { PairSnapshot } from '../../src/engine'
import type { WorldInterface } from '../../src/sim'
import { runScenario } from './run'
import type { Change, Scenario, Side } from './scenario'

interface Link {
  readonly delayMs: number
  readonly jitterMs?: number
  readonly lossPercent?: number
}

function scenario(
  links: Readonly<Record<string, Link>>,
  changes: readonly Change[],
  more: Partial<Scenario> = {},
): Scenario {
  const spec = (host: Side, name: string, at: number): WorldInterface & { host: Side } => ({
    host,
    name,
    kind: 'ethernet',
    addresses: [{ family: 4, address: `198.18.${at}.${host === 'left' ? 1 : 2}` }],
    network: name,
    up: links[name]!,
  })
  return {
    name: 'resend',
    about: '',
    seed: 1,
    durationMs: 30_000,
    networks: Object.keys(links),
    nats: [],
    interfaces: (['left', 'right'] as const).flatMap((host) =>
      Object.keys(links).map((name, at) => spec(host, name, at)),
    ),
    settings: {
      mode: 'weighted',
      use: 'disjoint',
      messages: { enabled: true, ratePerSecond: 100, sizeBytes: 128 },
    },
    offerTakesMs: 500,
    answerTakesMs: 500,
    roleConflict: false,
    changes,
    finishBeforeEndMs: 6000,
    expect: [],
    ...more,
  }
}

const sides = ['left', 'right'] as const
const dies = (name: string, atMs: number): Change[] =>
  sides.map((host) => ({ atMs, kind: 'link', host, interface: name, up: false }))
const messages = (ratePerSecond: number) => ({ enabled: true, ratePerSecond, sizeBytes: 128 })

/**
 * RTTs 10, 20 and 40 ms at 100 messages a second: the slowest link gets a sixth of them, so its silence is told by 1.5 of
 * its gaps, 90 ms. Then what was lost needs the other links' way.
 */
const longestWaitMs = 120

test.each(['eth', 'lte'])(
  'in weighted mode the death of a link (%s) loses no message, makes none wait long, and SCTP sends nothing again',
  async (name) => {
    const links = { eth: { delayMs: 5 }, wifi: { delayMs: 10 }, lte: { delayMs: 20 } }
    for (let seed = 1; seed <= 6; seed += 1) {
      const done = await runScenario(scenario(links, dies(name, 12_000 + 7 * seed), { seed }))
      expect(done.violations).toEqual([])
      for (const side of sides) {
        const sent = done.flows[side].messages.filter((message) => message.sentAtMs > 8000)
        const waits = sent.map((message) => (message.deliveredAtMs ?? Infinity) - message.sentAtMs)
        expect(Math.max(...waits)).toBeLessThan(longestWaitMs)
        const { pairs, sctpRetransmissions } = done.ends[side].driver.snapshot()
        expect(sctpRetransmissions).toBe(0)
        expect(pairs.some((pair) => pair.resent > 0)).toBe(true)
      }
    }
  },
  60_000,
)

test('at 5 % loss and 30 ms jitter suspicion, its checks and what is sent again, costs under 2 % of the packets', async () => {
  const link = { delayMs: 25, jitterMs: 30, lossPercent: 5 }
  const settings = { mode: 'weighted', use: 'disjoint', messages: messages(100) } as const
  const done = await runScenario(
    scenario({ eth: link, wifi: link, lte: link }, [], { durationMs: 120_000, settings }),
  )
  for (const side of sides) {
    const { pairs } = done.ends[side].driver.snapshot()
    const sum = (of: (pair: PairSnapshot) => number) => pairs.reduce((all, pair) => all + of(pair), 0)
    const checks = 7 * sum((pair) => pair.timesSuspected)
    const resent = sum((pair) => pair.resent)
    expect((checks + resent) / sum((pair) => pair.sent.packets)).toBeLessThan(0.02)
    expect(sum((pair) => pair.timesDown)).toBe(0)
    // It did happen, or there is nothing to measure.
    expect(sum((pair) => pair.timesSuspected)).toBeGreaterThan(0)
  }
}, 60_000)
