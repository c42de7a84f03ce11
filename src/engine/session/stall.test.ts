import { expect, test } from 'vitest'
import { limits } from '../face/limits'
import { pairOfEngines, type TestLink } from '../testing'

const stream = { kind: 'cbr', rateBps: 8_000_000, sizeBytes: 1000 } as const

/** Two hosts with three links and a dense stream each way, or only to the first. */
function busyWorld(oneWay = false) {
  const links: TestLink[] = [10, 20, 30].map((delayMs) => ({ delayMs, loss: 0, up: true }))
  const settings = {
    mode: 'redundant',
    streams: [stream],
    messages: { enabled: false, ratePerSecond: 1, sizeBytes: 64 },
  } as const
  const world = pairOfEngines(links, [oneWay ? { ...settings, streams: [] } : settings, settings])
  world.connect()
  world.runUntil(5000)
  const doubts = (index: 0 | 1): number =>
    world.hosts[index].engine
      .snapshot(world.now())
      .pairs.reduce((sum, pair) => sum + pair.timesSuspected + pair.timesDown, 0)
  return { world, links, doubts }
}

test.each([100, 200, 300])(
  'a machine that was busy for %i ms doubts no path before it has read what came meanwhile',
  (forMs) => {
    const { world, doubts } = busyWorld()
    const before = doubts(0)
    world.stall(0, forMs, true)
    expect(doubts(0)).toBe(before)
  },
)

test('without word that arrivals wait unread, a busy machine doubts its paths', () => {
  const { world, doubts } = busyWorld()
  const before = doubts(0)
  world.stall(0, 200, false)
  expect(doubts(0)).toBeGreaterThan(before)
})

test('a path that dies after its machine was busy is doubted as soon as one whose machine never was', () => {
  const foundAfterMs = (busyMs: number) => {
    const { world, links, doubts } = busyWorld(true)
    if (busyMs > 0) world.stall(0, busyMs, true)
    world.runUntil(6500)
    const before = doubts(0)
    const link = links[1] as TestLink
    link.up = false
    while (doubts(0) === before && world.now() < 7500) world.runUntil(world.now() + 1)
    return world.now() - 6500
  }
  expect(foundAfterMs(200)).toBe(foundAfterMs(0))
})

test('a path that died while its machine was busy is down soon after', () => {
  const { world, links, doubts } = busyWorld()
  const before = doubts(0)
  ;(links[1] as TestLink).up = false
  world.stall(0, 200, true)
  world.runUntil(world.now() + 300)
  expect(doubts(0)).toBeGreaterThan(before)
  const states = world.hosts[0].engine.snapshot(world.now()).pairs
  expect(states.find((pair) => pair.local.interfaceName === 'link2')?.state).toBe('down')
})

test('a driver that never comes to say that all is read holds judgement up for a stated time only', () => {
  const { world, links } = busyWorld()
  world.give(0, { kind: 'unread', sinceMs: world.now() })
  ;(links[1] as TestLink).up = false
  const stateOf = () =>
    world.hosts[0].engine.snapshot(world.now()).pairs.find((pair) => pair.local.interfaceName === 'link2')
      ?.state
  world.runUntil(world.now() + limits.unreadMs - 1)
  expect(stateOf()).toBe('up')
  world.runUntil(world.now() + 200)
  expect(stateOf()).toBe('down')
})
