import { describe, expect, it } from 'vitest'
import { figureOf, type Table, type Target, verdictOf } from './bench'
import { asJson, printed } from './print'

const target = (value: number | null, limits: Pick<Target, 'least' | 'most'>): Target => ({
  what: 'even: pathscope, of singles',
  value,
  ...limits,
})

const table: Table = {
  columns: ['Mbit/s', 'lost'],
  rows: [{ label: 'even: pathscope', values: [37.123, null] }],
  notes: ['Of one run.'],
}

describe('a verdict', () => {
  it('is that a target is met from the limit itself on', () => {
    expect(verdictOf(target(0.98, { least: 0.98 }))).toBe('met')
    expect(verdictOf(target(0.9799, { least: 0.98 }))).toBe('missed')
    expect(verdictOf(target(0, { most: 0 }))).toBe('met')
    expect(verdictOf(target(1, { most: 0 }))).toBe('missed')
  })

  it('holds both limits where there are two', () => {
    const share = { least: 0.3, most: 0.7 }
    expect([0.29, 0.3, 0.5, 0.7, 0.71].map((value) => verdictOf(target(value, share)))).toEqual([
      'missed',
      'met',
      'met',
      'met',
      'missed',
    ])
  })

  it('is neither where the figure, or what it is held to, was not measured', () => {
    expect(verdictOf(target(null, { most: 0 }))).toBe('not measured')
    expect(verdictOf(target(NaN, { most: 0 }))).toBe('not measured')
    expect(verdictOf(target(37, { least: null }))).toBe('not measured')
  })

  it('is that what never happened misses any limit of time', () => {
    expect(verdictOf(target(Infinity, { most: 2 }))).toBe('missed')
  })
})

describe('a figure of a table', () => {
  it('is found by its row and column, and null where it was not measured or there is no such row', () => {
    expect(figureOf(table, 'even: pathscope', 'Mbit/s')).toBe(37.123)
    expect(figureOf(table, 'even: pathscope', 'lost')).toBeNull()
    expect(figureOf(table, 'triple: pathscope', 'Mbit/s')).toBeNull()
  })

  it('is asked for in vain in a column that does not exist', () => {
    expect(() => figureOf(table, 'even: pathscope', 'found')).toThrow('found')
  })
})

describe('targets in print', () => {
  const targets = [
    target(0.9796, { least: 0.98 }),
    target(Infinity, { most: 2 }),
    target(0.5, { least: 0.3, most: 0.7 }),
    target(37, { least: null }),
  ]

  it('stand below the table and its notes, each with its figure, limits and verdict', () => {
    expect(printed({ ...table, targets }).split('\n')).toEqual([
      '                 Mbit/s  lost',
      'even: pathscope    37.1     -',
      'Of one run.',
      '',
      'Targets                      figure          target',
      'even: pathscope, of singles  0.9796         >= 0.98        missed',
      'even: pathscope, of singles   never            <= 2        missed',
      'even: pathscope, of singles  0.5000  >= 0.3, <= 0.7           met',
      'even: pathscope, of singles   37.00            >= -  not measured',
    ])
  })

  it('leave no trace where there are none', () => {
    expect(printed(table)).not.toContain('Targets')
  })

  it('are in the JSON with their verdicts, also those of further tables', () => {
    const json = JSON.parse(asJson({ even: { ...table, further: [{ ...table, targets }] } })) as {
      readonly even: { readonly further: readonly { readonly targets: readonly unknown[] }[] }
    }
    expect(json.even.further[0]?.targets.slice(0, 2)).toEqual([
      { what: 'even: pathscope, of singles', value: 0.9796, least: 0.98, verdict: 'missed' },
      { what: 'even: pathscope, of singles', value: 'never', most: 2, verdict: 'missed' },
    ])
  })
})
