import { expect, test } from 'vitest'
import type { EngineInput } from '../face/io'
import { firstApplicationRecord, limits } from '../face/limits'
import type { EngineSnapshot } from '../face/snapshot'
import { pairOfEngines } from '../testing'

const link = (delayMs: number, loss = 0) => ({ delayMs, loss, up: true })
const messages = (ratePerSecond: number) => ({ enabled: true, ratePerSecond, sizeBytes: 128 })
type World = ReturnType<typeof pairOfEngines>
const snapshotOf = (world: World, index: 0 | 1): EngineSnapshot =>
  world.hosts[index].engine.snapshot(world.now())
const command = (
  world: World,
  index: 0 | 1,
  given: Extract<EngineInput, { kind: 'command' }>['command'],
): void => world.give(index, { kind: 'command', command: given })

/** No NaN, no Infinity, nothing that JSON cannot say, anywhere. */
function expectPlain(value: unknown, path = 'snapshot'): void {
  if (typeof value === 'number') expect(Number.isFinite(value), path).toBe(true)
  else if (typeof value === 'object' && value !== null)
    for (const [name, one] of Object.entries(value)) expectPlain(one, `${path}.${name}`)
  else expect(['string', 'boolean', 'object'], path).toContain(typeof value)
}

/** Numbers that count from the session's beginning, by name. */
function counters(snapshot: EngineSnapshot): Map<string, number> {
  const found = new Map<string, number>()
  const collect = (prefix: string, from: object): void => {
    for (const [name, value] of Object.entries(from))
      if (typeof value === 'number') found.set(`${prefix}.${name}`, value)
  }
  for (const pair of snapshot.pairs) {
    const { id, sent, received, recordsSent, recordsReceived, stun, nominations } = pair
    const parts = { sent, received, recordsSent, recordsReceived, stun, nominations }
    for (const [name, part] of Object.entries(parts)) collect(`${id}.${name}`, part)
    const { firstArrivals, duplicates, downMs, timesDown, nominationsPrevented } = pair
    collect(`${id}`, { firstArrivals, duplicates, downMs, timesDown, nominationsPrevented })
    collect(`${id}.rtt`, { n: pair.rttMs?.n ?? 0 })
    collect(`${id}.lossSent`, { sent: pair.lossSent.sent, received: pair.lossSent.received })
    collect(`${id}.lossReceived`, { sent: pair.lossReceived.sent, received: pair.lossReceived.received })
  }
  collect('dropped', snapshot.dropped)
  collect('session', { duplicates: snapshot.duplicatesDropped })
  return found
}

function expectSound(before: EngineSnapshot, after: EngineSnapshot): void {
  expectPlain(after)
  expect(JSON.parse(JSON.stringify(after))).toEqual(after)
  const idsAfter = new Set(after.pairs.map((pair) => pair.id))
  expect(before.pairs.every((pair) => idsAfter.has(pair.id))).toBe(true)
  const now = counters(after)
  for (const [name, value] of counters(before)) expect(now.get(name), name).toBeGreaterThanOrEqual(value)
  for (const pair of after.pairs) {
    expect(pair.weight).toBeGreaterThanOrEqual(0.1)
    expect(pair.weight).toBeLessThanOrEqual(10)
  }
  const shares = after.pairs.reduce((sum, pair) => sum + pair.share, 0)
  const carrying = after.pairs.some((pair) => pair.carrying)
  expect(shares).toBeCloseTo(carrying ? 1 : 0, 9)
}

test('whatever is switched and whichever link fails, every snapshot is finite, plain, and counts upwards', () => {
  const world = pairOfEngines([link(5), link(30, 0.1), link(80, 0.3)], { messages: messages(50) })
  world.connect()
  const last = [snapshotOf(world, 0), snapshotOf(world, 1)] as [EngineSnapshot, EngineSnapshot]
  for (let step = 1; step <= 60; step += 1) {
    const index = (step % 2) as 0 | 1
    if (step % 3 === 0)
      command(world, index, {
        kind: 'set-mode',
        direction: 'sent',
        mode: step % 2 ? 'weighted' : 'redundant',
      })
    if (step % 4 === 0) command(world, index, { kind: 'set-use', use: step % 8 ? 'disjoint' : 'all' })
    if (step % 5 === 0)
      command(world, index, { kind: 'include-pair', pairId: 1 + (step % 9), included: step % 2 === 0 })
    if (step % 7 === 0) command(world, index, { kind: 'attempt-nomination', pairId: null })
    if (step % 11 === 0) world.links.forEach((one) => (one.up = !one.up))
    world.runUntil(step * 700)
    for (const host of [0, 1] as const) {
      const now = snapshotOf(world, host)
      expectSound(last[host], now)
      last[host] = now
    }
  }
}, 30_000)

