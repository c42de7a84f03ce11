import { expect, test } from 'vitest'
import { modes } from '../face/settings'
import { pairOfEngines, type TestLink } from '../testing'

const link = (delayMs: number): TestLink => ({ delayMs, loss: 0, up: true })
const messages = { enabled: true, ratePerSecond: 100, sizeBytes: 128 }

type World = ReturnType<typeof pairOfEngines>
const snapshotOf = (world: World, index: 0 | 1 = 0) => world.hosts[index].engine.snapshot(world.now())

/** Records that the first host sent over each pair of links between two times. */
function sentBetween(world: World, toMs: number): ReadonlyMap<string, number> {
  const before = new Map(snapshotOf(world).pairs.map((pair) => [pair.id, pair.recordsSent.packets]))
  world.runUntil(toMs)
  return new Map(
    snapshotOf(world).pairs.map((pair) => [
      pair.label,
      pair.recordsSent.packets - (before.get(pair.id) ?? 0),
    ]),
  )
}

const total = (counts: ReadonlyMap<string, number>) =>
  [...counts.values()].reduce((sum, count) => sum + count, 0)

function idOf(world: World, straightAt: number): number {
  return snapshotOf(world).pairs.filter((pair) => pair.straight)[straightAt]?.id ?? 0
}

test('all six modes can be switched through while messages flow, and lose none', () => {
  const world = pairOfEngines([link(10), link(30)], { messages, use: 'disjoint' })
  world.connect()
  let untilMs = 3000
  for (const mode of [...modes, ...modes]) {
    world.runUntil(untilMs)
    world.give(0, { kind: 'command', command: { kind: 'set-mode', direction: 'sent', mode } })
    untilMs += 700
    world.runUntil(untilMs)
    expect(snapshotOf(world)).toMatchObject({ mode })
    expect(snapshotOf(world, 1)).toMatchObject({ peerMode: mode })
  }
  world.runUntil(untilMs + 3000)
  const [sent] = snapshotOf(world).messages
  expect(sent).toMatchObject({ missing: 0, duplicated: 0 })
  expect(sent?.received).toBeGreaterThan(800)
})

test('lowest-latency sends over the fastest path, and says why', () => {
  const world = pairOfEngines([link(40), link(10)], { messages, mode: 'lowest-latency', use: 'disjoint' })
  world.connect()
  world.runUntil(4000)
  const counts = sentBetween(world, 6000)
  const { pairs, spreading } = snapshotOf(world)
  const busy = pairs.filter((pair) => (counts.get(pair.label) ?? 0) > 0)
  expect(busy).toHaveLength(1)
  expect(busy[0]?.rttMs?.p50).toBeLessThan(25)
  const reason = spreading.reasons.find(({ pairId }) => pairId === busy[0]?.id)?.reason
  expect(reason?.kind).toBe('fastest')
  expect(spreading.lastSwitch).toMatchObject({ toId: busy[0]?.id })
})

test('the peer is asked to change its own mode, and both sides say whose wish it was', () => {
  const world = pairOfEngines([link(10), link(20)], { messages })
  world.connect()
  world.runUntil(2000)
  world.give(0, { kind: 'command', command: { kind: 'set-mode', direction: 'received', mode: 'backup' } })
  world.runUntil(3000)
  expect(snapshotOf(world)).toMatchObject({ mode: 'redundant', peerMode: 'backup' })
  expect(snapshotOf(world, 1)).toMatchObject({ mode: 'backup', peerMode: 'redundant' })
  const told = world.hosts.map((host) => host.events.filter((event) => event.kind === 'mode').at(-1))
  expect(told).toMatchObject([
    { mode: 'backup', direction: 'received', by: 'us' },
    { mode: 'backup', direction: 'sent', by: 'peer' },
  ])
})

