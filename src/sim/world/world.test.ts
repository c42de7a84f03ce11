import { expect, test } from 'vitest'
import { createWorld, type Delivery, type World } from './world'

const data = new Uint8Array([1])
const at = (address: string, port = 1) => ({ family: address.includes(':') ? 6 : 4, address, port }) as const
const eth = (host: string, name: string, address: string, network: string, delayMs = 0) => ({
  host,
  name,
  kind: 'ethernet' as const,
  addresses: [{ family: address.includes(':') ? (6 as const) : (4 as const), address }],
  network,
  up: { delayMs },
})

function arrivals(world: World, untilMs: number): Delivery[] {
  const all: Delivery[] = []
  for (let next = world.poll(untilMs); next !== undefined; next = world.poll(untilMs)) all.push(next)
  return all
}

function twoLinks(): World {
  const world = createWorld({ seed: 1 })
  for (const [index, name] of ['fast', 'slow'].entries()) {
    world.addNetwork(name)
    world.addInterface(eth('left', name, `198.18.${index}.1`, name, 10 + 40 * index))
    world.addInterface(eth('right', name, `198.18.${index}.2`, name, 10 + 40 * index))
  }
  return world
}

test('a packet leaves by its interface and reaches any address of the host behind the link', () => {
  const world = twoLinks()
  world.inject('left', 'slow', { from: at('198.18.1.1'), to: at('198.18.0.2'), data }, 0)
  world.inject('left', 'fast', { from: at('198.18.0.1'), to: at('198.18.1.2'), data }, 0)
  expect(world.nextDeadline()).toBe(10)
  expect(arrivals(world, 100).map((each) => [each.atMs, each.host, each.packet.to.address])).toEqual([
    [10, 'right', '198.18.1.2'],
    [50, 'right', '198.18.0.2'],
  ])
  expect(world.audit()).toBeUndefined()
})

test('nothing is delivered before its time', () => {
  const world = twoLinks()
  world.inject('left', 'fast', { from: at('198.18.0.1'), to: at('198.18.0.2'), data }, 5)
  expect(world.poll(14.9)).toBeUndefined()
  expect(world.poll(15)?.atMs).toBe(15)
})

test('an address that nobody has is counted as unroutable', () => {
  const world = twoLinks()
  world.inject('left', 'fast', { from: at('198.18.0.1'), to: at('203.0.113.1'), data }, 0)
  expect(arrivals(world, 100)).toEqual([])
  expect(world.counts.unroutable).toBe(1)
  expect(world.audit()).toBeUndefined()
})

function homes(): World {
  const world = createWorld({ seed: 1 })
  for (const name of ['internet', 'home', 'flat']) world.addNetwork(name)
  const how = {
    mapping: 'endpoint-independent',
    filtering: 'endpoint-independent',
    expiryMs: 30_000,
  } as const
  world.addNat({ name: 'home', inside: 'home', outside: 'internet', address: '198.51.100.1', ...how })
  world.addNat({ name: 'flat', inside: 'flat', outside: 'home', address: '192.168.1.9', ...how })
  world.addInterface(eth('server', 'eth0', '203.0.113.1', 'internet'))
  world.addInterface(eth('inner', 'eth0', '192.168.7.2', 'flat'))
  world.addInterface(eth('inner', 'eth1', '2001:db8::7', 'flat'))
  world.addInterface(eth('server', 'eth1', '2001:db8::1', 'internet'))
  return world
}

test('a packet passes two NATs one behind the other, there and back', () => {
  const world = homes()
  world.inject('inner', 'eth0', { from: at('192.168.7.2', 5000), to: at('203.0.113.1'), data }, 0)
  const [there] = arrivals(world, 1)
  expect(there?.packet.from.address).toBe('198.51.100.1')
  world.inject(
    'server',
    'eth0',
    { from: at('203.0.113.1'), to: there?.packet.from ?? at('0.0.0.0'), data },
    1,
  )
  expect(arrivals(world, 2)[0]).toMatchObject({ host: 'inner', packet: { to: at('192.168.7.2', 5000) } })
  expect(world.audit()).toBeUndefined()
})

test('a packet to the outside of its own NAT does not come back in', () => {
  const world = homes()
  world.inject('inner', 'eth0', { from: at('192.168.7.2', 5000), to: at('192.168.1.9', 5000), data }, 0)
  expect(arrivals(world, 1)).toEqual([])
  expect(world.natCounts('flat').droppedHairpin).toBe(1)
  expect(world.audit()).toBeUndefined()
})

test('where a NAT hairpins, a packet to its outside reaches the neighbour whose mapping it is', () => {
  const world = createWorld({ seed: 1 })
  for (const name of ['internet', 'home']) world.addNetwork(name)
  world.addNat({
    name: 'home',
    inside: 'home',
    outside: 'internet',
    address: '198.51.100.1',
    mapping: 'endpoint-independent',
    filtering: 'endpoint-independent',
    expiryMs: 30_000,
    hairpinning: true,
    ports: 'preserved',
  })
  world.addInterface(eth('server', 'eth0', '203.0.113.1', 'internet'))
  world.addInterface(eth('one', 'eth0', '192.168.1.2', 'home'))
  world.addInterface(eth('other', 'eth0', '192.168.1.3', 'home'))
  world.inject('other', 'eth0', { from: at('192.168.1.3', 6000), to: at('203.0.113.1'), data }, 0)
  expect(arrivals(world, 1)[0]?.packet.from).toEqual(at('198.51.100.1', 6000))
  world.inject('one', 'eth0', { from: at('192.168.1.2', 5000), to: at('198.51.100.1', 6000), data }, 1)
  const packet = { from: at('198.51.100.1', 5000), to: at('192.168.1.3', 6000) }
  expect(arrivals(world, 2)[0]).toMatchObject({ host: 'other', packet })
  expect(world.audit()).toBeUndefined()
})

test('IPv6 passes a NAT as it is, both ways', () => {
  const world = homes()
  world.inject('inner', 'eth1', { from: at('2001:db8::7'), to: at('2001:db8::1'), data }, 0)
  expect(arrivals(world, 1)[0]?.packet.from.address).toBe('2001:db8::7')
  world.inject('server', 'eth1', { from: at('2001:db8::1'), to: at('2001:db8::7'), data }, 1)
  expect(arrivals(world, 2)[0]?.host).toBe('inner')
})

test('the same seed gives every packet the same fate, another one does not', () => {
  const fates = (seed: number) => {
    const world = createWorld({ seed })
    world.addNetwork('net')
    world.addInterface({
      ...eth('left', 'e', '198.18.0.1', 'net'),
      up: { delayMs: 5, jitterMs: 4, lossPercent: 30 },
    })
    world.addInterface(eth('right', 'e', '198.18.0.2', 'net'))
    for (let ms = 0; ms < 50; ms++) {
      world.inject('left', 'e', { from: at('198.18.0.1'), to: at('198.18.0.2'), data }, ms)
    }
    return arrivals(world, 1000).map((each) => each.atMs)
  }
  expect(fates(7)).toEqual(fates(7))
  expect(fates(7)).not.toEqual(fates(8))
})
