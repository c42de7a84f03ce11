import { expect, test } from 'vitest'
import type { EngineEvent } from '../face/event'
import { pairOfEngines } from '../testing'

const link = (delayMs: number, loss = 0) => ({ delayMs, loss, up: true })
const messages = (ratePerSecond: number) => ({ enabled: true, ratePerSecond, sizeBytes: 128 })
const kinds = (events: readonly EngineEvent[], kind: string) => events.filter((event) => event.kind === kind)

test('every pair of three links comes up, and messages flow both ways', () => {
  const world = pairOfEngines([link(10), link(20), link(50)])
  world.connect()
  world.runUntil(10_000)
  for (const host of world.hosts) {
    const snapshot = host.engine.snapshot(world.now())
    expect(snapshot.ice).toBe('connected')
    expect(snapshot.channel).toBe('open')
    expect(snapshot.pairs.filter((pair) => pair.state === 'up')).toHaveLength(9)
    const [sent, received] = snapshot.messages
    expect(sent?.sent).toBeGreaterThan(8)
    expect(received?.received).toBeGreaterThan(8)
    expect(received?.missing).toBe(0)
    expect(snapshot.duplicatesDropped).toBeGreaterThan(50)
    expect(host.handshakes).toBe(1)
    const straight = snapshot.pairs.filter((pair) => pair.straight)
    expect(straight.map((pair) => Math.round(pair.rttMs?.p50 ?? 0)).sort((a, b) => a - b)).toEqual([
      20, 40, 100,
    ])
  }
})

test('what a side that is connected first says at once is not lost on the other', () => {
  const world = pairOfEngines([link(10)])
  world.connect()
  world.runUntil(1000)
  expect(world.hosts.map((host) => host.openings)).toEqual([1, 1])
})

test('the controlling side attempts one nomination on each pair and the other refuses it', () => {
  const world = pairOfEngines([link(10), link(20)])
  world.connect()
  world.runUntil(5000)
  const [offerer, answerer] = world.hosts.map((host) => host.engine.snapshot(world.now()))
  for (const pair of offerer?.pairs ?? []) {
    expect(pair.nominations.attempted).toBe(1)
    expect(pair.nominations.refused).toBe(1)
    expect(pair.nominations.succeeded).toBe(0)
  }
  const suppressed = offerer?.pairs.reduce((sum, pair) => sum + pair.nominations.suppressed, 0)
  expect(suppressed).toBeGreaterThanOrEqual(4)
  expect(answerer?.pairs.every((pair) => pair.nominations.refusedByUs === 1)).toBe(true)
})

test('a dead link takes its pairs down, no message is missed or late, and they come back', () => {
  const world = pairOfEngines([link(10), link(20)], { messages: messages(100) })
  world.connect()
  world.runUntil(3000)
  const dead = world.links[0]
  if (dead) dead.up = false
  world.runUntil(8000)
  const during = world.hosts[0].engine.snapshot(world.now())
  expect(during.pairs.filter((pair) => pair.state === 'down')).toHaveLength(3)
  expect(during.ice).toBe('connected')
  if (dead) dead.up = true
  world.runUntil(12_000)
  for (const host of world.hosts) {
    const after = host.engine.snapshot(world.now())
    expect(after.pairs.every((pair) => pair.state === 'up')).toBe(true)
    expect(after.messages[1]?.missing).toBe(0)
    expect(after.messages[1]?.oneWayDelayDiffMs?.max).toBeLessThan(11)
    const changes = kinds(host.events, 'pair-state').map((event) => ('to' in event ? event.to : ''))
    expect(changes.filter((to) => to === 'down')).toHaveLength(3)
  }
})

