/** Interfaces that come, go and change their addresses while a session runs. */
import { expect, test } from 'vitest'
import type { EngineEvent } from '../../src/engine'
import type { WorldInterface } from '../../src/sim'
import { unmet } from './expectations'
import { type Run, runScenario } from './run'
import type { Change, Scenario, Side } from './scenario'

/** An interface appears at most this much before its pairs are up, and vanishes as much before they close, ms. */
const followedWithinMs = 2000

const links = { eth: 5, wifi: 15, lte: 40 } as const
type Link = keyof typeof links

function spec(host: Side, name: Link, last = host === 'left' ? 1 : 2): WorldInterface & { host: Side } {
  const at = Object.keys(links).indexOf(name)
  const addresses = [{ family: 4, address: `198.18.${at}.${last}` }] as const
  return { host, name, kind: 'ethernet', addresses, network: name, up: { delayMs: links[name] } }
}

function scenario(changes: readonly Change[], more: Partial<Scenario> = {}): Scenario {
  return {
    name: 'changes',
    about: '',
    seed: 1,
    durationMs: 30_000,
    networks: Object.keys(links),
    nats: [],
    interfaces: (['left', 'right'] as const).flatMap((host) => [spec(host, 'eth'), spec(host, 'wifi')]),
    settings: { messages: { enabled: true, ratePerSecond: 50, sizeBytes: 128 } },
    offerTakesMs: 500,
    answerTakesMs: 500,
    roleConflict: false,
    changes,
    finishBeforeEndMs: 6000,
    expect: [{ kind: 'all-delivered' }, { kind: 'ended', side: 'left', reason: 'done' }],
    ...more,
  }
}

async function run(of: Scenario): Promise<Run> {
  const done = await runScenario(of)
  expect(done.violations).toEqual([])
  expect(unmet(done)).toEqual([])
  return done
}

type StateEvent = Extract<EngineEvent, { readonly kind: 'pair-state' }>

/** Changes to a state of the pairs that go from one address to another, in a time. */
function changesTo(of: Run, side: Side, to: string, ends: { local?: string; remote?: string }): StateEvent[] {
  const ids = of.ends[side].driver
    .snapshot()
    .pairs.filter(
      ({ local, remote }) =>
        (ends.local ?? local.address) === local.address && (ends.remote ?? remote.address) === remote.address,
    )
    .map((pair) => pair.id)
  return of.ends[side].events.filter(
    (event): event is StateEvent =>
      event.kind === 'pair-state' && event.to === to && ids.includes(event.pairId),
  )
}

function expectWithin(events: readonly StateEvent[], count: number, fromMs: number): void {
  expect(events).toHaveLength(count)
  for (const event of events) {
    expect(event.atMs).toBeGreaterThanOrEqual(fromMs)
    expect(event.atMs).toBeLessThanOrEqual(fromMs + followedWithinMs)
  }
}

const kinds = (of: Run, side: Side, ...wanted: string[]) =>
  of.ends[side].events.filter((event) => wanted.includes(event.kind))

test('an interface that appears on one side becomes pairs on both, with its name, within 2 s', async () => {
  const done = await run(
    scenario([{ atMs: 10_300, kind: 'interface-added', spec: spec('left', 'lte') }], {
      networks: ['eth', 'wifi', 'lte'],
      interfaces: [...scenario([]).interfaces, spec('right', 'lte')],
    }),
  )
  expectWithin(changesTo(done, 'left', 'up', { local: '198.18.2.1' }), 3, 10_300)
  expectWithin(changesTo(done, 'right', 'up', { remote: '198.18.2.1' }), 3, 10_300)
  const seen = done.ends.right.driver.snapshot()
  const named = seen.pairs.filter((pair) => pair.remote.address === '198.18.2.1')
  for (const { remote } of named)
    expect(remote).toMatchObject({ interfaceName: 'lte', interfaceKind: 'ethernet' })
  // Told in-band, not only seen by checks.
  expect(named.map((pair) => pair.remote.type)).toEqual(['host', 'host', 'host'])
  expect(named.some((pair) => pair.straight)).toBe(true)
  expect(kinds(done, 'left', 'socket-opened')).toMatchObject([
    { interfaceName: 'lte', address: '198.18.2.1' },
  ])
  expect(seen.peer.interfaces.map((each) => each.name)).toEqual(['eth', 'wifi', 'lte'])
})

test('an interface that vanishes closes its pairs on both sides at once, and no message is missed', async () => {
  const done = await run(
    scenario([{ atMs: 10_300, kind: 'interface-removed', host: 'left', interface: 'eth' }]),
  )
  expectWithin(changesTo(done, 'left', 'closed', { local: '198.18.0.1' }), 2, 10_300)
  expectWithin(changesTo(done, 'right', 'closed', { remote: '198.18.0.1' }), 2, 10_300)
  expect(kinds(done, 'left', 'socket-closed')).toMatchObject([
    { interfaceName: 'eth', detail: 'The interface eth is gone.' },
  ])
  const { events } = done.ends.left
  const told = events.findIndex((event) => event.kind === 'socket-closed')
  expect(told).toBeLessThan(events.findIndex((event) => event.kind === 'pair-state' && event.to === 'closed'))
  const seen = done.ends.right.driver.snapshot()
  expect(seen.peer.interfaces.map((each) => each.name)).toEqual(['wifi'])
})

