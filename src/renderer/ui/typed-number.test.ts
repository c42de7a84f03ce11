import { expect, it } from 'vitest'
import { readNumber } from './typed-number'

const rate = { min: 0.001, max: 500, unit: 'Mbit/s' }

it.each([
  ['4', 4],
  [' 0.5 ', 0.5],
  ['2,5', 2.5],
  ['0.001', 0.001],
  ['500', 500],
])('takes %s', (typed, value) => {
  expect(readNumber(typed, rate)).toBe(value)
})

it.each([
  ['0', '0 is too little: type 0.001 to 500 Mbit/s.'],
  ['-3', '-3 is too little: type 0.001 to 500 Mbit/s.'],
  ['200000', '200000 is too much: type 0.001 to 500 Mbit/s.'],
  ['', 'Nothing is typed here: 0.001 to 500 Mbit/s can be.'],
  ['200gbit', '“200gbit” is no number: type 0.001 to 500 Mbit/s, as digits only.'],
  ['1e3', '“1e3” is no number: type 0.001 to 500 Mbit/s, as digits only.'],
  ['0x10', '“0x10” is no number: type 0.001 to 500 Mbit/s, as digits only.'],
  ['1,200.5', '“1,200.5” is no number: type 0.001 to 500 Mbit/s, as digits only.'],
])('refuses “%s”, saying what is wrong and what would be right', (typed, sentence) => {
  expect(readNumber(typed, rate)).toBe(sentence)
})

it('takes whole numbers only where a fraction cannot be', () => {
  const deadline = { min: 0, max: 5000, unit: 'ms', whole: true }
  expect(['0', '250', '5000'].map((typed) => readNumber(typed, deadline))).toEqual([0, 250, 5000])
  expect(readNumber('1,5', deadline)).toBe('1,5 is no whole number: type 0 to 5000 ms, without a fraction.')
  expect(readNumber('5001', deadline)).toBe('5001 is too much: type 0 to 5000 ms.')
})

it('does not repeat a whole novel', () => {
  expect(readNumber('x'.repeat(500), rate)).toContain('“xxxxxxxxxxxx…” is no number')
})
