import { expect, it } from 'vitest'
import { piecesOf } from './pieces'

it('keeps a number and its unit in one piece, and loses nothing', () => {
  const text =
    'Of 33.02 Mbit/s, 53 % came first (n = 56\u202f545); the longest gap was 4 min 2 s, 9 of 20 seen.'
  const pieces = piecesOf(text)
  expect(pieces.filter((_, at) => at % 2 === 1)).toEqual([
    '33.02 Mbit/s',
    '53 %',
    'n = 56\u202f545',
    '4 min',
    '2 s',
  ])
  expect(pieces.join('')).toBe(text)
})

it('leaves text without a number as it is', () => {
  expect(piecesOf('Nothing has happened yet')).toEqual(['Nothing has happened yet'])
})
