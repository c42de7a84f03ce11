import { expect, test } from 'vitest'
import { firstApplicationRecord } from '../face/limits'
import type { EngineSettings } from '../face/settings'
import { distributionProblem, pairOfEngines, type TestRecord } from '../testing'

const link = (delayMs: number, loss = 0) => ({ delayMs, loss, up: true })
/** Where a packet has one path, records overtake each other on links of unequal delay. */
const spread: Partial<EngineSettings> = {
  mode: 'weighted',
  messages: { enabled: true, ratePerSecond: 100, sizeBytes: 128 },
}

function session(links: Parameters<typeof pairOfEngines>[0], settings = spread, seed = 1) {
  const world = pairOfEngines(links, settings, seed)
  world.connect()
  world.runUntil(10_000)
  return world.hosts.map(({ engine, records }) => ({
    told: engine.snapshot(world.now()).records,
    network: ofNetwork(records),
  }))
}

/** The same figures from when each record came and was handed on, by looking through all of them again and again. */
function ofNetwork(records: readonly TestRecord[]) {
  const extents = records.map(({ sequence }, at) => {
    const first = records.slice(0, at).findIndex((before) => before.sequence > sequence)
    return first < 0 ? 0 : at - first
  })
  const delivered = records.filter(({ deliveredAtMs }) => deliveredAtMs !== null)
  const holds = delivered
    .map(({ atMs, deliveredAtMs }) => (deliveredAtMs ?? 0) - atMs)
    .filter((holdMs) => holdMs > 0)
  // What was handed on at one moment came out by number.
  const order = [...delivered].sort(
    (a, b) => (a.deliveredAtMs ?? 0) - (b.deliveredAtMs ?? 0) || a.sequence - b.sequence,
  )
  let next: number = firstApplicationRecord
  let gapsGivenUp = 0
  for (const { sequence } of order) {
    if (sequence > next) gapsGivenUp += 1
    next = Math.max(next, sequence + 1)
  }
  return {
    counts: {
      received: records.length,
      reordered: extents.filter((extent) => extent > 0).length,
      reorderingExtentMax: Math.max(0, ...extents),
      held: holds.length,
      waiting: records.length - delivered.length,
      gapsGivenUp,
    },
    holds,
  }
}

test('records that overtook each other are told as the network reordered them, with what the order cost', () => {
  for (const { told, network } of session([link(10), link(60)])) {
    const { counts, holds } = network
    expect(told).toMatchObject(counts)
    expect(counts.reordered).toBeGreaterThan(100)
    // A message each 10 ms: five of them in the 50 ms by which one link is slower.
    expect(counts.reorderingExtentMax).toBeGreaterThanOrEqual(5)
    expect(counts.gapsGivenUp).toBe(0)
    expect(distributionProblem(told?.holdMs ?? null, holds)).toBeUndefined()
    expect(told?.holdMs?.max).toBeLessThanOrEqual(50)
  }
})

test('gaps of what is lost on the way are given up, each told once', () => {
  for (let seed = 1; seed <= 3; seed += 1) {
    for (const { told, network } of session([link(10, 0.1), link(60)], spread, seed)) {
      expect(told).toMatchObject(network.counts)
      expect(network.counts.gapsGivenUp).toBeGreaterThan(10)
    }
  }
})

test('where nothing overtakes nothing is reordered or held, and no hold was measured', () => {
  const redundant = { ...spread, mode: 'redundant' } as const
  const runs = [...session([link(10)]), ...session([link(10), link(60)], redundant)]
  for (const { told, network } of runs) {
    expect(network.counts.received).toBeGreaterThan(500)
    expect(told).toEqual({
      received: network.counts.received,
      reordered: 0,
      reorderingExtentMax: 0,
      held: 0,
      holdMs: null,
      waiting: 0,
      gapsGivenUp: 0,
    })
  }
})

test('nothing is told of records before one has come', () => {
  const world = pairOfEngines([link(10)])
  expect(world.hosts.map(({ engine }) => engine.snapshot(0).records)).toEqual([null, null])
})