test('only pinned pairs carry while any is pinned', () => {
  const world = pairOfEngines([link(10), link(20)], { messages })
  world.connect()
  world.runUntil(3000)
  const id = idOf(world, 1)
  world.give(0, { kind: 'command', command: { kind: 'pin-pair', pairId: id, pinned: true } })
  const counts = sentBetween(world, 5000)
  const pinned = snapshotOf(world).pairs.find((pair) => pair.id === id)
  expect(pinned).toMatchObject({ pinned: true, carrying: true })
  expect(total(counts)).toBe(counts.get(pinned?.label ?? ''))
  const others = snapshotOf(world).spreading.reasons.filter(({ pairId }) => pairId !== id)
  expect(others.length).toBeGreaterThan(0)
  expect(others.every(({ reason }) => reason.kind === 'not-pinned')).toBe(true)
  world.give(0, { kind: 'command', command: { kind: 'pin-pair', pairId: id, pinned: false } })
  world.runUntil(6000)
  expect(snapshotOf(world).pairs.filter((pair) => pair.carrying).length).toBeGreaterThan(1)
})

test('backup follows the order of the settings, then the user’s, and goes on when its path dies', () => {
  const links = [link(10), link(20)]
  const world = pairOfEngines(links, { messages, mode: 'backup', use: 'disjoint', backupOrder: ['link2'] })
  world.connect()
  world.runUntil(4000)
  const [first, second] = [idOf(world, 0), idOf(world, 1)]
  const labelOf = (id: number) => snapshotOf(world).pairs.find((pair) => pair.id === id)?.label ?? ''
  const byDefault = sentBetween(world, 5000)
  const [active, other] = [second, first]
  expect(snapshotOf(world).pairs.find((pair) => pair.id === active)?.local.interfaceName).toBe('link2')
  expect(total(byDefault)).toBe(byDefault.get(labelOf(active)))
  world.give(0, { kind: 'command', command: { kind: 'order-pairs', pairIds: [other, active] } })
  const ordered = sentBetween(world, 6000)
  expect(total(ordered)).toBe(ordered.get(labelOf(other)))
  expect(snapshotOf(world).spreading.lastSwitch).toMatchObject({
    fromId: active,
    toId: other,
    reason: 'user',
  })
  ;(links[0] as TestLink).up = false
  world.runUntil(8000)
  const failedOver = sentBetween(world, 9000)
  expect(total(failedOver)).toBe(failedOver.get(labelOf(active)))
  const told = world.hosts[0].events.filter((event) => event.kind === 'switch').at(-1)
  expect(told).toMatchObject({ fromId: other, toId: active })
})

test('a stream that starts or stops is no switch of paths, whichever they were before', () => {
  const world = pairOfEngines([link(10), link(20)], { messages, use: 'disjoint' })
  world.connect()
  world.runUntil(3000)
  world.give(0, { kind: 'command', command: { kind: 'set-mode', direction: 'sent', mode: 'backup' } })
  world.runUntil(4000)
  const switches = () => world.hosts[0].events.filter((event) => event.kind === 'switch').length
  const before = switches()
  expect(before).toBeGreaterThan(0)
  const spec = { kind: 'voice' } as const
  world.give(0, { kind: 'command', command: { kind: 'start-stream', direction: 'sent', spec } })
  world.runUntil(6000)
  world.give(0, { kind: 'command', command: { kind: 'stop-stream', direction: 'sent', id: 1 } })
  world.runUntil(8000)
  expect(snapshotOf(world).streams[0]?.received).toBeGreaterThan(90)
  expect(switches()).toBe(before)
})

test('a limit of a pair is shown and told, and no number at all takes it away', () => {
  const world = pairOfEngines([link(10)], { messages })
  world.connect()
  world.runUntil(2000)
  const set = (capBps: number | null): void =>
    world.give(0, { kind: 'command', command: { kind: 'cap-pair', pairId: 1, capBps } })
  set(2e6)
  expect(snapshotOf(world).pairs[0]?.capBps).toBe(2e6)
  set(Number.NaN)
  expect(snapshotOf(world).pairs[0]?.capBps).toBeNull()
  const told = world.hosts[0].events.filter((event) => event.kind === 'pair-capped')
  expect(told).toMatchObject([{ capBps: 2e6 }, { capBps: null }])
})

test('a link that dies takes nothing over to the crossed pairs that share it, which are not known to be dead yet', () => {
  const links = [link(10), link(10)]
  const world = pairOfEngines(links, { messages, use: 'disjoint', mode: 'weighted' })
  world.connect()
  world.runUntil(4000)
  ;(links[1] as TestLink).up = false
  for (let atMs = 4050; atMs < 8000; atMs += 50) {
    world.runUntil(atMs)
    const crossed = snapshotOf(world).pairs.filter((pair) => !pair.straight && pair.carrying)
    expect(crossed).toEqual([])
  }
})

