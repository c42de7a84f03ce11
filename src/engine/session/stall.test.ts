import { expect, test } from 'vitest'
import type { EnginePrimitives } from '../face/io'
import { limits } from '../face/limits'
import { pairOfEngines, testPrimitives, type TestLink } from '../testing'

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

/** The first machine is busy from now on, and reads what comes all the same; `word`: what its hellos leave out. */
function behindWorld(word = '') {
  const hide = (seed: number): EnginePrimitives => {
    const primitives = testPrimitives(seed)
    // Of the same length, as lengths are sealed as well; words that are not known are skipped.
    const without = (plain: Uint8Array): Uint8Array =>
      Buffer.from(Buffer.from(plain).toString('latin1').replace(word, 'x'.repeat(word.length)), 'latin1')
    return {
      ...primitives,
      seal: (key, nonce, plain, aad) => primitives.seal(key, nonce, without(plain), aad),
    }
  }
  const links: TestLink[] = [10, 20, 30].map((delayMs) => ({ delayMs, loss: 0, up: true }))
  const settings = {
    mode: 'redundant',
    messages: { enabled: false, ratePerSecond: 1, sizeBytes: 64 },
  } as const
  const world = pairOfEngines(links, [settings, { ...settings, streams: [stream] }], 1, hide)
  world.connect()
  world.runUntil(5000)
  world.give(0, { kind: 'unread', sinceMs: world.now() })
  const sender = () => world.hosts[1].engine.snapshot(world.now())
  return {
    world,
    links,
    doubts: () => sender().pairs.reduce((sum, pair) => sum + pair.timesSuspected + pair.timesDown, 0),
    inFlightBytes: () => sender().pairs.map(({ capacity }) => capacity?.inFlightBytes ?? 0),
    badFrames: () => sender().dropped['bad-frame'],
  }
}

test('a machine that has not read all that came tells of what it has read', () => {
  const { world, inFlightBytes, badFrames } = behindWorld()
  world.runUntil(world.now() + limits.unreadMs - 10)
  // 1000 bytes a millisecond: a round trip of 20 to 60 ms, and the time between two reports.
  expect(Math.max(...inFlightBytes())).toBeLessThan(90_000)
  expect(badFrames()).toBe(0)
})

test('its peer concludes nothing from what it does not tell before it has read all', () => {
  const { world, links, doubts } = behindWorld()
  const before = doubts()
  ;(links[1] as TestLink).up = false
  world.runUntil(world.now() + 200)
  expect(doubts()).toBe(before)
  world.give(0, { kind: 'unread', sinceMs: null })
  world.runUntil(world.now() + 60)
  expect(doubts()).toBeGreaterThan(before)
})

test('an earlier release, which would take such a report for all that came, is told when all is read', () => {
  const { world, inFlightBytes, badFrames } = behindWorld('feedback-behind')
  world.runUntil(world.now() + limits.unreadMs - 10)
  expect(Math.max(...inFlightBytes())).toBeGreaterThan(200_000)
  world.give(0, { kind: 'unread', sinceMs: null })
  world.runUntil(world.now() + 100)
  expect(Math.max(...inFlightBytes())).toBeLessThan(90_000)
  expect(badFrames()).toBe(0)
})

test.each([5, 25, 60])(
  'a machine that was away for 60 ms, longer than the timer that shows it was late for (%i ms), tells its peer nothing wrong',
  (lateMs) => {
    const { world, doubts } = busyWorld(true)
    world.runUntil(5013)
    const before = doubts(1)
    world.stall(0, 60, true, lateMs)
    world.runUntil(world.now() + 100)
    expect(doubts(1)).toBe(before)
  },
)
