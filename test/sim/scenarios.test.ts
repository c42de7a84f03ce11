import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { unmet } from './expectations'
import { readScenarios } from './named'
import { runScenario } from './run'
import { holdsFor } from './seeds'

/** Seeds that once broke an invariant. */
const pinned = JSON.parse(readFileSync(new URL('./pinned.json', import.meta.url), 'utf8')) as {
  readonly seed: number
  readonly why: string
}[]

for (const { file, scenario } of readScenarios()) {
  test(scenario.about, async () => {
    expect(file).toBe(`${scenario.name}.json`)
    expect(scenario.expect.length).toBeGreaterThan(0)
    const run = await runScenario(scenario)
    const why = `npm run sim -- --scenario ${scenario.name} tells the story`
    expect(run.violations, why).toEqual([])
    expect(unmet(run), why).toEqual([])
  })
}

for (const { seed, why } of pinned) test(`seed ${seed} stays mended: ${why}`, () => holdsFor(seed))
