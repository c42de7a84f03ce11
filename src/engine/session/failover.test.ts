import { expect, test } from 'vitest'
import { limits } from '../face/limits'
import type { Mode } from '../face/settings'
import type { StreamSnapshot, StreamSpec } from '../face/streams'
import { pairOfEngines, type TestLink } from '../testing'

const voice: StreamSpec = { kind: 'voice' }
const cbr: StreamSpec = { kind: 'cbr', rateBps: 1_000_000, sizeBytes: 1000 }

interface Outcome {
  readonly received: StreamSnapshot
  readonly sent: StreamSnapshot
  /** Bytes of all copies over those of the packets. */
  readonly factor: number
}

/** Two even links of 40 ms; the one that carries (or the first) dies for good, or comes back after 3 s. */
function outage(
  mode: Mode,
  spec: StreamSpec,
  comesBack = false,
  queue: Pick<TestLink, 'rateBps'> = {},
): Outcome {
  const links = [20, 20].map((delayMs): TestLink => ({ delayMs, loss: 0, up: true, ...queue }))
  const world = pairOfEngines(links, {
    mode,
    streams: [spec],
    messages: { enabled: false, ratePerSecond: 1, sizeBytes: 64 },
  })
  world.connect()
  world.runUntil(6000)
  const busiest = [...world.hosts[0].engine.snapshot(world.now()).pairs].sort((a, b) => b.share - a.share)[0]
  const dying = links[busiest?.local.interfaceName === 'link2' ? 1 : 0] as TestLink
  dying.up = false
  world.runUntil(9000)
  if (comesBack) dying.up = true
  world.runUntil(13_000)
  // So that nothing of it is under way at the end.
  if (spec.kind === 'bulk')
    world.give(0, { kind: 'command', command: { kind: 'stop-stream', direction: 'sent', id: 1 } })
  world.runUntil(14_000)
  const streamOf = (index: 0 | 1, direction: 'sent' | 'received') => {
    const found = world.hosts[index].engine
      .snapshot(world.now())
      .streams.find((stream) => stream.direction === direction)
    if (found === undefined) throw new Error('no stream')
    return found
  }
  const sent = streamOf(0, 'sent')
  return { received: streamOf(1, 'received'), sent, factor: sent.overheadFactor ?? 0 }
}

test.each([
  ['redundant', 25],
  ['weighted', 85],
  ['lowest-latency', 85],
  ['backup', 85],
  ['adaptive', 85],
] as const)('in %s mode a dead link loses no packet, and has no gap over %s ms', (mode, gapMs) => {
  for (const spec of [voice, cbr]) {
    const { received, factor } = outage(mode, spec)
    expect(received.lost).toBe(0)
    expect(received.inOrderGapMaxMs).toBeLessThanOrEqual(gapMs)
    if (mode !== 'redundant') expect(factor).toBeLessThan(1.1)
  }
})

test('both ends are shown an interruption when it happens, and the even pace before and after it', () => {
  const links: TestLink[] = [20, 20].map((delayMs) => ({ delayMs, loss: 0, up: true }))
  const world = pairOfEngines(links, { mode: 'single', streams: [voice] })
  world.connect()
  world.runUntil(6000)
  for (const link of links.slice(0, 1)) link.up = false
  world.runUntil(14_000)
  const gapsOf = (index: 0 | 1, direction: 'sent' | 'received', fromMs: number, toMs: number): number[] =>
    world.hosts[index].snapshots
      .filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
      .flatMap(({ streams }) => streams.filter((stream) => stream.direction === direction))
      .flatMap(({ deliveryGapIntervalMs }) => deliveryGapIntervalMs ?? [])
  for (const [index, direction] of [
    [1, 'received'],
    [0, 'sent'],
  ] as const) {
    const [before, during, after] = [
      gapsOf(index, direction, 3000, 6000),
      gapsOf(index, direction, 6000, 11_000),
      gapsOf(index, direction, 11_000, 14_000),
    ]
    expect(before.length).toBeGreaterThan(1)
    for (const gapMs of [...before, ...after]) expect(gapMs).toBeCloseTo(20, 0)
    expect(Math.max(...during)).toBeGreaterThan(2400)
    expect(Math.max(...during)).toBeLessThan(3100)
  }
})

test('in single mode a dead link costs what it costs a stock peer: 2.5 s', () => {
  const { received } = outage('single', voice)
  expect(received.deliveryGapMaxMs).toBeGreaterThan(2400)
  expect(received.deliveryGapMaxMs).toBeLessThan(3100)
  expect(received.lost).toBeGreaterThan(100)
})

