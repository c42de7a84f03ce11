import { expect, test } from 'vitest'
import type { EngineEvent } from '../face/event'
import type { StreamSpec } from '../face/streams'
import { pairOfEngines, type TestLink } from '../testing'

const flood = { kind: 'cbr', rateBps: 10_000_000, sizeBytes: 1200 } as const
/** A twentieth of what the stream sends. */
const narrow: TestLink = { delayMs: 20, loss: 0, up: true, rateBps: flood.rateBps / 20 }
const wide: TestLink = { delayMs: 20, loss: 0, up: true }

/** Sends twenty times what the first link carries, and that link alone is used, as `single` does. */
function flooded(links: TestLink[], spec: StreamSpec = flood) {
  const messages = { enabled: false, ratePerSecond: 1, sizeBytes: 128 }
  const world = pairOfEngines(links, { messages, mode: 'single' })
  world.connect()
  world.runUntil(1000)
  const pairs = world.hosts[0].engine.snapshot(world.now()).pairs
  const pairId = pairs.find((pair) => pair.straight && pair.local.interfaceName === 'link1')?.id ?? 0
  const told = (kind: EngineEvent['kind']) =>
    world.hosts[0].events.filter((event) => event.kind === kind && event.atMs > 1000)
  world.give(0, { kind: 'command', command: { kind: 'pin-pair', pairId, pinned: true } })
  world.give(0, { kind: 'command', command: { kind: 'start-stream', direction: 'sent', spec } })
  const brokenAfterMs = () => (told('stream-broken')[0]?.atMs ?? Infinity) - 1000
  return { ...world, told, brokenAfterMs }
}

test('a flood is stopped within two seconds', () => {
  const world = flooded([{ ...narrow }, { ...wide }])
  world.runUntil(9000)
  expect(world.brokenAfterMs()).toBeLessThan(2000)
})

test('also with a queue in which packets wait for more than a second, and one that was declared dead meanwhile', () => {
  const world = flooded([{ ...narrow, queueMs: 1500 }, { ...wide }])
  world.runUntil(15_000)
  expect(world.brokenAfterMs()).toBeLessThan(4000)
})

test('and when more packets are in flight than are remembered', () => {
  const links = [{ ...narrow, delayMs: 150, rateBps: 1_250_000 }, { ...wide }]
  const world = flooded(links, { kind: 'cbr', rateBps: 25_000_000, sizeBytes: 64 })
  world.runUntil(4000)
  expect(world.brokenAfterMs()).toBeLessThan(2500)
}, 60_000)

test.each([600, 1100, 1600])(
  'and while nothing of the peer’s comes for %i ms of each two seconds: only such a time comes on top',
  (goneMs) => {
    const world = flooded([{ ...narrow }, { ...wide }])
    for (let atMs = 1600; atMs < 13_000; atMs += 2000) {
      world.runUntil(atMs)
      world.lose(1, true)
      world.runUntil(atMs + goneMs)
      world.lose(1, false)
    }
    expect(world.brokenAfterMs()).toBeLessThan(2000 + goneMs)
  },
)

test('and while its path dies and returns each second', () => {
  const links = [{ ...narrow }, { ...wide }]
  const world = flooded(links)
  const [path] = links as [TestLink]
  for (let atMs = 1700; atMs < 13_000; atMs += 1700) {
    world.runUntil(atMs)
    path.up = false
    world.runUntil(atMs + 1200)
    path.up = true
  }
  expect(world.told('pair-state').length).toBeGreaterThan(2)
  expect(world.brokenAfterMs()).toBeLessThan(4000)
})
