import { expect, it } from 'vitest'
import { axisValues, niceTop } from './scale'

it('ends an axis at a round number that holds the value', () => {
  expect([0.7, 1.2, 10, 10.1, 38.4, 170, 7400, 81_000].map(niceTop)).toEqual([
    0.8, 1.5, 10, 15, 40, 200, 8000, 100_000,
  ])
})

it('names the values of an axis in its steps, without the errors of floating point', () => {
  expect(axisValues(40, 10)).toEqual([0, 10, 20, 30, 40])
  expect(axisValues(0.3, 0.1)).toEqual([0, 0.1, 0.2, 0.3])
  expect(axisValues(3e6, 2e6)).toEqual([0, 2e6])
})

it('names its top in a graph too low for a step', () => {
  expect(axisValues(30, 50)).toEqual([0, 30])
  expect(axisValues(30, 0)).toEqual([0, 30])
})