test('settings and rates that are out of bounds, or no numbers at all, are moved into them', () => {
  const nothing = { weightUpdateInterval: 0, snapshotIntervalMs: Number.NaN, minWeight: Number.NaN }
  const deadlinesMs = { voice: Number.NaN, video: -1, cbr: 1e9, bulk: 0 }
  const world = pairOfEngines([link(5)], { ...nothing, deadlinesMs, messages: messages(Number.NaN) })
  world.connect()
  world.runUntil(3000)
  const extremes = [Number.NaN, Infinity, -5, 0, 1e9]
  for (const [at, extreme] of extremes.entries()) {
    command(world, 0, {
      kind: 'set-messages',
      messages: { enabled: true, ratePerSecond: extreme, sizeBytes: extreme },
    })
    world.runUntil(4000 + 1000 * at)
    expectPlain(snapshotOf(world, 0))
  }
  expect(snapshotOf(world, 0).messages[0]?.sent).toBeLessThan(3 * limits.messageRatePerSecond)
})

test('with every pair taken out nothing carries but the session stays, and goes on when one is back', () => {
  const world = pairOfEngines([link(5), link(10)], { messages: messages(20) })
  world.connect()
  world.runUntil(2000)
  for (let pairId = 1; pairId <= 4; pairId += 1)
    command(world, 0, { kind: 'include-pair', pairId, included: false })
  world.runUntil(4000)
  const out = snapshotOf(world, 0)
  expect(out.pairs.some((pair) => pair.carrying)).toBe(false)
  expect(out.ice).toBe('connected')
  command(world, 0, { kind: 'include-pair', pairId: 2, included: true })
  world.runUntil(6000)
  expect(
    snapshotOf(world, 0)
      .pairs.filter((pair) => pair.carrying)
      .map((pair) => pair.id),
  ).toEqual([2])
  command(world, 0, { kind: 'finish' })
  world.runUntil(12_000)
  expect(world.hosts.map((host) => host.ended)).toEqual([true, true])
})

test('after ten minutes in which the clock stood still there is no storm, and all pairs go on', () => {
  const world = pairOfEngines([link(5), link(30), link(80)], { messages: messages(100) })
  world.connect()
  world.runUntil(5000)
  const before = snapshotOf(world, 0)
  // Both machines sleep: no input for ten minutes, then the timers find that time has passed.
  const { engine } = world.hosts[0]
  engine.handle({ kind: 'tick' }, 605_000)
  let transmits = 0
  for (let output = engine.poll(); output; output = engine.poll())
    if (output.kind === 'transmit' || output.kind === 'secure-message') transmits += 1
  expect(transmits).toBeLessThan(60)
  const after = engine.snapshot(605_000)
  expect(after.pairs.every((pair) => pair.state === 'up')).toBe(true)
  expectSound(before, after)
})

test('sockets over the limit, and closed ones, stand in no description', () => {
  const world = pairOfEngines([link(5)])
  for (let id = 1; id <= limits.sockets + 3; id += 1) {
    const local = { family: 4, address: `10.1.${id}.1`, port: 5000 } as const
    const socket = {
      id,
      local,
      interfaceName: `e${id}`,
      interfaceKind: 'ethernet',
      binding: 'emulated',
    } as const
    world.give(0, { kind: 'socket-opened', socket })
  }
  world.give(0, { kind: 'socket-closed', socketId: 5, detail: 'gone' })
  world.give(0, { kind: 'sockets-ready' })
  const lines = (world.hosts[0].description?.sdp ?? '').match(/a=candidate:\S+ .*/g) ?? []
  expect(lines).toHaveLength(limits.sockets - 1)
  expect(lines.some((line) => line.includes(' 10.1.5.1 '))).toBe(false)
  expect(new Set(lines.map((line) => line.split(' ')[3])).size).toBe(lines.length)
})

test('an outage of minutes leaves room in control for what the user asks in it', () => {
  const world = pairOfEngines([link(5)])
  world.connect()
  world.runUntil(3000)
  world.links.forEach((one) => (one.up = false))
  world.runUntil(290_000)
  command(world, 0, { kind: 'set-mode', direction: 'sent', mode: 'weighted' })
  world.links.forEach((one) => (one.up = true))
  world.runUntil(300_000)
  expect(world.hosts[0].events.filter((event) => event.kind === 'limit')).toEqual([])
  expect(world.hosts[1].events).toContainEqual(
    expect.objectContaining({ kind: 'mode', mode: 'weighted', direction: 'received', by: 'peer' }),
  )
})

