import { expect, test } from 'vitest'
import type { SessionUpdate } from '../../shared/session'
import { createRandom, createSeededEntropy } from '../../sim'
import type { Clock } from '../ports'
import { warmUpBefore } from './warm-up'

const description: SessionUpdate = {
  kind: 'local-description',
  text: { type: 'offer', json: '{}', compact: '' },
}
const connected: SessionUpdate = {
  kind: 'event',
  event: { kind: 'ice-state', state: 'connected', atMs: 0 },
}

/** A thread whose time passes with each look at the clock, and what it is given to do. */
function thread(lookMs: number, mostSealed = Infinity) {
  let nowMs = 0
  const due: (() => void)[] = []
  const clock: Clock = {
    nowMs: () => (nowMs += lookMs),
    wallMs: () => 0,
    at(_atMs, callback) {
      due.push(callback)
      return () => undefined
    },
  }
  const seeded = createSeededEntropy(createRandom('warm-up'))
  let sealed = 0
  const entropy: typeof seeded = {
    ...seeded,
    seal(...of) {
      sealed += 1
      if (sealed > mostSealed) throw new Error('broken')
      return seeded.seal(...of)
    },
  }
  const told: SessionUpdate[] = []
  const tell = warmUpBefore(clock, entropy, (update) => told.push(update))
  /** Does what is to be done; how long each piece of it took, ms. */
  const work = async (most = Infinity): Promise<number[]> => {
    const took: number[] = []
    while (due.length > 0 && took.length < most) {
      for (let turn = 0; turn < 50; turn++) await Promise.resolve()
      const startMs = nowMs
      due.shift()?.()
      took.push(nowMs - startMs)
    }
    return took
  }
  return { tell, told, work, sealed: () => sealed }
}

test('a session that waits for the other description runs many packets of each way, a few milliseconds at a time', async () => {
  const { tell, told, work, sealed } = thread(0.01)
  expect(await work()).toEqual([])
  tell(description)
  expect(told).toEqual([description])
  const took = await work()
  expect(sealed()).toBeGreaterThan(10_000)
  expect(took.length).toBeGreaterThan(50)
  expect(Math.max(...took)).toBeLessThan(2.1)
  tell(description)
  expect(await work()).toEqual([])
})

const answered: SessionUpdate = { kind: 'paste-accepted', type: 'answer' }
const ended: SessionUpdate = { kind: 'ended', atMs: 0, reason: 'done', detail: null }

test('it stops when the answer is there, when a path works, and when the session ends', async () => {
  for (const update of [answered, connected, ended]) {
    const { tell, told, work, sealed } = thread(0.01)
    tell(description)
    await work(40)
    const before = sealed()
    expect(before).toBeGreaterThan(100)
    tell(update)
    await work()
    expect(told.at(-1)).toBe(update)
    expect(sealed() - before).toBeLessThan(10)
  }
})

test('it stops after two seconds of work on a slow machine', async () => {
  const { tell, work, sealed } = thread(0.2)
  tell(description)
  const took = await work()
  const workedMs = took.reduce((sum, ms) => sum + ms, 0)
  expect(workedMs).toBeGreaterThan(1900)
  expect(workedMs).toBeLessThan(2500)
  expect(sealed()).toBeLessThan(10_000)
})

test('what breaks in it is nothing to the session', async () => {
  for (const mostSealed of [0, 500]) {
    const { tell, told, work, sealed } = thread(0.01, mostSealed)
    tell(description)
    await work()
    expect(sealed()).toBe(mostSealed + 1)
    tell(connected)
    expect(told).toEqual([description, connected])
  }
})