test('what is wished of a path holds when a NAT gives it another address, and is given up with a path that is gone', () => {
  const world = pairOfEngines([link(10), link(30)], { messages, use: 'disjoint' })
  world.connect()
  world.runUntil(3000)
  const wish = (command: Parameters<typeof world.give>[1] & { kind: 'command' }) => world.give(1, command)
  world.rebind(0, 6000)
  world.runUntil(9000)
  const [fast] = snapshotOf(world, 1).pairs.filter(({ remote, straight }) => straight && remote.port === 6000)
  const pairId = fast?.id ?? 0
  wish({ kind: 'command', command: { kind: 'pin-pair', pairId, pinned: true } })
  wish({ kind: 'command', command: { kind: 'cap-pair', pairId, capBps: 5e6 } })
  wish({ kind: 'command', command: { kind: 'order-pairs', pairIds: [pairId] } })
  world.rebind(0, 6001)
  world.runUntil(16_000)
  const now = snapshotOf(world, 1).pairs
  const heir = now.find(({ remote, state, pinned }) => pinned && state === 'up' && remote.port === 6001)
  expect(heir).toMatchObject({ pinned: true, capBps: 5e6, order: 0, carrying: true })
  expect(now.filter(({ carrying }) => carrying)).toHaveLength(1)
  expect(now.find(({ id }) => id === pairId)).toMatchObject({ state: 'closed', pinned: false, capBps: null })
  // Its socket is gone: what nobody could take back keeps no other path from carrying.
  // The host's sockets are numbered as the third part of their addresses.
  const socketId = Number(heir?.local.address.split('.')[2])
  world.give(1, { kind: 'socket-closed', socketId, detail: 'gone' })
  world.runUntil(20_000)
  const left = snapshotOf(world, 1).pairs
  expect(left.some(({ pinned }) => pinned)).toBe(false)
  expect(left.filter(({ carrying }) => carrying).length).toBeGreaterThan(0)
  expect(world.hosts[1].events.filter(({ kind }) => kind === 'pair-pinned').at(-1)).toMatchObject({
    pinned: false,
  })
})

test('a path that is taken out stays out when a NAT gives it another address', () => {
  const world = pairOfEngines([link(10), link(30)], { messages, use: 'disjoint' })
  world.connect()
  world.runUntil(3000)
  world.rebind(0, 6000)
  world.runUntil(9000)
  const [fast] = snapshotOf(world, 1).pairs.filter(({ remote, straight }) => straight && remote.port === 6000)
  world.give(1, {
    kind: 'command',
    command: { kind: 'include-pair', pairId: fast?.id ?? 0, included: false },
  })
  world.rebind(0, 6001)
  world.runUntil(16_000)
  const moved = snapshotOf(world, 1).pairs.filter(
    ({ remote, local }) =>
      remote.port === 6001 && local.address === fast?.local.address && remote.address === fast.remote.address,
  )
  expect(moved).toMatchObject([{ state: 'up', included: false, carrying: false }])
})

test('bulk shares a limited path with another stream in every mode, and its step comes to an end', () => {
  for (const mode of modes) {
    const streams = [{ kind: 'cbr' as const, rateBps: 400_000, sizeBytes: 500 }]
    const world = pairOfEngines([link(10), link(30)], { mode, streams, use: 'disjoint' })
    world.connect()
    world.runUntil(2000)
    for (const { id } of snapshotOf(world).pairs)
      world.give(0, { kind: 'command', command: { kind: 'cap-pair', pairId: id, capBps: 500_000 } })
    world.give(0, {
      kind: 'command',
      command: { kind: 'start-stream', direction: 'sent', spec: { kind: 'bulk' } },
    })
    world.runUntil(4000)
    const bytesOf = () => snapshotOf(world).pairs.map((pair) => pair.streamSent.bytes)
    const before = bytesOf()
    world.runUntil(6000)
    const rates = bytesOf().map((bytes, at) => ((bytes - (before[at] ?? 0)) * 8) / 2000)
    expect(Math.max(...rates), mode).toBeGreaterThan(400)
    for (const kbps of rates) expect(kbps, mode).toBeLessThan(1100)
  }
})