test('a session that finishes while nothing works, or with a peer that never answers, still ends', () => {
  for (const index of [0, 1] as const) {
    const world = pairOfEngines([link(5)])
    world.connect()
    world.runUntil(3000)
    world.links.forEach((one) => (one.up = false))
    world.runUntil(6000)
    command(world, index, { kind: 'finish' })
    world.runUntil(11_000)
    expect(world.hosts[index].ended).toBe(true)
    expect(world.hosts[index].events.at(-1)).toMatchObject({ kind: 'ended', reason: 'done' })
  }
})

test('both sides that finish at the same moment agree on all counts', () => {
  const world = pairOfEngines([link(5, 0.05), link(40)], { messages: messages(100) })
  world.connect()
  world.runUntil(4000)
  command(world, 0, { kind: 'finish' })
  command(world, 1, { kind: 'finish' })
  world.runUntil(10_000)
  const [left, right] = [snapshotOf(world, 0), snapshotOf(world, 1)]
  expect(right.messages[1]).toMatchObject({ received: left.messages[0]?.sent, missing: 0 })
  expect(left.messages[1]).toMatchObject({ received: right.messages[0]?.sent, missing: 0 })
  expect(left.messages[0]?.received).toBe(right.messages[1]?.received)
})

test('nominations that are answered without effect count as refused, none succeeds', () => {
  const world = pairOfEngines([link(5), link(10)], { nominationPolicy: 'ignore' })
  world.connect()
  world.runUntil(4000)
  for (const { nominations } of snapshotOf(world, 0).pairs)
    expect(nominations).toMatchObject({ attempted: 1, refused: 1, succeeded: 0 })
  expect(snapshotOf(world, 1).pairs.every((pair) => pair.nominations.refusedByUs === 1)).toBe(true)
})

test('with prevention off one pair is nominated, with multipath off one carries, and all stay measured', () => {
  const world = pairOfEngines([link(5), link(10)], { preventNomination: false, enabled: false })
  world.connect()
  world.runUntil(5000)
  const { pairs } = snapshotOf(world, 0)
  expect(pairs.filter((pair) => pair.nominations.succeeded > 0)).toHaveLength(1)
  expect(pairs.filter((pair) => pair.carrying)).toHaveLength(1)
  expect(pairs.every((pair) => (pair.rttMs?.n ?? 0) > 5)).toBe(true)
})

test('forged records, control and handshake frames of a validated address change nothing but what is dropped', () => {
  const world = pairOfEngines([link(5), link(20)], { messages: messages(50) })
  world.connect()
  world.runUntil(3000)
  const from = { family: 4, address: '10.0.1.1', port: 5000 } as const
  const header = [23, 254, 253, 0, 1, 255, 255, 255, 255, 255, 240]
  for (let i = 0; i < 2000; i += 1) {
    const control = Uint8Array.from({ length: 60 }, (_, at) => (at === 0 ? 0xf1 : at === 1 ? 1 : 255))
    const shim = Uint8Array.from({ length: 60 }, (_, at) => (at === 0 ? 0xf0 : at === 1 ? 1 : i & 255))
    const cut = Uint8Array.from([...header, 255, 255, 1])
    for (const data of [control, shim, cut])
      world.give(1, { kind: 'datagram', socketId: 1, from, data, receivedAtMs: world.now() })
  }
  world.runUntil(6000)
  const after = snapshotOf(world, 1)
  expect(after.dropped['bad-frame']).toBe(4000)
  expect(after.dropped['bad-record']).toBe(2000)
  expect(after.pairs.every((pair) => pair.state === 'up')).toBe(true)
  expect(after.messages[1]?.missing).toBe(0)
})

