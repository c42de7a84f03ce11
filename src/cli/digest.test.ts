import { expect, it } from 'vitest'
import { createFakeWorld, fakeLinks } from '../../test/fake/world'
import { exampleOptions, exampleSnapshot } from '../shared/testing'
import { digestText } from './digest'
import { cleanCell } from './table'

const lines = (text: string) => text.split('\n')
const tables = (text: string) => lines(text).filter((line) => line.includes('→') || line.startsWith('pair'))

it('shows every figure of a pair on one line when there is room', () => {
  const text = digestText(exampleSnapshot(6), 200)
  const [header, first] = tables(text)
  for (const title of [
    'state',
    'rtt ms',
    'min',
    'p50',
    'p95',
    'p99',
    'sent',
    'received',
    'weight',
    'prevented',
  ]) {
    expect(header).toContain(title)
  }
  expect(first).toMatch(/^eth0 → eth0 +up +0 ms +2\d\.\d/)
  expect(text).toContain('messages received')
  expect(lines(text)[0]).toMatch(/^00:00:06 {2}connected, 9 of 9 pairs up, redundant, cost ×8\.8$/)
})

it('keeps to 80 columns by continuing below, with the label on each part', () => {
  const text = digestText(exampleSnapshot(6), 80)
  expect(Math.max(...tables(text).map((line) => line.length))).toBeLessThanOrEqual(80)
  expect(tables(text).filter((line) => line.startsWith('eth0 → eth0')).length).toBeGreaterThan(1)
  const words = text.replace(/\s+/g, ' ')
  for (const title of ['p99', 'share%', 'prevented']) expect(words).toContain(title)
})

it('leaves empty what was not measured', () => {
  const snapshot = exampleSnapshot(6)
  const pairs = snapshot.pairs.map((pair) => ({ ...pair, rttMs: null, lastReceivedMs: null }))
  const [, first] = tables(digestText({ ...snapshot, pairs }, 200))
  expect(first).toMatch(/^eth0 → eth0 +up {40,}/)
})

it('counts the pairs that never answered instead of listing them', () => {
  const snapshot = exampleSnapshot(6, { ...exampleOptions, pairs: 64 })
  const pairs = snapshot.pairs.map((pair, at) => ({
    ...pair,
    state: at < 3 ? pair.state : ('no-reply' as const),
  }))
  const text = digestText({ ...snapshot, pairs }, 200)
  expect(text).toContain('61 more pairs: 61 no reply')
})

it('lets no control character of a name reach the terminal', () => {
  expect(cleanCell('a\u001b[31mb\u202ec', 20)).toBe('a[31mbc')
  expect(cleanCell('x'.repeat(30), 10)).toBe(`${'x'.repeat(9)}…`)
})

it('says why each pair has its part, when asked', () => {
  const snapshot = exampleSnapshot(6)
  const [pair] = snapshot.pairs
  if (pair === undefined) throw new Error('no pair')
  const spreading = {
    switches: 2,
    lastSwitch: { atMs: 4000, fromId: 9, toId: pair.id, reason: 'overdue' },
    reasons: [{ pairId: pair.id, reason: { kind: 'fastest', delayMs: 21.2, marginMs: 8 } }],
  } as const
  const text = digestText({ ...snapshot, spreading }, 200, true)
  expect(text).toContain(`why ${pair.label}: The fastest: 21.2 ms expected, the next 8.0 ms more.`)
  expect(text).toContain('switched 2 times, 2.0 s ago to')
  expect(digestText({ ...snapshot, spreading }, 200)).not.toContain('why')
})

it('says in words what this machine did not read in time, once there is any', () => {
  const snapshot = exampleSnapshot(6)
  expect(digestText(snapshot, 200)).not.toContain('too busy')
  const droppedUnread = [{ interfaceName: 'eth0', datagrams: 41 }]
  expect(lines(digestText({ ...snapshot, droppedUnread }, 200))).toContain(
    'This machine was too busy to read 41 datagrams in time, and its system dropped them (eth0 41): they count as lost on the paths, though no path lost them.',
  )
})

it('says of records how they were reordered and what their order cost, once there are any', () => {
  const snapshot = exampleSnapshot(6)
  expect(lines(digestText({ ...snapshot, records: null }, 200)).join('')).not.toContain('records')
  expect(lines(digestText(snapshot, 200))).toContain(
    'records  received  120 arrived, 2 reordered (extent 3), 2 held (p50 10.1, p99 19.3 ms), 1 gap given up',
  )
})

it('says which path a stream goes on without, and why', () => {
  const spec = { kind: 'cbr', rateBps: 30_000_000, sizeBytes: 1200 } as const
  const rest = { pairId: 1, label: 'lte → lte', sentBps: 31_200_000, lostPercent: 67 }
  const world = createFakeWorld({ links: fakeLinks, crossed: true })
  world.streams.start('sent', spec, 'us', 1000)
  world.streams.rest(1, rest, 2000)
  const snapshot = world.snapshot(6000)
  expect(digestText(snapshot, 200)).toContain('lte → lte rests (67.00 % lost)')
  const streams = snapshot.streams.map((stream) => ({
    ...stream,
    rests: stream.rests.map((one) => ({ ...one, state: 'over' as const })),
  }))
  expect(digestText({ ...snapshot, streams }, 200)).not.toContain('rests')
})
