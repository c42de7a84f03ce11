import { expect, test } from 'vitest'
import { defaultPreset, emulatedPresets, readEmulatedPaths } from './paths'

test('every preset is a list that could be given as a file', () => {
  expect(emulatedPresets[defaultPreset]).toHaveLength(3)
  for (const paths of Object.values(emulatedPresets))
    expect(readEmulatedPaths(paths)).toEqual({ kind: 'ok', paths })
})

test('name and delay are enough', () => {
  expect(readEmulatedPaths([{ name: 'a', delayMs: 5 }])).toEqual({
    kind: 'ok',
    paths: [
      { name: 'a', kind: 'ethernet', delayMs: 5, jitterMs: 0, lossPercent: 0, rateBps: null, queueMs: 100 },
    ],
  })
})

test.each([
  ['no list', {}],
  ['an empty list', []],
  ['too many', Array.from({ length: 9 }, (_, at) => ({ name: `p${at}`, delayMs: 1 }))],
  ['no object', [5]],
  ['no name', [{ delayMs: 1 }]],
  ['a name with a space', [{ name: 'a b', delayMs: 1 }]],
  [
    'one name twice',
    [
      { name: 'a', delayMs: 1 },
      { name: 'a', delayMs: 1 },
    ],
  ],
  ['no delay', [{ name: 'a' }]],
  ['a delay that is no number', [{ name: 'a', delayMs: '5' }]],
  ['a delay that is not finite', [{ name: 'a', delayMs: Number.NaN }]],
  ['a negative loss', [{ name: 'a', delayMs: 1, lossPercent: -1 }]],
  ['an unknown kind', [{ name: 'a', delayMs: 1, kind: 'pigeon' }]],
  ['an unknown field', [{ name: 'a', delayMs: 1, delay: 1 }]],
  ['a rate of 0', [{ name: 'a', delayMs: 1, rateBps: 0 }]],
])('%s is refused with a sentence', (_, value) => {
  const read = readEmulatedPaths(value)
  expect(read.kind === 'problem' && read.message).toMatch(/^[A-Z].+\.$/)
})
