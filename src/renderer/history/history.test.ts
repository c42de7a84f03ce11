import { describe, expect, it } from 'vitest'
import { createFakeWorld, fakeLinks } from '../../../test/fake/world'
import { levelFor, readColumns } from './columns'
import { createHistory } from './history'
import { createLevel, gap, metrics, noSample } from './level'
import { rangeOf, zoomed } from './time-window'

const row = (value: number) => new Float32Array(metrics.length).fill(value)
const one = (value: number) => new Map([[1, row(value)]])

describe('a level', () => {
  it('drops its older half when it is full, and keeps the newest in order', () => {
    const level = createLevel({ binMs: 200, capacity: 8, whenFull: 'drop-oldest', tracksLimit: 4 })
    for (let at = 0; at < 20; at += 1) level.append(at * 200, one(at))
    const rtt = level.tracks.get(1)?.[0]
    const kept = Array.from({ length: level.length() }, (_, at) => [level.times[at], rtt?.[at]])
    expect(kept[kept.length - 1]).toEqual([3800, 19])
    expect(kept).toEqual(
      kept.map((_, at) => [3800 - (kept.length - 1 - at) * 200, 19 - (kept.length - 1 - at)]),
    )
    expect(level.length()).toBeLessThanOrEqual(8)
  })

  it('merges neighbours when it is full, so that a session of any length fits', () => {
    const level = createLevel({ binMs: 1000, capacity: 8, whenFull: 'merge', tracksLimit: 4 })
    for (let at = 0; at < 1000; at += 1) level.append(at * 1000, one(at))
    expect(level.length()).toBeLessThanOrEqual(8)
    expect(level.times[0]).toBe(0)
    const covered = level.length() * level.binMs()
    expect(covered).toBeGreaterThanOrEqual(1_000_000)
    const rtt = level.tracks.get(1)
    const middles = Array.from({ length: level.length() }, (_, at) => rtt?.[0]?.[at] ?? 0)
    expect([...middles].sort((a, b) => a - b)).toEqual(middles)
    // The first bin's bounds are those of all the rows that went into it, its line their mean.
    const rows = level.binMs() / 1000
    expect(rtt?.[metrics.indexOf('rttLow')]?.[0]).toBe(0)
    expect(rtt?.[metrics.indexOf('rttHigh')]?.[0]).toBe(rows - 1)
    expect(middles[0]).toBeCloseTo((rows - 1) / 2, 3)
  })

  it('keeps a gap a gap when it merges, and a value beside a gap a value', () => {
    const level = createLevel({ binMs: 1000, capacity: 4, whenFull: 'merge', tracksLimit: 4 })
    for (const value of [gap, gap, 5, gap, 7]) level.append(0, one(value))
    const rtt = level.tracks.get(1)?.[0]
    expect(Number.isNaN(rtt?.[0] ?? 0)).toBe(true)
    expect(rtt?.[1]).toBe(5)
  })

  it('records no more pairs than its limit', () => {
    const level = createLevel({ binMs: 200, capacity: 8, whenFull: 'drop-oldest', tracksLimit: 2 })
    level.append(0, new Map([1, 2, 3].map((id) => [id, row(1)])))
    expect([...level.tracks.keys()]).toEqual([1, 2])
  })
})