test('another address closes the pairs of the old one and makes new ones, also where it is the only link', async () => {
  const only = [spec('left', 'eth'), spec('right', 'eth')]
  const addresses = [{ family: 4, address: '198.18.0.77' }] as const
  const change = { atMs: 10_300, kind: 'addresses', host: 'left', interface: 'eth', addresses } as const
  const done = await run(scenario([change], { interfaces: only }))
  expectWithin(changesTo(done, 'left', 'closed', { local: '198.18.0.1' }), 1, 10_300)
  expectWithin(changesTo(done, 'left', 'up', { local: '198.18.0.77' }), 1, 10_300)
  expectWithin(changesTo(done, 'right', 'up', { remote: '198.18.0.77' }), 1, 10_300)
  expectWithin(changesTo(done, 'right', 'closed', { remote: '198.18.0.1' }), 1, 10_300)
})

test('both sides change at once: each loses one link and gains another', async () => {
  const sides = ['left', 'right'] as const
  const done = await run(
    scenario(
      sides.flatMap((host): Change[] => [
        { atMs: 10_300, kind: 'interface-removed', host, interface: 'eth' },
        { atMs: 10_300, kind: 'interface-added', spec: spec(host, 'lte') },
      ]),
    ),
  )
  for (const side of sides) {
    const { pairs } = done.ends[side].driver.snapshot()
    const open = pairs.filter((pair) => pair.state !== 'closed')
    expect(open.map((pair) => pair.state)).toEqual(['up', 'up', 'up', 'up'])
    expect(open.map((pair) => `${pair.local.interfaceName} ${pair.remote.interfaceName}`).sort()).toEqual([
      'lte lte',
      'lte wifi',
      'wifi lte',
      'wifi wifi',
    ])
  }
})

test('what the user did not choose is left alone, and what was chosen is taken whatever its address', async () => {
  const done = await run(
    scenario(
      [
        { atMs: 8000, kind: 'interface-added', spec: spec('left', 'lte') },
        { atMs: 10_300, kind: 'interface-removed', host: 'left', interface: 'wifi' },
        { atMs: 14_000, kind: 'interface-added', spec: spec('left', 'wifi', 99) },
      ],
      { chosen: { left: ['eth', 'wifi'] } },
    ),
  )
  expect(kinds(done, 'left', 'socket-opened')).toMatchObject([
    { interfaceName: 'wifi', address: '198.18.1.99' },
  ])
  expectWithin(changesTo(done, 'left', 'up', { local: '198.18.1.99' }), 2, 14_000)
})

test('what appears while the answer is on its way serves as well, and the description stays', async () => {
  const done = await run(
    scenario([{ atMs: 3000, kind: 'interface-added', spec: spec('left', 'lte') }], {
      interfaces: [...scenario([]).interfaces, spec('right', 'lte')],
      offerTakesMs: 1000,
      answerTakesMs: 8000,
    }),
  )
  expect(changesTo(done, 'left', 'up', { local: '198.18.2.1' })).toHaveLength(3)
  const seen = done.ends.right.driver.snapshot().pairs.filter((pair) => pair.remote.address === '198.18.2.1')
  expect(seen.map((pair) => pair.remote.interfaceName)).toEqual(['lte', 'lte', 'lte'])
})

test('a NAT that maps anew time and again is followed, and the pairs of its old mappings are closed', async () => {
  const rebinds = [10_000, 14_000, 18_000, 22_000]
  const left: WorldInterface = {
    host: 'left',
    name: 'eth',
    kind: 'ethernet',
    addresses: [{ family: 4, address: '10.0.0.1' }],
    network: 'home',
    up: { delayMs: 5 },
  }
  const done = await run(
    scenario(
      rebinds.map((atMs) => ({ atMs, kind: 'rebind', nat: 'router' })),
      {
        networks: ['home', 'eth'],
        nats: [
          {
            name: 'router',
            inside: 'home',
            outside: 'eth',
            address: '198.18.0.99',
            mapping: 'endpoint-independent',
            filtering: 'address-and-port-dependent',
            expiryMs: 60_000,
          },
        ],
        interfaces: [left, spec('right', 'eth')],
        settings: {
          messages: { enabled: true, ratePerSecond: 50, sizeBytes: 128 },
          streams: [{ kind: 'voice' }],
        },
        expect: [{ kind: 'all-delivered' }],
      },
    ),
  )
  const { events } = done.ends.right
  for (const atMs of rebinds) {
    const within = (kind: string, to: string) =>
      events.find(
        (event) =>
          event.kind === kind && event.atMs >= atMs && (event.kind !== 'pair-state' || event.to === to),
      )?.atMs
    // The only path there is: its silence is noticed by what does not come, and the new address by the next check.
    expect(within('pair-added', '')).toBeLessThan(atMs + followedWithinMs)
    expect(within('pair-state', 'up')).toBeLessThan(atMs + followedWithinMs)
    expect(within('pair-state', 'closed')).toBeLessThan(atMs + 2 * followedWithinMs)
  }
  const mapped = done.ends.right.driver.snapshot().pairs.filter((pair) => pair.remote.type === 'prflx')
  expect(mapped.filter((pair) => pair.state !== 'closed')).toHaveLength(1)
  expect(mapped).toHaveLength(1 + rebinds.length)
  // What the stream found out of each stays known.
  for (const { capacity } of mapped) {
    expect(capacity?.deliveryRateBps).toBeGreaterThan(0)
    expect(capacity?.inFlightBytes).toBe(0)
  }
})