test('handshake records and alerts that come bare reach nobody, and nothing above STUN comes from an unchecked address', () => {
  const world = pairOfEngines([link(5), { delayMs: 5, loss: 0, up: false }])
  world.connect()
  world.runUntil(3000)
  const before = snapshotOf(world, 1)
  const { handshakes } = world.hosts[1]
  const bare = (type: number, epoch: number): Uint8Array =>
    Uint8Array.of(type, 254, 253, 0, epoch, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40)
  const give = (socketId: number, data: Uint8Array): void => {
    const from = { family: 4, address: `10.0.${socketId}.1`, port: 5000 } as const
    world.give(1, { kind: 'datagram', socketId, from, data, receivedAtMs: world.now() })
  }
  for (const data of [bare(21, 0), bare(22, 0), bare(20, 0), bare(21, 1)]) give(1, data)
  // The peer has told this address, and no check from there has come.
  for (const data of [bare(22, 0), bare(23, 1), Uint8Array.of(0xf0, 1, 0), Uint8Array.of(0xf1, 1, 0)])
    give(2, data)
  world.runUntil(4000)
  const after = snapshotOf(world, 1)
  expect(world.hosts[1].handshakes).toBe(handshakes)
  expect(after.dropped['plaintext-record'] - before.dropped['plaintext-record']).toBe(4)
  expect(after.dropped['unknown-source'] - before.dropped['unknown-source']).toBe(4)
  expect(after.dtls).toBe('connected')
})

test('a peer that changes its mode over and over is told of rarely, and in the end with what it has', () => {
  const world = pairOfEngines([link(5)])
  world.connect()
  world.runUntil(3000)
  for (let i = 0; i < 2000; i += 1) {
    command(world, 0, { kind: 'set-mode', direction: 'sent', mode: i % 2 === 0 ? 'weighted' : 'redundant' })
    if (i % 20 === 19) world.runUntil(world.now() + 100)
  }
  command(world, 0, { kind: 'set-mode', direction: 'sent', mode: 'weighted' })
  world.runUntil(world.now() + 2 * limits.peerEventEveryMs)
  const told = world.hosts[1].events.filter((event) => event.kind === 'mode' && event.by === 'peer')
  expect(told.length).toBeLessThan(limits.peerEventsAtOnce + 6)
  expect(told.at(-1)).toMatchObject({ mode: 'weighted' })
  expect(world.hosts[1].events.filter((event) => event.kind === 'limit')).toMatchObject([
    { limit: 'peerEvents' },
  ])
})

test('the first record of the peer, with which SCTP begins, is taken once, however late it is replayed', () => {
  const world = pairOfEngines([link(5), link(20)], { messages: messages(200) })
  const first = new Uint8Array(14)
  first.set([23, 0, 0, 0, 1])
  new DataView(first.buffer).setUint32(7, firstApplicationRecord)
  first[12] = 1
  const from = { family: 4, address: '10.0.1.1', port: 5000 } as const
  const replay = (): void =>
    world.give(1, { kind: 'datagram', socketId: 1, from, data: first.slice(), receivedAtMs: world.now() })
  world.connect()
  world.runUntil(3000)
  expect(world.hosts[1].openings).toBe(1)
  replay()
  // By then it lies below the window, which must not make it new.
  world.runUntil(3000 + ((limits.dedupWindow + 100) * 1000) / 200)
  replay()
  world.runUntil(world.now() + 1000)
  expect(world.hosts[1].openings).toBe(1)
  expect(snapshotOf(world, 1).dropped.replayed).toBe(1)
})

test('loss is told in each direction as the links made it', () => {
  const world = pairOfEngines([link(5, 0.2), link(5)], { messages: messages(200) })
  world.connect()
  world.runUntil(60_000)
  for (const index of [0, 1] as const) {
    for (const pair of snapshotOf(world, index).pairs) {
      // A packet is lost by the link of its sender.
      const lossy = pair.local.address.startsWith('10.0.1.')
      const lossyBack = pair.remote.address.startsWith('10.0.1.')
      const tolerance = 2
      expect(Math.abs((pair.lossSent.percent ?? 99) - (lossy ? 20 : 0))).toBeLessThan(
        lossy ? tolerance : 0.01,
      )
      expect(Math.abs((pair.lossReceived.percent ?? 99) - (lossyBack ? 20 : 0))).toBeLessThan(
        lossyBack ? tolerance : 0.01,
      )
    }
  }
})

test('a record longer than a datagram may be is not sent, and that is told once', () => {
  const world = pairOfEngines([link(5)])
  world.connect()
  world.runUntil(2000)
  const before = snapshotOf(world, 0).pairs[0]?.recordsSent
  for (let i = 0; i < 3; i += 1)
    world.give(0, { kind: 'secure-record', data: new Uint8Array(limits.datagramBytes + 1) })
  expect(snapshotOf(world, 0).pairs[0]?.recordsSent).toEqual(before)
  const told = world.hosts[0].events.filter((event) => event.kind === 'limit')
  expect(told).toMatchObject([{ limit: 'datagramBytes' }])
})