describe('the history of a session', () => {
  const outage = { pairId: 1, fromMs: 20_000, toMs: 30_000 }
  const history = createHistory()
  const world = createFakeWorld({ links: fakeLinks, crossed: false, outage })
  for (let atMs = 200; atMs <= 40_000; atMs += 200) history.add(world.snapshot(atMs))
  const range = { fromMs: 0, toMs: 40_000 }

  it('has a gap, not a zero, where a pair was down', () => {
    const { xs, ys } = readColumns(history.fine, range, [1], ['rtt'], 0)
    const down = xs.findIndex((seconds) => seconds > 25)
    expect(ys[0]?.[down]).toBeNull()
    expect(ys[0]?.[down - 40]).toBeGreaterThan(15)
    expect(ys[0]?.[ys[0].length - 1]).toBeGreaterThan(15)
  })

  it('measures rates over a second, so that they do not jump with single messages', () => {
    // 120 packets of 520 bytes every 200 ms.
    expect(history.rates(2)?.sentBps).toBeCloseTo(120 * 5 * 520 * 8, -4)
  })

  it('holds the line through rows without a sample while the pair lives', () => {
    const sparse = createHistory()
    const pair = createFakeWorld({ links: fakeLinks.slice(0, 1), crossed: false })
    for (let atMs = 1000; atMs <= 4000; atMs += 200) {
      const snapshot = pair.snapshot(atMs)
      const rttIntervalMs = atMs % 1000 === 0 ? 20 : null
      sparse.add({ ...snapshot, pairs: snapshot.pairs.map((each) => ({ ...each, rttIntervalMs })) })
    }
    expect(sparse.fine.tracks.get(1)?.[0]?.[1]).toBe(noSample)
    const { ys } = readColumns(sparse.fine, { fromMs: 1000, toMs: 4000 }, [1], ['rtt'], 0)
    expect(ys[0]?.filter((value) => value === null)).toEqual([])
    expect(ys[0]?.filter((value) => value === 20)).toHaveLength(4)
  })

  it('reads nothing for a pair it does not know', () => {
    const { xs, ys } = readColumns(history.fine, range, [99], ['rtt'], 0)
    expect(ys[0]).toEqual(xs.map(() => null))
  })

  it('forgets pairs that are listed no more, and so has room for all that come in a long session', () => {
    const long = createHistory()
    const [pair] = createFakeWorld({ links: fakeLinks, crossed: false }).snapshot(5000).pairs
    const empty = createFakeWorld({ links: fakeLinks, crossed: false }).snapshot(5000)
    for (let id = 1; id <= 600; id += 1) {
      const pairs = [id, id + 1].flatMap((each) => (pair ? [{ ...pair, id: each }] : []))
      long.add({ ...empty, atMs: 5000 + 1000 * id, pairs })
    }
    for (const level of [long.fine, long.seconds, long.whole])
      expect([...level.tracks.keys()].filter((track) => track > 0)).toEqual([600, 601])
    expect(long.rates(1)).toBeNull()
    expect(long.rates(600)).not.toBeNull()
  })

  it('takes the finest level that still holds the stretch', () => {
    expect(levelFor(history, { fromMs: 10_000, toMs: 40_000 })).toBe(history.fine)
    expect(levelFor(history, { fromMs: 0, toMs: 300_000 })).toBe(history.seconds)
    expect(levelFor(history, { fromMs: 0, toMs: 4_000_000 })).toBe(history.whole)
  })
})

describe('the time window', () => {
  it('follows the session, and fills the width while the session is young', () => {
    expect(rangeOf({ kind: 'follow', name: '1min' }, 300_000)).toEqual({ fromMs: 240_000, toMs: 300_000 })
    expect(rangeOf({ kind: 'follow', name: '5min' }, 20_000)).toEqual({ fromMs: 0, toMs: 20_000 })
    expect(rangeOf({ kind: 'follow', name: 'all' }, 20_000)).toEqual({ fromMs: 0, toMs: 20_000 })
  })

  it('zooms a following view by windows and a fixed one about its middle, within the session', () => {
    expect(zoomed({ kind: 'follow', name: '1min' }, 'in', 0)).toEqual({ kind: 'follow', name: '10s' })
    expect(zoomed({ kind: 'follow', name: '10s' }, 'in', 0)).toEqual({ kind: 'follow', name: '10s' })
    expect(zoomed({ kind: 'follow', name: 'all' }, 'out', 0)).toEqual({ kind: 'follow', name: 'all' })
    const fixed = { kind: 'fixed', fromMs: 10_000, toMs: 30_000 } as const
    expect(zoomed(fixed, 'in', 60_000)).toEqual({ kind: 'fixed', fromMs: 15_000, toMs: 25_000 })
    expect(zoomed(fixed, 'out', 35_000)).toEqual({ kind: 'fixed', fromMs: 0, toMs: 35_000 })
    const short = { kind: 'fixed', fromMs: 0, toMs: 2000 } as const
    expect(zoomed(short, 'in', 60_000)).toBe(short)
  })
})
