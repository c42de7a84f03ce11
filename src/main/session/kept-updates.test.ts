import { expect, it } from 'vitest'
import type { SessionUpdate } from '../../shared/session'
import { keepUpdate, keptUpdatesLimit } from './kept-updates'

const warning = (atMs: number): SessionUpdate => ({
  kind: 'warning',
  atMs,
  warning: { kind: 'stall', message: '' },
})

it('a window that is loaded anew late in a session gets its beginning and what came last', () => {
  const kept: SessionUpdate[] = []
  for (let atMs = 1; atMs <= 5000; atMs += 1) keepUpdate(kept, warning(atMs))
  expect(kept).toHaveLength(keptUpdatesLimit)
  const times = kept.map((update) => (update.kind === 'warning' ? update.atMs : null))
  expect(times.slice(0, 1000)).toEqual(Array.from({ length: 1000 }, (_, at) => at + 1))
  expect(times.slice(-1000)).toEqual(Array.from({ length: 1000 }, (_, at) => at + 4001))
})
