import { expect, it } from 'vitest'
import { coveredColumns } from './covered-columns'

const columns = [
  { name: 'under-left', left: -80, right: -10 },
  { name: 'half-left', left: -10, right: 120 },
  { name: 'whole', left: 120, right: 200 },
  { name: 'half-right', left: 200, right: 310 },
  { name: 'under-right', left: 310, right: 400 },
]

it('names the columns of which a part is covered, and neither whole ones nor those out of sight', () => {
  expect(coveredColumns(columns, { left: 100, right: 300 })).toEqual(['half-left', 'half-right'])
  expect(coveredColumns(columns, { left: -80, right: 400 })).toEqual([])
})

it('takes a column for whole when no more than its padding is covered', () => {
  expect(coveredColumns(columns, { left: 121.5, right: 198.5 })).toEqual([])
  expect(coveredColumns(columns, { left: 123, right: 197 })).toEqual(['whole'])
})
