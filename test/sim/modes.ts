import { expect, test } from 'vitest'
import { unmet } from './expectations'
import { readCells } from './named'
import { runScenario } from './run'

/** The cells of the matrix, cut into files so that they run side by side. */
const modeShards = 3

export function testModes(shard: number): void {
  const cells = readCells().filter((_, at) => at % modeShards === shard)
  for (const cell of cells) {
    for (const seed of [cell.seed, ...(cell.moreSeeds ?? [])]) {
      test(`${cell.about} (seed ${seed})`, async () => {
        const run = await runScenario({ ...cell, seed })
        const why = `npm run sim -- --scenario ${cell.name} --seed ${seed} tells the story`
        expect(run.violations, why).toEqual([])
        expect(unmet(run), why).toEqual([])
      })
    }
  }
}
