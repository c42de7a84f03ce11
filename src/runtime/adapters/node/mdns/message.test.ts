import { expect, it } from 'vitest'
import { encodeQuestion, readAnswer } from './index'

const name = '5ddbc3b0-11aa-4c2e-9d3f-0a1b2c3d4e5f.local'
const bytes = (...parts: (number[] | string)[]) =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part, 'latin1')] : part)),
  )
const encodedName = (text: string) => [
  ...text.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]),
  0,
]
const header = (answers: number, flags = 0x84, questions = 0) => [
  0,
  0,
  flags,
  0,
  0,
  questions,
  0,
  answers,
  0,
  0,
  0,
  0,
]
const record = (type: number, data: number[]) => [0, type, 0x80, 1, 0, 0, 0, 120, 0, data.length, ...data]
const asked = new Set([name])

it('asks for both families, and for an answer to itself alone', () => {
  const question = encodeQuestion('a.local')
  const label = encodedName('a.local')
  expect([...question]).toEqual(
    [[0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0], label, [0, 1, 0x80, 1], label, [0, 28, 0x80, 1]].flat(),
  )
})

it('reads the addresses of what was asked for, by whatever case and by pointers', () => {
  const v6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]
  const packet = bytes(
    header(2),
    encodedName(name.toUpperCase()),
    record(1, [192, 0, 2, 7]),
    [0xc0, 12],
    record(28, v6),
  )
  expect(readAnswer(packet, asked)).toEqual([
    { name, family: 4, address: '192.0.2.7' },
    { name, family: 6, address: '2001:db8:0:0:0:0:0:9' },
  ])
})

it('takes nothing that was not asked for, and no question for an answer', () => {
  const other = bytes(header(1), encodedName('other.local'), record(1, [192, 0, 2, 7]))
  expect(readAnswer(other, asked)).toEqual([])
  const question = bytes(header(1, 0), encodedName(name), record(1, [192, 0, 2, 7]))
  expect(readAnswer(question, asked)).toEqual([])
  expect(readAnswer(encodeQuestion(name), asked)).toEqual([])
})

it('ends on pointers that lead forward or in a circle, and on what is cut', () => {
  const circle = bytes(header(1), [0xc0, 12], record(1, [192, 0, 2, 7]))
  expect(readAnswer(circle, asked)).toEqual([])
  const whole = bytes(header(1), encodedName(name), record(1, [192, 0, 2, 7]))
  expect(readAnswer(whole, asked)).toHaveLength(1)
  for (let length = 0; length < whole.length; length += 1)
    expect(readAnswer(whole.subarray(0, length), asked), `${length} bytes`).toEqual([])
})
