import { expect, test } from 'vitest'
import { createRandom, createSeededEntropy, createVirtualClock, modelSecure } from '../../../src/sim'
import { type Means, startConnecting } from './connect'
import { type BadNetwork, badNetworks } from './networks'

const seeds = 200

/** In virtual time with the model of a secure session, which fails for good when a message is lost, doubled or late. */
async function openedAfterMs(network: BadNetwork, seed: number): Promise<number | string> {
  const clock = createVirtualClock()
  const entropies = new Map(
    (['left', 'right'] as const).map((side) => [side, createSeededEntropy(createRandom(`${seed}/${side}`))]),
  )
  const entropyOf = (side: 'left' | 'right') => entropies.get(side) as ReturnType<typeof createSeededEntropy>
  const means: Means = {
    clock,
    entropy: entropyOf,
    secure: (side) => modelSecure(clock, entropyOf(side)),
  }
  const connecting = await startConnecting(network, seed, means)
  for (let atMs = 100; atMs <= network.openByMs && connecting.openedAtMs.size < 2; atMs += 100) {
    clock.runUntil(atMs)
    for (let turn = 0; turn < 50; turn++) await Promise.resolve()
  }
  connecting.close()
  if (connecting.openedAtMs.size < 2) return `seed ${seed}: not open at ${network.openByMs} ms`
  if (connecting.failures.length > 0) return `seed ${seed}: ${connecting.failures.join('; ')}`
  return Math.max(...connecting.openedAtMs.values())
}

for (const network of badNetworks)
  test(`${seeds} of ${seeds} sessions connect over ${network.about}`, async () => {
    const failed: string[] = []
    for (let seed = 1; seed <= seeds; seed++) {
      const result = await openedAfterMs(network, seed)
      if (typeof result === 'string') failed.push(result)
    }
    expect(failed).toEqual([])
  })

test('a session over paths that are all dead is not taken for connected', async () => {
  const dead: BadNetwork = { about: 'dead', paths: [{ lossPercent: 100 }], openByMs: 5000 }
  expect(await openedAfterMs(dead, 1)).toBe('seed 1: not open at 5000 ms')
})
