import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { unmet } from './expectations'
import { runScenario } from './run'
import type { Scenario } from './scenario'
import { holdsFor } from './seeds'

/** Seeds that once broke an invariant. */
const pinned = JSON.parse(readFileSync(new URL('./pinned.json', import.meta.url), 'utf8')) as {
  readonly seed: number
  readonly why: string
}[]
const folder = fileURLToPath(new URL('./scenarios', import.meta.url))

for (const file of readdirSync(folder).sort()) {
  const scenario = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Scenario
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
