import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { failureOf, runCampaign } from './campaign'
import { readInputs } from './files'
import { mutate } from './mutate'
import { mutateJson } from './mutate-json'
import { readOptions } from './options'
import { createRandom } from './random'
import { bytesOf, demand, type Target, textOf } from './target'
import { targets } from './targets'

const folder = join(process.cwd(), 'test', 'fuzz')
/** Time is looked at when fuzzing; here the machine may be busy with all the other tests. */
const untimed = (target: Target): Target => ({ ...target, slowMs: Infinity })

describe('every parser of what others made', () => {
  it.each(targets.map((target) => [target.name, target] as const))(
    '%s holds its properties for the samples, the kept corpus, and what once broke it',
    (_, target) => {
      const inputs = [
        ...target.samples(),
        ...readInputs(folder, 'corpus', target),
        ...readInputs(folder, 'pinned', target),
      ]
      for (const input of inputs) expect(failureOf(untimed(target), input)).toBeUndefined()
    },
    30_000,
  )

  it('has a target for every kept folder', () => {
    const known = targets.map((target) => target.name)
    for (const shelf of ['corpus', 'pinned']) {
      const place = join(folder, shelf)
      if (existsSync(place)) expect(known).toEqual(expect.arrayContaining(readdirSync(place)))
    }
  })
})

describe('the fuzzer', () => {
  const target = (run: (text: string) => void, words: readonly string[] = []): Target => ({
    name: 'planted',
    form: 'text',
    maxBytes: 64,
    samples: () => [bytesOf('{"a":1}')],
    words: words.map(bytesOf),
    run: (input) => run(textOf(input)),
  })
  const campaign = (planted: Target) =>
    runCampaign(planted, { seconds: 0.2, seed: 1, known: [], before: () => undefined })

  it('finds what throws, tells each kind once, and cuts its input down to what it takes', () => {
    const planted = target(
      (text) => demand(!text.includes('BAD'), `no BAD at ${text.indexOf('BAD')}`),
      ['BAD'],
    )
    const { failures, runs } = campaign(planted)
    expect(failures.map(({ input }) => textOf(input))).toEqual(['BAD'])
    expect(failures[0]?.message).toContain('no BAD at')
    expect(runs).toBeGreaterThan(100)
  })

  it('finds nothing where nothing is wrong', () => {
    expect(campaign(target(() => undefined)).failures).toEqual([])
  })

  it('makes the same inputs from the same seed, and none that is too long', () => {
    const inputsOf = (seed: number) => {
      const random = createRandom(seed)
      const pool = { words: [bytesOf('word')], others: [bytesOf('other')], maxBytes: 20 }
      return Array.from({ length: 200 }, () => mutate(bytesOf('sample'), random, pool))
    }
    expect(inputsOf(7)).toEqual(inputsOf(7))
    expect(inputsOf(7)).not.toEqual(inputsOf(8))
    expect(Math.max(...inputsOf(7).map((input) => input.length))).toBeLessThanOrEqual(20)
  })

  it('changes values within JSON and leaves it JSON', () => {
    const random = createRandom(3)
    const text = JSON.stringify({ a: [1, 'x', { b: null }], c: true })
    const changed = Array.from({ length: 100 }, () => mutateJson(text, random) ?? '')
    expect(new Set(changed).size).toBeGreaterThan(50)
    for (const one of changed) expect(() => JSON.parse(one) as unknown).not.toThrow()
    expect(mutateJson('no JSON', random)).toBeUndefined()
  })

  it('refuses options that it does not understand with a sentence', () => {
    expect(readOptions(['--seconds', '5', '--target', 'a', '--seed', '7'], ['a', 'b'])).toEqual({
      seconds: 5,
      seed: 7,
      targets: ['a'],
      keep: false,
    })
    for (const wrong of [['--seconds'], ['--seconds', 'x'], ['--target', 'c'], ['--what', '1']]) {
      expect(readOptions(wrong, ['a', 'b'])).toMatch(/\.$/)
    }
  })
})