test.each(['redundant', 'weighted', 'lowest-latency', 'backup', 'adaptive'] as const)(
  'in %s mode nothing is lost by a link that comes back',
  (mode) => {
    const { received } = outage(mode, cbr, true)
    expect(received.lost).toBe(0)
    expect(received.inOrderGapMaxMs).toBeLessThanOrEqual(85)
  },
)

test('a NAT that gives the only path a new port loses no packet of a stream on its way out', () => {
  const world = pairOfEngines([{ delayMs: 20, loss: 0, up: true }], {
    streams: [cbr],
    messages: { enabled: false, ratePerSecond: 1, sizeBytes: 64 },
  })
  world.connect()
  world.runUntil(4000)
  world.rebind(0, 6000)
  world.runUntil(8000)
  const { streams, pairs } = world.hosts[1].engine.snapshot(world.now())
  const received = streams.find(({ direction }) => direction === 'received')
  expect(received?.lost).toBe(0)
  expect(received?.inOrderGapMaxMs).toBeLessThan(300)
  const moved = pairs.find(({ remote }) => remote.port === 6000)
  expect(moved?.streamReceived.packets).toBeGreaterThan(300)
})

test('a NAT that maps anew again and again leaves few pairs behind, and every packet in the sums', () => {
  const world = pairOfEngines([{ delayMs: 20, loss: 0, up: true }], { streams: [{ kind: 'voice' }] })
  world.connect()
  world.runUntil(4000)
  const times = 38
  for (let time = 0; time < times; time += 1) {
    world.rebind(0, 6000 + time)
    world.runUntil(4000 + 2500 * (time + 1))
  }
  world.runUntil(world.now() + limits.closedPairMs + 4000)
  const { snapshots, engine } = world.hosts[1]
  const totals = snapshots.map(({ pairs, forgotten }) => [
    forgotten.pairs + pairs.length,
    pairs.reduce((sum, { sent }) => sum + sent.packets, forgotten.sent.packets),
    pairs.reduce((sum, { received }) => sum + received.bytes, forgotten.received.bytes),
    pairs.reduce((sum, { firstArrivals }) => sum + firstArrivals, forgotten.firstArrivals),
    pairs.reduce((sum, one) => sum + one.nominationsPrevented, forgotten.nominationsPrevented),
  ])
  for (const [at, now] of totals.entries())
    for (const [which, total] of now.entries())
      expect([at, which, total - (totals[at - 1]?.[which] ?? 0)]).toSatisfy(([, , grown]) => grown >= 0)
  const { pairs, forgotten, streams, spreading } = engine.snapshot(world.now())
  expect(pairs.length).toBeLessThanOrEqual(limits.closedPairs + 2)
  expect(forgotten.pairs + pairs.length).toBe(1 + times)
  expect(pairs.at(-1)).toMatchObject({ id: 1 + times, state: 'up', remote: { port: 6000 + times - 1 } })
  const ids = new Set(pairs.map(({ id }) => id))
  for (const { paths } of streams) expect(paths.every(({ pairId }) => ids.has(pairId))).toBe(true)
  expect(spreading.reasons.every(({ pairId }) => ids.has(pairId))).toBe(true)
  const [received] = streams.filter(({ direction }) => direction === 'received')
  expect(received).toMatchObject({ lost: 0 })
  // The sender is told of all that came, whichever of these pairs it came over.
  const told = world.hosts[0].engine.snapshot(world.now()).pairs
  const arrived = pairs.reduce((sum, { firstArrivals }) => sum + firstArrivals, forgotten.firstArrivals)
  const toldFirsts = told.reduce((sum, { peerFirstArrivals }) => sum + (peerFirstArrivals ?? 0), 0)
  expect(toldFirsts).toBeGreaterThan(arrived - 200)
  expect(toldFirsts).toBeLessThanOrEqual(arrived)
})

test('packets of streams from an address that no check follows are dropped, counted, and held in small number', () => {
  const world = pairOfEngines([{ delayMs: 20, loss: 0, up: true }], { streams: [cbr] })
  world.connect()
  world.runUntil(4000)
  const from = { family: 4, address: '10.9.9.9', port: 5000 } as const
  for (let number = 0; number < 1000; number += 1) {
    const data = new Uint8Array(200).fill(number % 256)
    data[0] = 0x80
    world.give(1, { kind: 'datagram', socketId: 1, from, data, receivedAtMs: world.now() })
  }
  const droppedNow = (): number => world.hosts[1].engine.snapshot(world.now()).dropped['unknown-source']
  expect(droppedNow()).toBe(1000 - 128)
  world.runUntil(4400)
  expect(droppedNow()).toBe(1000)
})

