import { expect, test } from 'vitest'
import { createRandom } from './random'

test('a seed gives one sequence, another seed another', () => {
  const draw = (seed: number | string) => Array.from({ length: 5 }, createRandom(seed).next)
  expect(draw(1)).toEqual(draw('1'))
  expect(draw(1)).not.toEqual(draw(2))
})

test('numbers are spread evenly', () => {
  const random = createRandom('even')
  const counts = new Array<number>(10).fill(0)
  for (let drawn = 0; drawn < 100_000; drawn++) {
    const at = random.int(10)
    counts[at] = (counts[at] ?? 0) + 1
  }
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400)
})

test('a fork does not depend on what was drawn before it', () => {
  const fresh = createRandom(1).fork('a').next()
  const used = createRandom(1)
  used.next()
  expect(used.fork('a').next()).toBe(fresh)
  expect(used.fork('b').next()).not.toBe(fresh)
})
