/** The scenarios that have names: a file each, and the cells of the matrix of modes. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cellsOf, type ModeMatrix } from './mode-matrix'
import type { Scenario } from './scenario'

const folder = 'test/sim/scenarios'
const matrixFile = 'test/sim/modes/matrix.json'

export function readScenarios(): { readonly file: string; readonly scenario: Scenario }[] {
  return readdirSync(folder)
    .sort()
    .map((file) => ({ file, scenario: JSON.parse(readFileSync(join(folder, file), 'utf8')) as Scenario }))
}

export function readCells(): Scenario[] {
  return cellsOf(JSON.parse(readFileSync(matrixFile, 'utf8')) as ModeMatrix)
}

/** Throws when there is none of that name. */
export function readNamed(name: string): Scenario {
  const all = [...readScenarios().map(({ scenario }) => scenario), ...readCells()]
  const found = all.find((scenario) => scenario.name === name)
  if (found === undefined) throw new RangeError(`there is no scenario ${name}`)
  return found
}