test.each(['weighted', 'lowest-latency', 'backup', 'adaptive'] as const)(
  'in %s mode what `bulk` had in flight on a link that dies comes over the other, in order and in time',
  (mode) => {
    const { received, sent } = outage(mode, { kind: 'bulk' }, false, { rateBps: 5e6 })
    expect(sent.sent).toBeGreaterThan(4000)
    expect(received.lost).toBe(0)
    expect(received.playout?.late).toBe(0)
    expect(received.playout?.gapsGivenUp).toBe(0)
    expect(received.playout?.inOrder).toBe(received.received)
    // At most what was in flight once: a window of the link that died.
    expect(received.duplicates).toBeLessThan(300)
  },
)

test('what `bulk` loses at random comes a round trip later, in place of new packets', () => {
  const links = [20, 20].map((delayMs): TestLink => ({ delayMs, loss: 0.01, up: true, rateBps: 5e6 }))
  const world = pairOfEngines(links, { mode: 'weighted', streams: [{ kind: 'bulk' }] })
  world.connect()
  world.runUntil(10_000)
  world.give(0, { kind: 'command', command: { kind: 'stop-stream', direction: 'sent', id: 1 } })
  world.runUntil(12_000)
  const sent = world.hosts[0].engine.snapshot(world.now())
  const received = world.hosts[1].engine.snapshot(world.now())
  const [stream] = received.streams.filter(({ direction }) => direction === 'received')
  const resent = sent.pairs.reduce((sum, pair) => sum + pair.resent, 0)
  expect(resent).toBeGreaterThan(40)
  expect(stream?.lost).toBe(0)
  expect(stream?.duplicates).toBeLessThan(10)
})

/** What the receiving side has of each stream after 10 s, at 6 s of which the first link died or did not. */
function besideBulk(streams: readonly StreamSpec[], loss: number, dies: boolean): StreamSnapshot[] {
  const links = [20, 20].map((delayMs): TestLink => ({ delayMs, loss, up: true, rateBps: 10e6 }))
  const world = pairOfEngines(links, { mode: 'weighted', streams })
  world.connect()
  world.runUntil(6000)
  for (const link of links.slice(0, dies ? 1 : 0)) link.up = false
  world.runUntil(10_000)
  for (let id = 1; id <= streams.length; id += 1)
    world.give(0, { kind: 'command', command: { kind: 'stop-stream', direction: 'sent', id } })
  world.runUntil(12_000)
  const { streams: all } = world.hosts[1].engine.snapshot(world.now())
  return all.filter(({ direction }) => direction === 'received')
}

test('what voice loses beside `bulk`, which fills all paths, is sent again as without it', () => {
  for (const [loss, dies] of [
    [0, true],
    [0.01, false],
  ] as const) {
    const [ofVoice] = besideBulk([voice, { kind: 'bulk' }], loss, dies)
    expect(ofVoice?.sent).toBeGreaterThan(400)
    expect(ofVoice?.lost, `${loss}`).toBe(0)
  }
})

test('several streams of `bulk` share what there is', () => {
  const rates = besideBulk([{ kind: 'bulk' }, { kind: 'bulk' }, voice, { kind: 'bulk' }], 0, false)
    .filter(({ spec }) => spec.kind === 'bulk')
    .map(({ received }) => received ?? 0)
  expect(rates).toHaveLength(3)
  expect(Math.min(...rates)).toBeGreaterThan(3000)
  expect(Math.max(...rates) - Math.min(...rates)).toBeLessThan(20)
})

test('what `bulk` had in flight when it was stopped goes again, too', () => {
  const links = [20, 20].map((delayMs): TestLink => ({ delayMs, loss: 0, up: true, rateBps: 5e6 }))
  const world = pairOfEngines(links, { mode: 'weighted', streams: [{ kind: 'bulk' }] })
  world.connect()
  world.runUntil(6000)
  for (const link of links.slice(0, 1)) link.up = false
  world.runUntil(6010)
  world.give(0, { kind: 'command', command: { kind: 'stop-stream', direction: 'sent', id: 1 } })
  world.runUntil(9000)
  const received = world.hosts[1].engine
    .snapshot(world.now())
    .streams.find(({ direction }) => direction === 'received')
  expect(received?.received).toBeGreaterThan(3000)
  expect(received?.lost).toBe(0)
})
