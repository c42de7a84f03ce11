import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { unmet } from './expectations'
import { readScenarios } from './named'
import { runScenario } from './run'
import type { Scenario } from './scenario'
import { holdsFor } from './seeds'

async function holds(scenario: Scenario): Promise<void> {
  const run = await runScenario(scenario)
  const why = `npm run sim -- --scenario ${scenario.name} --seed ${scenario.seed} tells the story`
  expect(run.violations, why).toEqual([])
  expect(unmet(run), why).toEqual([])
}

/** Seeds that once broke an invariant. */
const pinned = JSON.parse(readFileSync(new URL('./pinned.json', import.meta.url), 'utf8')) as {
  readonly seed: number
  readonly why: string
}[]

for (const { file, scenario } of readScenarios()) {
  test(scenario.about, () => {
    expect(file).toBe(`${scenario.name}.json`)
    expect(scenario.expect.length).toBeGreaterThan(0)
    return holds(scenario)
  })
  for (const seed of scenario.moreSeeds ?? []) {
    test(`${scenario.about}, also with seed ${seed}`, () => holds({ ...scenario, seed }))
  }
}

for (const { seed, why } of pinned) test(`seed ${seed} stays mended: ${why}`, () => holdsFor(seed))
