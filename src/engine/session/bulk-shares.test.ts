import { describe, expect, test } from 'vitest'
import type { BulkReason } from '../face/explain'
import type { EngineCommand } from '../face/io'
import type { EngineSettings, Mode } from '../face/settings'
import type { StreamSpec } from '../face/streams'
import { pairOfEngines, type TestLink } from '../testing'

const link = (rateBps: number, delayMs = 10): TestLink => ({ delayMs, loss: 0, up: true, rateBps })
const bulk: StreamSpec = { kind: 'bulk' }
const cbr = (rateBps: number): StreamSpec => ({ kind: 'cbr', rateBps, sizeBytes: 1200 })

/** Two hosts, of which the first sends these streams over links of 20 and 5 Mbit/s, if no others are given. */
function sending(mode: Mode, streams: readonly StreamSpec[], links = [link(20e6), link(5e6)]) {
  const settings: Partial<EngineSettings> = {
    mode,
    messages: { enabled: false, ratePerSecond: 1, sizeBytes: 128 },
    use: 'disjoint',
  }
  const world = pairOfEngines(links, [{ ...settings, streams }, settings])
  world.connect()
  const snapshot = () => world.hosts[0].engine.snapshot(world.now())
  const pairOf = (at: number) => {
    const { pairs } = snapshot()
    const found = pairs.find((one) => one.straight && one.local.interfaceName === `link${at + 1}`)
    if (found === undefined) throw new Error(`no pair on link ${at + 1}`)
    return found
  }
  return {
    ...world,
    command: (given: EngineCommand) => world.give(0, { kind: 'command', command: given }),
    pairOf,
    reasonOf(at: number) {
      const { id } = pairOf(at)
      return snapshot().spreading.reasons.find(({ pairId }) => pairId === id)?.reason
    },
    /** What streams put on each link from now on until then, bit/s. */
    ratesUntil(untilMs: number): number[] {
      const bytes = () => links.map((_, at) => pairOf(at).streamSent.bytes)
      const [before, fromMs] = [bytes(), world.now()]
      world.runUntil(untilMs)
      return bytes().map((now, at) => ((now - (before[at] ?? 0)) * 8000) / (untilMs - fromMs))
    },
  }
}

type Sending = ReturnType<typeof sending>

function bulkReason(world: Sending, at: number): BulkReason {
  const reason = world.reasonOf(at)
  if (reason?.kind !== 'bulk') throw new Error(`link ${at + 1} is said to be ${reason?.kind}`)
  return reason
}

const parts = (rates: readonly number[]): number[] => {
  const all = rates.reduce((sum, rate) => sum + rate, 0)
  return rates.map((rate) => rate / all)
}

const apart = (one = 0, other = 0): number => Math.abs(one - other)

describe('in weighted mode bulk goes by room, not by weight', () => {
  test('and each path’s share is what it is given, from the second second on', () => {
    const world = sending('weighted', [bulk])
    world.runUntil(500)
    for (let atMs = 2000; atMs <= 5000; atMs += 500) {
      const carried = parts(world.ratesUntil(atMs))
      for (const at of [0, 1])
        expect(apart(world.pairOf(at).share, carried[at]), `${atMs}`).toBeLessThan(0.02)
    }
    expect(world.pairOf(0).share).toBeGreaterThan(0.77)
    expect(world.pairOf(0).share + world.pairOf(1).share).toBeCloseTo(1, 9)
  })

  test('and that is said of it, with what it takes and what keeps it from more, and nothing of weights', () => {
    const world = sending('weighted', [bulk])
    world.runUntil(3000)
    const rates = world.ratesUntil(6000)
    for (const at of [0, 1]) {
      const reason = bulkReason(world, at)
      expect(reason).toMatchObject({ hold: 'window', mode: null, othersShare: 0 })
      expect(reason.bulkBps / (rates[at] ?? 0)).toBeCloseTo(1, 1)
    }
  })

  test('while other streams go by weight, of which both are told', () => {
    const world = sending('weighted', [bulk, cbr(2e6)])
    world.runUntil(3000)
    const rates = world.ratesUntil(6000)
    const shares = [0, 1].map((at) => world.pairOf(at).share)
    const carried = parts(rates)
    expect(apart(shares[0], carried[0])).toBeLessThan(0.02)
    expect(shares[0]).toBeGreaterThan(0.77)
    const [wide, narrow] = [bulkReason(world, 0), bulkReason(world, 1)]
    const weights = world.pairOf(0).weight / (world.pairOf(0).weight + world.pairOf(1).weight)
    expect(wide.mode).toMatchObject({ kind: 'weighed', limit: null })
    expect(narrow.mode).toMatchObject({ kind: 'weighed', limit: null })
    expect(apart(wide.othersShare, weights)).toBeLessThan(0.05)
    expect(wide.othersShare).toBeLessThan(0.65)
    expect(wide.othersShare + narrow.othersShare).toBeCloseTo(1, 9)
    // What bulk takes is what the other stream leaves of each path.
    for (const [at, { bulkBps, othersShare }] of [wide, narrow].entries())
      expect(Math.abs(bulkBps + othersShare * 2.1e6 - (rates[at] ?? 0))).toBeLessThan(0.3e6)
  })

  test('until it ends, from when on shares are those of the weights again', () => {
    const world = sending('weighted', [bulk, cbr(2e6)])
    world.runUntil(4000)
    expect(world.pairOf(0).share).toBeGreaterThan(0.77)
    world.command({ kind: 'stop-stream', direction: 'sent', id: 1 })
    expect(world.reasonOf(0)).toMatchObject({ kind: 'weighed' })
    expect(world.pairOf(0).share).toBeLessThan(0.65)
  })

  test('also up to a limit of the user’s, which is named', () => {
    const world = sending('weighted', [bulk])
    world.runUntil(2000)
    world.command({ kind: 'cap-pair', pairId: world.pairOf(0).id, capBps: 2e6 })
    world.runUntil(4000)
    const rates = world.ratesUntil(5000)
    expect(bulkReason(world, 0)).toMatchObject({ hold: 'cap' })
    expect(bulkReason(world, 1)).toMatchObject({ hold: 'window' })
    expect(apart(world.pairOf(0).share, 2 / 7)).toBeLessThan(0.04)
    expect(rates[0]).toBeLessThan(2.1e6)
  })
})

