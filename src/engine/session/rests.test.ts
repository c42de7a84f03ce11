import { expect, test } from 'vitest'
import type { EngineEvent } from '../face/event'
import type { EngineCommand } from '../face/io'
import type { EngineSettings } from '../face/settings'
import type { StreamSnapshot } from '../face/streams'
import { pairOfEngines, type TestLink } from '../testing'

const rateBps = 30_000_000
const big = { kind: 'cbr', rateBps, sizeBytes: 1200 } as const
const link = (delayMs: number, loss = 0): TestLink => ({ delayMs, loss, up: true })

/** Loses two fifths of all packets, which is as if a stream of this rate were too much for it. */
const tooNarrow = 0.4

function connected(links: TestLink[], settings: Partial<EngineSettings> = {}) {
  const world = pairOfEngines(links, {
    messages: { enabled: false, ratePerSecond: 1, sizeBytes: 128 },
    use: 'disjoint',
    ...settings,
  })
  world.connect()
  world.runUntil(1000)
  const command = (given: EngineCommand) => world.give(0, { kind: 'command', command: given })
  return {
    ...world,
    command,
    start: (spec: EngineSettings['streams'][number]) =>
      command({ kind: 'start-stream', direction: 'sent', spec }),
    told: (index: 0 | 1, ...kinds: EngineEvent['kind'][]) =>
      world.hosts[index].events.filter(({ kind }) => kinds.includes(kind)),
    stream: (index: 0 | 1, id = 1): StreamSnapshot => {
      const { streams } = world.hosts[index].engine.snapshot(world.now())
      const found = streams.find(
        (one) => one.id === id && one.direction === (index === 0 ? 'sent' : 'received'),
      )
      if (found === undefined) throw new Error(`no stream ${id}`)
      return found
    },
    /** Copies of the stream that went over each link so far. */
    copies: (id = 1): number[] => {
      const { pairs, streams } = world.hosts[0].engine.snapshot(world.now())
      return links.map((_, at) => {
        const pair = pairs.find((one) => one.straight && one.local.interfaceName === `link${at + 1}`)
        const of = streams.find((one) => one.id === id && one.direction === 'sent')
        return of?.paths.find(({ pairId }) => pairId === pair?.id)?.packets ?? 0
      })
    },
    pairOn: (at: number): number => {
      const { pairs } = world.hosts[0].engine.snapshot(world.now())
      return pairs.find((one) => one.straight && one.local.interfaceName === `link${at + 1}`)?.id ?? 0
    },
    reasonOf: (at: number) => {
      const { pairs, spreading } = world.hosts[0].engine.snapshot(world.now())
      const pair = pairs.find((one) => one.straight && one.local.interfaceName === `link${at + 1}`)
      return spreading.reasons.find(({ pairId }) => pairId === pair?.id)?.reason
    },
  }
}

/** Packets that a link got between now and then. */
function sentUntil(world: ReturnType<typeof connected>, untilMs: number, id = 1): number[] {
  const before = world.copies(id)
  world.runUntil(untilMs)
  return world.copies(id).map((count, at) => count - (before[at] ?? 0))
}

test('redundant: a path that is too narrow for a stream rests, and the stream goes on over the others whole', () => {
  const world = connected([link(10), link(20, tooNarrow)])
  world.start(big)
  world.start({ kind: 'voice' })
  world.runUntil(5000)
  const [rests] = world.told(0, 'stream-path-rests')
  expect(rests).toMatchObject({
    direction: 'sent',
    id: 1,
    spec: big,
    label: 'link2 → 10.0.2.2',
    restMs: 10_000,
  })
  expect(rests?.atMs).toBeLessThan(3500)
  expect(world.told(0, 'stream-broken', 'stream-stopped')).toEqual([])
  const [big1, small1] = [sentUntil(world, 7000), world.copies(2)]
  expect(big1[0]).toBeGreaterThan(6000)
  expect(big1[1]).toBe(0)
  expect(small1[1]).toBe(small1[0])
  const sent = world.stream(0)
  expect(sent.running).toBe(true)
  const [rest] = sent.rests
  expect(rest).toMatchObject({ pairId: world.pairOn(1), state: 'resting', times: 1 })
  expect(rest?.sentBps).toBeGreaterThan(rateBps)
  expect(Math.abs((rest?.lostPercent ?? 0) - 40)).toBeLessThan(5)
  expect(world.reasonOf(1)).toMatchObject({
    kind: 'resting',
    streams: [{ streamId: 1, sentBps: rest?.sentBps, lostPercent: rest?.lostPercent }],
  })
  expect(world.reasonOf(0)).toEqual({ kind: 'copies', capBps: null })
  expect(world.stream(1)).toMatchObject({ running: true, lost: 0 })
})

