import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createFakeWorld, fakeLinks } from '../../../test/fake/world'
import { wire } from '../../shared/ipc'
import type { SessionUpdate } from '../../shared/session'
import { createUpdatePusher } from './push-updates'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const world = createFakeWorld({ links: fakeLinks, crossed: false })
const snapshot = (atMs: number): SessionUpdate => ({ kind: 'snapshot', snapshot: world.snapshot(atMs) })
const ended: SessionUpdate = { kind: 'ended', atMs: 1, reason: 'done', detail: null }

function pusher() {
  const sent: { name: string; payload: { sessionId: string; updates: SessionUpdate[] } }[] = []
  const logged: string[] = []
  const it = createUpdatePusher({
    sessionId: 's',
    send: (channel, name, payload) => {
      expect(channel).toBe(wire.push)
      sent.push({ name, payload: payload as { sessionId: string; updates: SessionUpdate[] } })
    },
    log: (message) => logged.push(message),
  })
  return { ...it, sent, logged }
}

it('sends what comes together as one message, in order', () => {
  const { push, sent } = pusher()
  push(snapshot(200))
  push(snapshot(400))
  expect(sent).toEqual([])
  vi.advanceTimersByTime(60)
  expect(sent).toHaveLength(1)
  expect(sent[0]?.name).toBe('session-updates')
  expect(
    sent[0]?.payload.updates.map((update) => update.kind === 'snapshot' && update.snapshot.atMs),
  ).toEqual([200, 400])
})

it('does not hold back the end', () => {
  const { push, sent } = pusher()
  push(snapshot(200))
  push(ended)
  expect(sent[0]?.payload.updates.map((update) => update.kind)).toEqual(['snapshot', 'ended'])
})

it('sends long before it holds more than a message may carry', () => {
  const { push, sent } = pusher()
  for (let at = 0; at < 10_000; at += 1) push({ kind: 'paste-accepted', type: 'answer' })
  expect(sent.length).toBeGreaterThanOrEqual(2)
  expect(Math.max(...sent.map(({ payload }) => payload.updates.length))).toBeLessThanOrEqual(4096)
})

it('holds a malformed update back and says so, a few times and not forever', () => {
  const { push, sent, logged } = pusher()
  for (let at = 0; at < 50; at += 1) push({ ...snapshot(200), snapshot: { pairs: 7 } } as never)
  push(ended)
  expect(sent[0]?.payload.updates.map((update) => update.kind)).toEqual(['ended'])
  expect(logged.length).toBeGreaterThan(0)
  expect(logged.length).toBeLessThan(10)
})
