/** Every mode under every kind of trouble: one world, a row of changes, and what each mode must show of it, as data. */
import type { EngineSettings } from '../../src/engine'
import type { Change, Expectation, Scenario } from './scenario'

type Mode = EngineSettings['mode']

export interface ModeMatrix {
  readonly base: Omit<Scenario, 'name' | 'about' | 'changes' | 'expect'>
  /** Of all cells. */
  readonly everywhere: readonly Expectation[]
  readonly rows: readonly {
    readonly name: string
    readonly about: string
    /** Other than the base's. */
    readonly world?: Pick<Scenario, 'networks' | 'interfaces' | 'moreSeeds'>
    readonly settings?: Partial<EngineSettings>
    readonly changes: readonly Change[]
    readonly modes: Readonly<Record<Mode, readonly Expectation[]>>
  }[]
}

/** A scenario for each cell, named as `rate-step/weighted`. */
export function cellsOf({ base, everywhere, rows }: ModeMatrix): Scenario[] {
  return rows.flatMap(({ name, about, world, settings, changes, modes }) =>
    (Object.entries(modes) as [Mode, readonly Expectation[]][]).map(([mode, expect]) => ({
      ...base,
      ...world,
      name: `${name}/${mode}`,
      about: `${mode}: ${about}`,
      settings: { ...base.settings, ...settings, mode },
      changes,
      expect: [...everywhere, ...expect],
    })),
  )
}