test('the peer is told which path rests for its stream, why, and until when', () => {
  const world = connected([link(10), link(20, tooNarrow)])
  world.start(big)
  world.runUntil(5000)
  const [here] = world.stream(0).rests
  const [there] = world.stream(1).rests
  expect(there).toMatchObject({
    label: 'link2 → 10.0.2.1',
    state: 'resting',
    times: 1,
    sentBps: here?.sentBps,
    lostPercent: here?.lostPercent,
  })
  expect(Math.abs((there?.againAtMs ?? 0) - (here?.againAtMs ?? 0))).toBeLessThan(30)
  expect(Math.abs((there?.restedMs ?? 0) - (here?.restedMs ?? 0))).toBeLessThan(30)
  expect(world.told(1, 'stream-path-rests')).toMatchObject([
    { direction: 'received', id: 1, spec: big, label: 'link2 → 10.0.2.1', restMs: 10_000 },
  ])
  world.links[1] = Object.assign(world.links[1] as TestLink, { loss: 0 })
  world.runUntil(18_000)
  for (const side of [0, 1] as const) {
    const kinds = world.told(side, 'stream-path-rests', 'stream-path-tried', 'stream-path-returns')
    expect(kinds.map(({ kind }) => kind)).toEqual([
      'stream-path-rests',
      'stream-path-tried',
      'stream-path-returns',
    ])
    expect(world.stream(side).rests).toMatchObject([{ state: 'over', times: 1, againAtMs: null }])
  }
  expect(sentUntil(world, 19_000)).toEqual([3125, 3125])
})

test.each([
  [
    'a path rests that loses 22 % of what its queue has no room for',
    { rateBps: 24_000_000, queueMs: 120 },
    1,
  ],
  ['none rests that loses 22 % at random and takes 150 ms longer', { delayMs: 170, loss: 0.22 }, 0],
])('%s', (_name, becomes, times) => {
  const world = connected([link(10), link(20)])
  world.start(big)
  world.runUntil(3000)
  Object.assign(world.links[1] as TestLink, becomes)
  world.runUntil(9000)
  expect(world.told(0, 'stream-path-rests')).toHaveLength(times)
})

test('a try that fails ends within a second and makes the next rest twice as long', () => {
  const world = connected([link(10), link(20, tooNarrow)])
  world.start(big)
  world.runUntil(40_000)
  const told = world.told(0, 'stream-path-rests', 'stream-path-tried')
  expect(told.map((event) => [event.kind, 'restMs' in event ? event.restMs : null])).toEqual([
    ['stream-path-rests', 10_000],
    ['stream-path-tried', null],
    ['stream-path-rests', 20_000],
    ['stream-path-tried', null],
    ['stream-path-rests', 40_000],
  ])
  const [, tried, again] = told
  expect((again?.atMs ?? 0) - (tried?.atMs ?? 0)).toBeLessThanOrEqual(1000)
  expect(world.stream(1)).toMatchObject({ running: true, lost: 0 })
})

test('all paths too narrow: they rest one after the other, and with the last the stream stops as before', () => {
  const world = connected([link(10, tooNarrow), link(10, 0.45)])
  world.start(big)
  world.runUntil(8000)
  expect(world.told(0, 'stream-path-rests')).toMatchObject([{ label: 'link2 → 10.0.2.2' }])
  expect(world.told(0, 'stream-broken')).toMatchObject([{ label: 'link1 → 10.0.1.2' }])
  for (const side of [0, 1] as const) {
    const stream = world.stream(side)
    expect(stream.running).toBe(false)
    expect(stream.rests).toMatchObject([{ state: 'over', times: 1 }])
    expect(stream.rests[0]?.restedMs).toBeLessThan(3000)
  }
})

test.each([
  ['that of them which it has room for remains', 40_000_000, 2],
  ['all rest when it has room for none', 10_000_000, 3],
])(
  'pairs that go by one narrow link rest together: %s',
  (_name, narrowBps, times) => {
    const world = connected([link(10), { ...link(20), rateBps: narrowBps }, link(30)], { use: 'all' })
    world.start(big)
    world.runUntil(3500)
    const rests = world.told(0, 'stream-path-rests')
    expect(rests).toHaveLength(times)
    expect(new Set(rests.map(({ atMs }) => atMs)).size).toBe(1)
    for (const rest of rests) expect('label' in rest && rest.label).toMatch(/^link2/)
    expect(world.told(0, 'stream-broken')).toEqual([])
  },
  60_000,
)

test('of several paths that rest for a stream one at a time is tried', () => {
  const world = connected([link(10), link(20, tooNarrow), link(30, tooNarrow)])
  world.start(big)
  world.runUntil(5000)
  expect(world.stream(0).rests.map(({ state }) => state)).toEqual(['resting', 'resting'])
  for (const path of world.links.slice(1)) path.loss = 0
  world.runUntil(20_000)
  const told = world.told(0, 'stream-path-tried', 'stream-path-returns')
  expect(told.map(({ kind }) => kind)).toEqual([
    'stream-path-tried',
    'stream-path-returns',
    'stream-path-tried',
    'stream-path-returns',
  ])
}, 60_000)

