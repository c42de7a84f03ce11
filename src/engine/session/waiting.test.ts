import { expect, test } from 'vitest'
import type { EngineEvent } from '../face/event'
import { pairOfEngines } from '../testing'

const link = () => ({ delayMs: 10, loss: 0, up: true })
const quiet = { messages: { enabled: true, ratePerSecond: 5, sizeBytes: 128 } }
const ended = (events: readonly EngineEvent[]) => events.find((event) => event.kind === 'ended')

function connected(offerer: number, answerer: number = offerer) {
  const world = pairOfEngines(
    [link(), link()],
    [offerer, answerer].map((reconnectFor) => ({ ...quiet, reconnectFor })),
  )
  world.connect()
  world.runUntil(5000)
  return world
}

const setLinks = (world: ReturnType<typeof connected>, up: boolean) => {
  for (const one of world.links) one.up = up
}

test('five minutes of silence are survived, and the time that is left is told meanwhile', () => {
  const world = connected(300)
  setLinks(world, false)
  world.runUntil(65_000)
  for (const host of world.hosts) {
    const { ice, waitingUntilMs } = host.engine.snapshot(world.now())
    expect(ice).toBe('disconnected')
    expect(waitingUntilMs).toBeGreaterThan(305_000)
    expect(waitingUntilMs).toBeLessThan(308_000)
  }
  world.runUntil(300_000)
  setLinks(world, true)
  world.runUntil(303_000)
  for (const host of world.hosts) {
    expect(host.ended).toBe(false)
    expect(host.engine.snapshot(world.now())).toMatchObject({ ice: 'connected', waitingUntilMs: null })
    expect(host.resumed).toBe(1)
  }
})

test('a session ends when it has waited for as long as it may', () => {
  const world = connected(20)
  setLinks(world, false)
  world.runUntil(40_000)
  for (const host of world.hosts) {
    expect(ended(host.events)).toMatchObject({
      reason: 'peer-gone',
      detail: 'No path has been answered for 20 s.',
    })
    expect(ended(host.events)?.atMs).toBeGreaterThan(25_000)
    expect(ended(host.events)?.atMs).toBeLessThan(28_000)
  }
})

test('the side that gives up first says so, where only its own words still arrive', () => {
  const world = connected(600, 20)
  // What the first side sends is lost, so that neither gets an answer; the second still reaches it.
  world.lose(0, true)
  world.runUntil(40_000)
  expect(ended(world.hosts[1].events)).toMatchObject({ detail: 'No path has been answered for 20 s.' })
  const told = ended(world.hosts[0].events)
  expect(told).toMatchObject({
    reason: 'peer-gone',
    detail: 'The peer stopped waiting for this side to be heard again.',
  })
})

test('time that passed while the machine was suspended is not taken for waiting', () => {
  const world = connected(60)
  setLinks(world, false)
  world.runUntil(30_000)
  setLinks(world, true)
  // The clocks jump ahead by an hour, far beyond the limit, and the links are there again.
  world.skip(3_600_000)
  world.runUntil(world.now() + 5000)
  for (const host of world.hosts) expect(host.ended).toBe(false)
  expect(world.hosts[0].engine.snapshot(world.now()).ice).toBe('connected')
})