test('both reports agree after a finish: all sent is received', () => {
  const world = pairOfEngines([link(10), link(40)], { messages: messages(50) })
  world.connect()
  world.runUntil(5000)
  world.give(0, { kind: 'command', command: { kind: 'finish' } })
  world.runUntil(8000)
  const [offerer, answerer] = world.hosts.map((host) => host.engine.snapshot(world.now()))
  expect(world.hosts.every((host) => host.ended)).toBe(true)
  expect(kinds(world.hosts[0].events, 'ended')).toMatchObject([{ reason: 'done' }])
  expect(answerer?.messages[1]?.sent).toBe(offerer?.messages[0]?.sent)
  expect(offerer?.messages[0]?.received).toBe(answerer?.messages[1]?.received)
})

test('both sides end soon after each other, also when goodbyes and their acknowledgements get lost', () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const world = pairOfEngines([link(10, 0.25)], { messages: { ...messages(1), enabled: false } }, seed)
    world.connect()
    world.runUntil(5000)
    world.give(1, { kind: 'command', command: { kind: 'finish' } })
    world.runUntil(10_000)
    const ends = world.hosts.map((host) => kinds(host.events, 'ended')[0])
    expect(ends).toMatchObject([{ detail: null }, { detail: null }])
    expect(Math.max(...ends.map((event) => event?.atMs ?? Infinity))).toBeLessThan(7500)
  }
})

test('weighted mode gives each pair its weight’s share of the packets on the wire', () => {
  const settings = { mode: 'weighted', messages: messages(200) } as const
  const world = pairOfEngines([link(10), link(40)], settings)
  world.connect()
  world.runUntil(30_000)
  const snapshot = world.hosts[0].engine.snapshot(world.now())
  const total = snapshot.pairs.reduce((sum, pair) => sum + pair.sent.packets, 0)
  for (const pair of snapshot.pairs) {
    expect(pair.sent.packets / total / pair.share).toBeGreaterThan(0.9)
    expect(pair.sent.packets / total / pair.share).toBeLessThan(1.1)
    expect(pair.weight).toBeGreaterThanOrEqual(0.1)
    expect(pair.weight).toBeLessThanOrEqual(10)
  }
  expect(snapshot.overheadFactor).toBe(1)
})

test('of the peer’s mode and use only what is new is told', () => {
  const world = pairOfEngines([link(10)])
  world.connect()
  world.runUntil(2000)
  world.give(0, { kind: 'command', command: { kind: 'set-mode', direction: 'sent', mode: 'weighted' } })
  world.runUntil(3000)
  const told = world.hosts[1].events.filter((event) => event.kind === 'mode' || event.kind === 'use')
  expect(told).toMatchObject([
    { kind: 'mode', mode: 'redundant', by: 'peer' },
    { kind: 'mode', mode: 'weighted', direction: 'received', by: 'peer' },
  ])
})

test('a datagram from an address that no check has validated goes no further', () => {
  const world = pairOfEngines([link(10)])
  world.connect()
  world.runUntil(2000)
  const from = { family: 4, address: '10.9.9.9', port: 5000 } as const
  const record = Uint8Array.of(23, 254, 253, 0, 1, 0, 0, 0, 0, 0, 99, 0, 1, 0)
  world.give(0, { kind: 'datagram', socketId: 1, from, data: record, receivedAtMs: world.now() })
  expect(world.hosts[0].engine.snapshot(world.now()).dropped['unknown-source']).toBe(1)
})

test('our own offer, and an offer where an answer belongs, are refused and change nothing', () => {
  const world = pairOfEngines([link(10)])
  const other = pairOfEngines([link(10)], {}, 77)
  world.connect()
  other.connect()
  const fresh = pairOfEngines([link(10)], {}, 5)
  fresh.give(0, { kind: 'sockets-ready' })
  const offer = fresh.hosts[0].description
  const foreign = other.hosts[0].description
  if (offer) fresh.give(0, { kind: 'remote-description', description: offer })
  expect(fresh.hosts[0].refused).toBe('no-candidates')
  if (foreign) fresh.give(0, { kind: 'remote-description', description: foreign })
  expect(fresh.hosts[0].refused).toBe('wrong-type')
  expect(fresh.hosts[0].engine.snapshot(0).ice).toBe('new')
})
