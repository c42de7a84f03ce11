/** SCTP through a silence: werift's own timers, run by a clock that does not wait. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { closeAll, joined, openChannels, type Watched, type Way } from './testing'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
})
afterEach(() => {
  closeAll()
  vi.useRealTimers()
})

/** Lets what is under way arrive: a session hands on in later turns, which are real. */
async function turns(count = 50): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    await vi.advanceTimersByTimeAsync(500)
    await turns(2)
  }
}

async function openPair() {
  const line = { open: true }
  const record: Way = (data, deliver) => {
    if (line.open) deliver(data)
  }
  const opening = joined({ offererWays: { record }, answererWays: { record } })
  const { offerer, answerer } = await opening
  const open = openChannels(offerer, answerer)
  for (let tries = 0; tries < 40 && answerer.of('channel-open').length === 0; tries += 1) await turns()
  await open
  return { offerer, answerer, line }
}

const texts = (side: Watched) => side.of('message').map(({ data }) => Buffer.from(data).toString())

describe('an association whose records are all lost', () => {
  it('lives through five minutes, and delivers at once when it is told that the way is open', async () => {
    const { offerer, answerer, line } = await openPair()
    line.open = false
    for (let at = 0; at < 5; at += 1) offerer.session.sendMessage(Buffer.from(`m${at}`))
    await pass(300_000)
    expect(offerer.of('failed')).toEqual([])
    expect(answerer.of('failed')).toEqual([])
    line.open = true
    offerer.session.resume()
    await turns()
    expect(texts(answerer)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4'])
  })

  it('sends again every few seconds meanwhile, not after ever longer times', async () => {
    const { offerer, line } = await openPair()
    line.open = false
    offerer.session.sendMessage(Buffer.from('m'))
    await pass(240_000)
    const before = offerer.of('record').length
    await pass(60_000)
    expect(offerer.of('record').length - before).toBeGreaterThanOrEqual(60 / 4 - 1)
  })
})

it('a clock that is set does not make the association wait for minutes', async () => {
  const { offerer, answerer, line } = await openPair()
  offerer.session.sendMessage(Buffer.from('first'))
  // The acknowledgement comes when the wall clock has moved on by an hour.
  vi.setSystemTime(Date.now() + 3_600_000)
  await turns()
  line.open = false
  offerer.session.sendMessage(Buffer.from('lost'))
  await turns()
  line.open = true
  await pass(5000)
  expect(texts(answerer)).toEqual(['first', 'lost'])
})

it('there is nothing to send again where nothing waits', async () => {
  const { offerer } = await openPair()
  await pass(2000)
  const before = offerer.of('record').length
  offerer.session.resume()
  await turns()
  expect(offerer.of('record')).toHaveLength(before)
})
