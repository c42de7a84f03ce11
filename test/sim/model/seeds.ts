import { expect, test } from 'vitest'
import { modelProblem } from './holds'

/** The fixed seeds of `npm test`: each is one sequence of operations on the agent and on the model. */
const seedCount = 2000
const shards = 4
const perTest = 50

/** Shards are files of their own, so that they run side by side. */
export function testModelSeeds(shard: number): void {
  const each = seedCount / shards
  for (let from = shard * each + 1; from <= (shard + 1) * each; from += perTest) {
    const to = from + perTest - 1
    test(`the agent does as the model says on seeds ${from} to ${to}`, () => {
      for (let seed = from; seed <= to; seed++) expect(modelProblem(seed)).toBeNull()
    })
  }
}
