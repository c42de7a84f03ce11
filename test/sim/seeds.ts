import { expect, test } from 'vitest'
import { randomScenario } from './random-scenario'
import { runScenario } from './run'

/** The fixed seeds, cut into files so that they run side by side. */
export const seedCount = 200
export const shards = 4

/** Every this many seeds one runs twice. */
const replayEvery = 10

export function testSeeds(shard: number): void {
  const each = seedCount / shards
  for (let seed = shard * each + 1; seed <= (shard + 1) * each; seed++) {
    test(`seed ${seed} keeps every invariant`, () => holdsFor(seed))
    if (seed % replayEvery === 0) test(`seed ${seed} replays to the same trace`, () => replays(seed))
  }
}

export async function holdsFor(seed: number | string): Promise<void> {
  const run = await runScenario(randomScenario(seed))
  expect(run.violations, `npm run sim -- --seed ${seed} tells the story`).toEqual([])
}

async function replays(seed: number): Promise<void> {
  const first = await runScenario(randomScenario(seed))
  const second = await runScenario(randomScenario(seed))
  expect(second.hash).toBe(first.hash)
  expect(second.story).toEqual(first.story)
}
