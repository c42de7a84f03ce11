import { expect, test } from 'vitest'
import { limits } from '../face/limits'
import { pairOfEngines, type TestLink } from '../testing'

const stream = { kind: 'cbr', rateBps: 8_000_000, sizeBytes: 1000 } as const

/** Two hosts with three links and a dense stream each way. */
function busyWorld() {
  const links: TestLink[] = [10, 20, 30].map((delayMs) => ({ delayMs, loss: 0, up: true }))
  const world = pairOfEngines(links, {
    mode: 'redundant',
    streams: [stream],
    messages: { enabled: false, ratePerSecond: 1, sizeBytes: 64 },
  })
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
  world.give(0, { kind: 'unread', waits: true })
  ;(links[1] as TestLink).up = false
  const stateOf = () =>
    world.hosts[0].engine.snapshot(world.now()).pairs.find((pair) => pair.local.interfaceName === 'link2')
      ?.state
  world.runUntil(world.now() + limits.unreadMs - 1)
  expect(stateOf()).toBe('up')
  world.runUntil(world.now() + 200)
  expect(stateOf()).toBe('down')
})