describe('what keeps bulk from more on a path', () => {
  const holdsUntil = (world: Sending, at: number, untilMs: number, everyMs: number): Set<string> => {
    const holds = new Set<string>()
    while (world.now() < untilMs) {
      world.runUntil(world.now() + everyMs)
      const reason = world.reasonOf(at)
      if (reason?.kind === 'bulk') holds.add(reason.hold)
    }
    return holds
  }

  test('is at first that it finds out what the path carries, and then its window', () => {
    const world = sending('weighted', [bulk], [link(50e6, 60)])
    world.runUntil(400)
    expect([...holdsUntil(world, 0, 2600, 20)][0]).toBe('startup')
    expect([...holdsUntil(world, 0, 3600, 20)]).toEqual(['window'])
  })

  test('is a queue for as long as it takes after a path has become slower', () => {
    const world = sending('weighted', [bulk])
    world.runUntil(3000)
    ;(world.links[0] as TestLink).rateBps = 1.5e6
    expect(holdsUntil(world, 0, 3600, 20)).toContain('queue')
    world.runUntil(6000)
    expect([...holdsUntil(world, 0, 6400, 50)]).toEqual(['window'])
    expect(apart(world.pairOf(0).share, 1.5 / 6.5)).toBeLessThan(0.04)
  })

  test('is doubt where the mode stays with a path that has fallen silent', () => {
    const world = sending('single', [bulk])
    world.runUntil(3000)
    expect(bulkReason(world, 0)).toMatchObject({ hold: 'window', mode: { kind: 'selected' } })
    ;(world.links[0] as TestLink).up = false
    expect(holdsUntil(world, 0, 3400, 10)).toContain('suspect')
  })

  test('is not told of a path that is avoided: nothing goes there', () => {
    const world = sending('weighted', [bulk])
    world.runUntil(3000)
    ;(world.links[1] as TestLink).up = false
    const kinds = new Set<string | undefined>()
    while (world.now() < 3300) {
      world.runUntil(world.now() + 5)
      kinds.add(world.reasonOf(1)?.kind)
    }
    expect([...kinds]).toEqual(['bulk', 'avoided', 'not-working'])
    expect(world.pairOf(0).share).toBe(1)
  })
})

describe('in the other modes', () => {
  test('redundant: bulk goes over all paths at the pace of the slowest, for which the others wait', () => {
    const world = sending('redundant', [bulk])
    world.runUntil(3000)
    const rates = world.ratesUntil(6000)
    expect(bulkReason(world, 0)).toMatchObject({ hold: 'slowest', mode: { kind: 'copies' } })
    expect(bulkReason(world, 1)).toMatchObject({ hold: 'window', mode: { kind: 'copies' } })
    for (const at of [0, 1]) {
      expect(bulkReason(world, at).bulkBps / (rates[at] ?? 0)).toBeCloseTo(1, 1)
      expect(world.pairOf(at).share).toBeCloseTo(0.5, 6)
    }
  })

  test('redundant: where a path rests for another stream, what is said and the shares count that bulk goes there', () => {
    const world = sending('redundant', [bulk, cbr(8e6)])
    world.runUntil(4000)
    const carried = parts(world.ratesUntil(7000))
    expect(carried[0]).toBeGreaterThan(0.6)
    for (const at of [0, 1]) expect(apart(world.pairOf(at).share, carried[at])).toBeLessThan(0.03)
    expect(bulkReason(world, 0)).toMatchObject({ hold: 'slowest', mode: { kind: 'copies' } })
    expect(bulkReason(world, 1)).toMatchObject({ hold: 'window', mode: { kind: 'resting' } })
    expect(bulkReason(world, 1).othersShare).toBeLessThan(0.01)
    for (const at of [0, 1]) expect(bulkReason(world, at).bulkBps).toBeGreaterThan(4.5e6)
  })

  test('backup and single: bulk goes over the preferred path alone', () => {
    for (const [mode, here, there] of [
      ['backup', 'active', 'standing-by'],
      ['single', 'selected', 'not-selected'],
    ] as const) {
      const world = sending(mode, [bulk])
      world.runUntil(4000)
      expect(bulkReason(world, 0), mode).toMatchObject({ hold: 'window', mode: { kind: here } })
      expect(world.reasonOf(1), mode).toMatchObject({ kind: there })
      expect([world.pairOf(0).share, world.pairOf(1).share]).toEqual([1, 0])
    }
  })

  test('lowest-latency and adaptive: what the fastest path has no room for goes over the other, up to its own', () => {
    for (const mode of ['lowest-latency', 'adaptive'] as const) {
      const world = sending(mode, [bulk], [link(20e6, 10), link(5e6, 40)])
      world.runUntil(3000)
      const carried = parts(world.ratesUntil(6000))
      expect(bulkReason(world, 0), mode).toMatchObject({ hold: 'window', mode: { kind: 'fastest' } })
      expect(bulkReason(world, 1), mode).toMatchObject({ hold: 'window', mode: { kind: 'spill' } })
      for (const at of [0, 1]) expect(apart(world.pairOf(at).share, carried[at]), mode).toBeLessThan(0.02)
    }
  })
})
