import { expect, test } from 'vitest'
import { unmet } from './expectations'
import { readCells } from './named'
import { runScenario } from './run'

for (const scenario of readCells()) {
  test(scenario.about, async () => {
    const run = await runScenario(scenario)
    const why = `npm run sim -- --scenario ${scenario.name} tells the story`
    expect(run.violations, why).toEqual([])
    expect(unmet(run), why).toEqual([])
  })
}
