import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createFakeWorld, fakeLinks } from '../../../test/fake/world'
import type { SessionInfo } from '../../shared/ipc'
import type { SessionUpdate } from '../../shared/session'
import { createSessionFeed } from './session-feed'

const session: SessionInfo = { id: 's', role: 'offerer', title: 'T', requestedAtMs: 0, recording: null }
const world = createFakeWorld({ links: fakeLinks, crossed: false })
const snapshot = (atMs: number): SessionUpdate => ({ kind: 'snapshot', snapshot: world.snapshot(atMs) })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('shows snapshots at most four times a second, and records every one', () => {
  const feed = createSessionFeed()
  feed.begin(session)
  feed.take('s', [snapshot(200)])
  let shown = 0
  feed.subscribe(() => {
    shown += 1
  })
  for (let at = 1; at <= 50; at += 1) {
    feed.take('s', [snapshot(200 + at * 20)])
    vi.advanceTimersByTime(20)
  }
  expect(shown).toBeGreaterThanOrEqual(3)
  expect(shown).toBeLessThanOrEqual(5)
  expect(feed.current()?.history.fine.length()).toBe(51)
})

it('shows what a person waits for at once', () => {
  const feed = createSessionFeed()
  feed.begin(session)
  feed.take('s', [{ kind: 'paste-accepted', type: 'answer' }])
  expect(feed.current()?.view.accepted).toBe('answer')
})

it('stands still while paused, goes on recording, and catches up after', () => {
  const feed = createSessionFeed()
  feed.begin(session)
  feed.take('s', [snapshot(200)])
  feed.pause(true)
  feed.take('s', [snapshot(400), { kind: 'paste-accepted', type: 'answer' }])
  vi.advanceTimersByTime(1000)
  expect(feed.current()?.view.snapshot?.atMs).toBe(200)
  feed.pause(false)
  expect(feed.current()?.view.snapshot?.atMs).toBe(400)
})

it('shows the end of a session even while paused', () => {
  const feed = createSessionFeed()
  feed.begin(session)
  feed.pause(true)
  feed.take('s', [{ kind: 'ended', atMs: 500, reason: 'peer-gone', detail: null }])
  expect(feed.current()?.view.ended?.reason).toBe('peer-gone')
})

it('takes up updates that came before the answer that named their session, and no others', () => {
  const feed = createSessionFeed()
  feed.take('s', [{ kind: 'paste-accepted', type: 'offer' }])
  feed.take('another', [{ kind: 'paste-accepted', type: 'answer' }])
  feed.begin(session)
  expect(feed.current()?.view.accepted).toBe('offer')
})
