import { expect, it } from 'vitest'
import { createFakeWorld, fakeLinks } from '../../../test/fake/world'
import { streamLimits } from '../../shared/streams'
import type { StreamSnapshot } from '../../shared/view'
import { createHistory } from './history'
import { metrics, noSample } from './level'
import { streamTrack } from './stream-tracks'

const world = createFakeWorld({ links: fakeLinks, crossed: false })
world.streams.start('received', { kind: 'cbr', rateBps: 960_000, sizeBytes: 1200 }, 'us', 0)

/** A history of one received stream of 100 packets a second, each view changed as the test wants. */
function historyOf(
  change: (stream: StreamSnapshot, atMs: number) => Partial<StreamSnapshot>,
  untilMs = 6000,
) {
  const history = createHistory()
  for (let atMs = 1400; atMs <= untilMs; atMs += 200) {
    const snapshot = world.snapshot(1400)
    const streams = snapshot.streams.map((stream) => {
      const packets = { received: atMs / 10, sent: atMs / 10, bytes: 120 * atMs, deliveryGapMaxMs: 12 }
      const whole = { ...stream, ...packets }
      return { ...whole, ...change(whole, atMs) }
    })
    history.add({ ...snapshot, atMs, streams })
  }
  return history
}

function column(
  history: ReturnType<typeof createHistory>,
  level: 'fine' | 'seconds',
  metric: string,
): number[] {
  const track = history[level].tracks.get(streamTrack({ direction: 'received', id: 1 }))
  const values = track?.[metrics.indexOf(metric as (typeof metrics)[number])]
  return [...(values ?? [])].slice(0, history[level].length())
}

it('has the mean time between new packets, and their payload', () => {
  const history = historyOf(() => ({}))
  expect(column(history, 'fine', 'spacing').at(-1)).toBeCloseTo(10, 3)
  expect(column(history, 'fine', 'goodput').at(-1)).toBeCloseTo(960_000, 0)
})

it('has the longest gap of each row beside the mean, and that of the second in the row of its second', () => {
  const gaps: Readonly<Record<number, number>> = { 4400: 170, 5000: 90 }
  const history = historyOf((_, atMs) => ({ deliveryGapIntervalMs: gaps[atMs] ?? 12 }))
  const fine = column(history, 'fine', 'longestGap').map(Math.round)
  expect(fine.filter((value) => value !== 12)).toEqual([170, 90])
  expect(column(history, 'fine', 'spacing').at(-1)).toBeCloseTo(10, 3)
  expect(column(history, 'seconds', 'longestGap').map(Math.round)).toEqual([12, 12, 12, 12, 170, 12])
  for (const meanMs of column(history, 'seconds', 'spacing')) expect(meanMs).toBeCloseTo(10, 3)
})

it('has no longest gap where none was measured: before two packets, and of a peer that does not tell', () => {
  const history = historyOf(() => ({ deliveryGapIntervalMs: null }))
  expect(new Set(column(history, 'fine', 'longestGap'))).toEqual(new Set([noSample]))
  expect(new Set(column(history, 'seconds', 'longestGap'))).toEqual(new Set([noSample]))
})

it('grows while nothing comes, and ends after a stream was stopped', () => {
  const halted = historyOf((_, atMs) => ({ received: Math.min(atMs, 3000) / 10 }))
  expect(column(halted, 'fine', 'spacing').at(-1)).toBe(3000)
  expect(column(halted, 'fine', 'longestGap').at(-1)).toBe(3000)
  const stopped = historyOf(
    (_, atMs) => ({ received: Math.min(atMs, 3000) / 10, running: atMs < 3000 }),
    8000,
  )
  expect(column(stopped, 'fine', 'spacing').at(-1)).toBeNaN()
  expect(column(stopped, 'fine', 'longestGap').at(-1)).toBeNaN()
})

it('keeps the history of the last of all the streams that a session may have', () => {
  const history = createHistory()
  for (let atMs = 1400; atMs <= 3000; atMs += 200) {
    const snapshot = world.snapshot(1400)
    const streams = (['sent', 'received'] as const).flatMap((direction) =>
      Array.from({ length: streamLimits.streamsPerSession }, (_, at) => ({
        ...(snapshot.streams[0] as StreamSnapshot),
        direction,
        id: at + 1,
        received: atMs / 10,
      })),
    )
    history.add({ ...snapshot, atMs, streams })
  }
  const last = history.fine.tracks.get(
    streamTrack({ direction: 'received', id: streamLimits.streamsPerSession }),
  )
  expect(last?.[metrics.indexOf('spacing')]?.[history.fine.length() - 1]).toBeCloseTo(10, 3)
})
