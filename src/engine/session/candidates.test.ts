import { expect, test } from 'vitest'
import type { EngineEvent } from '../face/event'
import { limits } from '../face/limits'
import { createAgent, type IceSink } from '../ice'
import { pairOfEngines, testPrimitives } from '../testing'
import { defaultSettings } from '../face/settings'

const link = (delayMs: number) => ({ delayMs, loss: 0, up: true })

function connected() {
  const world = pairOfEngines([link(10), link(20), link(30)])
  world.connect()
  world.runUntil(3000)
  return world
}

const states = (events: readonly EngineEvent[], fromMs: number, to: string) =>
  events.filter((event) => event.kind === 'pair-state' && event.to === to && event.atMs >= fromMs)

test('a socket that closes closes the peer’s pairs with it as soon as the peer is told', () => {
  const world = connected()
  world.give(0, { kind: 'socket-closed', socketId: 1, detail: 'The interface link1 is gone.' })
  world.runUntil(3100)
  for (const host of world.hosts) expect(states(host.events, 3000, 'closed')).toHaveLength(3)
  world.runUntil(10_000)
  for (const host of world.hosts) {
    const { pairs } = host.engine.snapshot(world.now())
    expect(pairs.filter((pair) => pair.state === 'up')).toHaveLength(6)
    // An answer or a check that was under way opens none of them again.
    expect(pairs.filter((pair) => pair.state === 'closed')).toHaveLength(3)
  }
})

test('a socket under the address of a closed one is a candidate of its own', () => {
  const world = connected()
  world.give(0, { kind: 'socket-closed', socketId: 1, detail: 'gone' })
  world.runUntil(4000)
  const local = { family: 4, address: '10.0.1.1', port: 5000 } as const
  const socket = { id: 1, local, interfaceName: 'link1', interfaceKind: 'wifi', binding: 'emulated' } as const
  world.give(0, { kind: 'socket-opened', socket })
  world.runUntil(5000)
  const [ours, theirs] = world.hosts.map((host) => host.engine.snapshot(world.now()))
  expect(ours?.pairs.filter((pair) => pair.state === 'up')).toHaveLength(9)
  const back = theirs?.pairs.filter((pair) => pair.state === 'up' && pair.remote.address === '10.0.1.1') ?? []
  expect(back.map(({ remote }) => [remote.interfaceName, remote.interfaceKind, remote.type])).toEqual(
    Array.from({ length: 3 }, () => ['link1', 'wifi', 'host']),
  )
  expect(theirs?.peer.interfaces).toEqual([{ name: 'link1', kind: 'wifi', addresses: ['10.0.1.1'] }])
})

test('a peer that tells of addresses without end has few of them tried', () => {
  const world = connected()
  const before = world.hosts[0].engine.snapshot(world.now())
  const made = (): number => {
    const { pairs, forgotten } = world.hosts[0].engine.snapshot(world.now())
    return pairs.length + forgotten.pairs - before.pairs.length
  }
  for (let second = 0; second < 16; second += 1) {
    for (let each = 0; each < 20; each += 1) {
      const id = 100 + 20 * second + each
      const local = { family: 4, address: `10.9.${second}.${each + 1}`, port: 5000 } as const
      const socket = {
        id,
        local,
        interfaceName: 'link9',
        interfaceKind: 'wifi',
        binding: 'emulated',
      } as const
      world.give(1, { kind: 'socket-opened', socket })
      world.runUntil(world.now() + 25)
      world.give(1, { kind: 'socket-closed', socketId: id, detail: 'gone' })
    }
    world.runUntil(world.now() + 500)
  }
  // Each one is paired with three sockets.
  expect(made()).toBeLessThanOrEqual(3 * (limits.toldCandidatesAtOnce + 20))
  const told = world.hosts[0].events.filter((event) => event.kind === 'limit')
  expect(told.map((event) => ('limit' in event ? event.limit : null))).toContain('toldCandidates')
})

test('whatever is told, the peer has at most so many addresses here and so many pairs are made', () => {
  const events: string[] = []
  const sink: IceSink = {
    transmit: () => undefined,
    event: (event) => events.push(event.kind === 'limit' ? event.limit : event.kind),
    drop: () => undefined,
    doubted: () => undefined,
    closed: () => undefined,
  }
  const agent = createAgent(
    {
      role: 'offerer',
      fingerprint: '',
      primitives: testPrimitives(1),
      settings: defaultSettings,
      self: { appVersion: '', os: '', interfaces: [] },
      stunServers: [],
      turnServers: [],
    },
    { ufrag: 'ours', pwd: 'x'.repeat(22) },
    new Uint8Array(22),
    sink,
  )
  const local = { family: 4, address: '10.0.0.1', port: 1 } as const
  const socket = { id: 1, local, interfaceName: 'eth', interfaceKind: 'ethernet', binding: 'device' } as const
  agent.addSocket(socket, 0)
  agent.setRemote(
    { kind: 'pathscope', integrity: 'sha1', ufrag: 'them', pwd: 'y'.repeat(22), candidates: [] },
    0,
  )
  const place = (port: number) => ({ family: 4, address: '10.0.0.2', port }) as const
  const tell = (port: number) => agent.addRemote({ address: place(port), type: 'host', priority: 1 }, 0)
  for (let port = 1; port <= 100; port += 1) tell(port)
  expect(agent.state.remotes.size).toBe(limits.remoteCandidates)
  expect(events.filter((kind) => kind === 'remoteCandidates')).toHaveLength(1)
  for (let port = 1; port <= 100; port += 1) agent.dropRemote(place(port), 0)
  expect(agent.state.remotes.size).toBe(0)
  expect(agent.state.waiting).toEqual([])
  // Coming and going again and again makes new pairs only up to their limit.
  for (let port = 1; port <= 3000; port += 1) {
    tell(port)
    agent.dropRemote(place(port), 0)
  }
  expect(agent.state.pairs).toHaveLength(limits.pairs)
  expect(agent.nextDeadline()).toBeUndefined()
})