test('backup: the next in the order takes over from one that is too narrow, for the stream it is too narrow for', () => {
  const world = connected([link(10), link(20)], { mode: 'backup', backupOrder: ['link1', 'link2'] })
  const path = world.links[0] as TestLink
  path.loss = tooNarrow
  world.start(big)
  world.start({ kind: 'voice' })
  world.runUntil(4000)
  expect(world.told(0, 'stream-path-rests')).toMatchObject([{ id: 1, label: 'link1 → 10.0.1.2' }])
  path.loss = 0
  world.runUntil(6000)
  expect(sentUntil(world, 7000)).toEqual([0, 3125])
  expect(sentUntil(world, 8000, 2)).toEqual([50, 0])
  expect(world.reasonOf(0)).toMatchObject({ kind: 'resting', streams: [{ streamId: 1 }] })
  expect(world.reasonOf(1)).toEqual({ kind: 'stands-in', place: 2 })
  world.command({ kind: 'stop-stream', direction: 'sent', id: 2 })
  world.runUntil(8200)
  expect(world.reasonOf(1)).toEqual({ kind: 'active', place: 2 })
  expect(world.told(0, 'switch').at(-1)).toMatchObject({ reason: 'narrow', toLabel: 'link2 → 10.0.2.2' })
  const lostBefore = world.stream(1).lost
  path.loss = tooNarrow
  // A try costs the stream nothing: the other path still gets all.
  world.runUntil(15_000)
  expect(world.told(0, 'stream-path-tried').length).toBeGreaterThan(0)
  expect(world.stream(1)).toMatchObject({ running: true, lost: lostBefore })
})

test('where no other path works any more, one that rests carries again', () => {
  const world = connected([link(10), link(20, tooNarrow)])
  world.start({ ...big, rateBps: 10_000_000 })
  world.runUntil(4000)
  expect(world.stream(0).rests).toMatchObject([{ state: 'resting' }])
  ;(world.links[0] as TestLink).up = false
  ;(world.links[1] as TestLink).loss = 0
  world.runUntil(5000)
  expect(sentUntil(world, 6000)[1]).toBeGreaterThan(900)
  expect(world.stream(0).running).toBe(true)
})

test('what the user changes ends a rest: a lower rate, another mode, the order, or the path itself', () => {
  const cases: readonly ((world: ReturnType<typeof connected>) => EngineCommand)[] = [
    () => ({ kind: 'change-stream', direction: 'sent', id: 1, spec: { ...big, rateBps: 5_000_000 } }),
    () => ({ kind: 'set-mode', direction: 'sent', mode: 'backup' }),
    () => ({ kind: 'order-pairs', pairIds: [] }),
    (world) => ({ kind: 'pin-pair', pairId: world.pairOn(1), pinned: true }),
    (world) => ({ kind: 'cap-pair', pairId: world.pairOn(1), capBps: 5_000_000 }),
    (world) => ({ kind: 'include-pair', pairId: world.pairOn(1), included: false }),
  ]
  for (const change of cases) {
    const world = connected([link(10), link(20, tooNarrow)])
    world.start(big)
    world.runUntil(4000)
    expect(world.stream(0).rests).toMatchObject([{ state: 'resting' }])
    world.command(change(world))
    world.runUntil(4100)
    for (const side of [0, 1] as const) {
      expect(world.stream(side).rests).toMatchObject([{ state: 'over' }])
      expect(world.told(side, 'stream-path-returns')).toHaveLength(1)
    }
  }
})

test('a higher rate, or another path’s limit, ends none', () => {
  const world = connected([link(10), link(20, tooNarrow)])
  world.start(big)
  world.runUntil(4000)
  world.command({ kind: 'change-stream', direction: 'sent', id: 1, spec: { ...big, rateBps: 40_000_000 } })
  world.command({ kind: 'cap-pair', pairId: world.pairOn(0), capBps: 100_000_000 })
  world.runUntil(4100)
  expect(world.stream(0).rests).toMatchObject([{ state: 'resting' }])
})

test('no path rests where the only other one is limited to less than the stream', () => {
  const world = connected([link(10), link(20, tooNarrow)])
  world.command({ kind: 'cap-pair', pairId: world.pairOn(0), capBps: 1_000_000 })
  world.start(big)
  world.runUntil(5000)
  expect(world.told(0, 'stream-path-rests')).toEqual([])
  expect(world.told(0, 'stream-broken')).toMatchObject([{ label: 'link2 → 10.0.2.2' }])
})

test('of several streams the one that sends most leaves the path first', () => {
  const world = connected([link(10), link(20, tooNarrow)])
  world.start({ ...big, rateBps: 10_000_000 })
  world.start(big)
  world.runUntil(3000)
  expect(world.told(0, 'stream-path-rests')).toMatchObject([{ id: 2 }])
})
