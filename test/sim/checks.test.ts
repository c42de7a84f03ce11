/** The invariants' own tests: each must be able to fail, or 200 green seeds say nothing. */
import { describe, expect, test } from 'vitest'
import type { Engine, EngineOutput, EngineSnapshot } from '../../src/engine'
import type { SecureEvent, SecureSession } from '../../src/runtime/ports'
import { checkEngine } from './checked-engine'
import { checkSecure, createFlow } from './checked-secure'
import { checkSnapshot } from './checks'
import { checkDeadLinks, type Death, leftWithinMs } from './dead-links'
import { readNamed } from './named'
import { pathPlan, roundTripMs } from './plan'
import { randomScenario } from './random-scenario'
import { runScenario } from './run'
import type { Scenario } from './scenario'
import { partsBetween } from './shares'
import { watchWire } from './wire-watch'

function straight(lossPercent: number): Scenario {
  const end = (host: 'left' | 'right', address: string) => ({
    host,
    name: 'eth0',
    kind: 'ethernet' as const,
    addresses: [{ family: 4 as const, address }],
    network: 'net',
    up: { delayMs: 5, lossPercent },
  })
  return {
    ...randomScenario(1),
    name: 'straight',
    durationMs: 25_000,
    networks: ['net'],
    nats: [],
    interfaces: [end('left', '198.18.0.1'), end('right', '198.18.0.2')],
    changes: [],
    settings: { snapshotIntervalMs: 1000 },
  }
}

describe('a run', () => {
  test('without trouble breaks nothing', async () => {
    expect((await runScenario(straight(0))).violations).toEqual([])
  })

  test('in which a pair that the plan lets work is never found is reported', async () => {
    const { violations } = await runScenario(straight(100))
    expect(violations.join()).toMatch(/eth0 198\.18\.0\.1 → 198\.18\.0\.2 can work from .* and did not/)
  })

  test('of another seed leaves another trace', async () => {
    const traces = await Promise.all([1, 2].map((seed) => runScenario({ ...straight(5), seed })))
    expect(traces[0]?.hash).not.toBe(traces[1]?.hash)
  })

  test('shows what happens twice in the same way', async () => {
    const [first, second] = await Promise.all([runScenario(straight(20)), runScenario(straight(20))])
    expect(second?.hash).toBe(first?.hash)
  })
})

describe('a snapshot', () => {
  const good = async (): Promise<EngineSnapshot> =>
    (await runScenario(straight(0))).ends.left.driver.snapshot()
  const problemsOf = (snapshot: EngineSnapshot): string[] => {
    const found: string[] = []
    checkSnapshot(snapshot, straight(0), 'left', (what) => found.push(what))
    return found
  }

  test('with a nomination that succeeded is reported', async () => {
    const snapshot = await good()
    const pairs = snapshot.pairs.map((pair) => ({
      ...pair,
      nominations: { ...pair.nominations, succeeded: 1 },
    }))
    expect(problemsOf(snapshot)).toEqual([])
    expect(problemsOf({ ...snapshot, pairs }).join()).toMatch(/nominations succeeded/)
  })

  test('whose records do not add up is reported', async () => {
    const snapshot = await good()
    const pairs = snapshot.pairs.map((pair) => ({ ...pair, duplicates: pair.duplicates + 1 }))
    expect(problemsOf({ ...snapshot, pairs })).toHaveLength(1)
  })

  test('with a weight outside of what the settings allow is reported', async () => {
    const snapshot = await good()
    const found: string[] = []
    const narrow = { ...straight(0), settings: { minWeight: 0.5, maxWeight: 2 } }
    checkSnapshot(snapshot, narrow, 'left', (what) => found.push(what))
    const pairs = snapshot.pairs.map((pair) => ({ ...pair, weight: 0.4 }))
    checkSnapshot({ ...snapshot, pairs }, narrow, 'left', (what) => found.push(what))
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/a weight of 0\.4 from 0\.5 to 2/)
  })

  test('with more of bulk in flight than the path carries in a round trip and a short queue is reported', async () => {
    const scenario = {
      ...readNamed('voice-beside-bulk'),
      durationMs: 8000,
      finishBeforeEndMs: 0,
      changes: [],
    }
    const { violations, ends } = await runScenario(scenario)
    expect(violations).toEqual([])
    const snapshot = ends.left.driver.snapshot()
    const withInFlight = (inFlightBytes: number): string[] => {
      const pairs = snapshot.pairs.map((pair) => ({
        ...pair,
        capacity: pair.capacity && { ...pair.capacity, inFlightBytes },
      }))
      const found: string[] = []
      checkSnapshot({ ...snapshot, pairs }, scenario, 'left', (what) => found.push(what))
      return found
    }
    // 20 Mbit/s for a round trip of 40 ms, 50 ms of queue and 30 ms until the report.
    expect(withInFlight(299_000)).toEqual([])
    expect(withInFlight(301_000).join()).toMatch(/301000 of 300000 bytes in flight/)
  })

  test('with a message delivered twice is reported', async () => {
    const snapshot = await good()
    const messages = snapshot.messages.map((stream) => ({ ...stream, duplicated: 1 }))
    expect(problemsOf({ ...snapshot, messages })).toHaveLength(1)
  })
})

describe('a plan', () => {
  test('tells a path’s narrowest link, its round trip and its queue, at the most that changes make of them', () => {
    const scenario = readNamed('shared-bottleneck/single')
    expect(pathPlan(scenario, 'left', 'eth', 'lan')).toEqual({ rateBps: 10e6, roundTripMs: 20, queueMs: 200 })
    expect(pathPlan(scenario, 'left', 'none', 'lan')).toBeNull()
    expect(roundTripMs(readNamed('flapping/single'), 'left', 'eth')).toBe(40)
    expect(roundTripMs(readNamed('delay-step/single'), 'left', 'eth')).toBe(280)
  })
})

describe('a link that dies', () => {
  const death = (lastMs: number, users: Death['users']): Death => ({
    host: 'left',
    interfaceName: 'eth',
    atMs: 10_500,
    lastMs: { left: lastMs, right: 0 },
    users,
  })
  const problemsOf = (scenario: Scenario, deaths: readonly Death[]): string[] => {
    const found: string[] = []
    checkDeadLinks(scenario, { deaths, change: () => undefined, see: () => undefined }, (what) =>
      found.push(what),
    )
    return found
  }

  test('must be left after a round trip and 20 ms, by copies when checks have told, and by single after 2.5 s', () => {
    expect(leftWithinMs('weighted', 40, true)).toBe(60)
    expect(leftWithinMs('redundant', 40, true)).toBe(170)
    expect(leftWithinMs('single', 40, true)).toBe(2560)
    expect(leftWithinMs('backup', 40, false)).toBe(1490)
  })

  test('and gets stream packets for longer is reported, unless the scenario allows it', () => {
    const scenario = readNamed('flapping/adaptive')
    expect(problemsOf(scenario, [death(60, ['left'])])).toEqual([])
    expect(problemsOf(scenario, [death(61, ['left'])])).toHaveLength(1)
    expect(problemsOf(scenario, [death(61, [])])).toEqual([])
    expect(problemsOf(scenario, [death(1491, [])])).toHaveLength(1)
    const allowed = { kind: 'left-dead-links', withinMs: 70, why: 'it is tried' } as const
    expect(problemsOf({ ...scenario, expect: [allowed] }, [death(61, ['left'])])).toEqual([])
  })

  test('is seen with those whose packets went over it, and for how long they still did', async () => {
    const { deadLinks } = await runScenario(readNamed('mode-single-blackout'))
    const [first] = deadLinks.deaths
    expect(first).toMatchObject({ host: 'left', interfaceName: 'eth', atMs: 9000, users: ['left', 'right'] })
    expect(first?.lastMs.left).toBeGreaterThan(2500)
  })
})

describe('by weight', () => {
  test('a path that gets another part of the packets than its share is reported, and one as its share is not', async () => {
    const { ends } = await runScenario({ ...readNamed('streams-by-weight'), durationMs: 10_000 })
    const now = ends.left.driver.snapshot()
    const with0 = (packets: (at: number) => number): EngineSnapshot => ({
      ...now,
      pairs: now.pairs.map((pair, at) => ({
        ...pair,
        streamSent: { ...pair.streamSent, packets: pair.streamSent.packets - packets(at) },
      })),
    })
    const byShare = partsBetween(
      with0((at) => 1000 * (now.pairs[at]?.share ?? 0)),
      now,
    )
    expect(byShare.filter(({ part }) => part > 0)).toHaveLength(3)
    for (const { part, share } of byShare) expect(part).toBeCloseTo(share, 2)
    const allOnOne = partsBetween(
      with0((at) => (at === 0 ? 1000 : 0)),
      now,
    )
    expect(Math.max(...allOnOne.map(({ part, share }) => part - share))).toBeGreaterThan(0.3)
    // Where what was under way had to be sent again, a path was avoided for a while.
    const resent = { ...now, pairs: now.pairs.map((pair) => ({ ...pair, resent: pair.resent + 1 })) }
    expect(
      partsBetween(
        with0((at) => (at === 0 ? 1000 : 0)),
        resent,
      ),
    ).toEqual([])
  })
})

describe('an engine', () => {
  function engineThat(says: EngineOutput[], deadlineMs?: number): { engine: Engine; found: string[] } {
    const found: string[] = []
    const inner: Engine = {
      handle: () => undefined,
      poll: () => says.shift(),
      nextDeadline: () => deadlineMs,
      snapshot: () => {
        throw new Error('not asked for')
      },
    }
    const counts = {
      transmitted: 0,
      transmittedBytes: 0,
      datagramsTaken: 0,
      streamPackets: new Set<string>(),
    }
    return { engine: checkEngine(inner, counts, (what) => found.push(what)), found }
  }
  function tick({ engine }: { engine: Engine }, nowMs: number): void {
    engine.handle({ kind: 'tick' }, nowMs)
    while (engine.poll() !== undefined) {
      // Drained as a driver does.
    }
  }

  test('with a timer in the past is reported', () => {
    const checked = engineThat([], 99)
    tick(checked, 100)
    expect(checked.found).toEqual(['a timer in the past: 99 at 100 ms'])
  })

  test('that speaks after its end is reported', () => {
    const checked = engineThat([{ kind: 'ended' }, { kind: 'ended' }])
    tick(checked, 0)
    expect(checked.found).toEqual(['ended follows the end'])
  })

  test('that sends too large a datagram is reported', () => {
    const to = { family: 4, address: '192.0.2.1', port: 1 } as const
    const checked = engineThat([{ kind: 'transmit', socketId: 1, to, data: new Uint8Array(1401) }])
    tick(checked, 0)
    expect(checked.found).toEqual(['a datagram of 1401 bytes'])
  })

  test('whose time stands still is stopped', () => {
    const checked = engineThat([], 5)
    expect(() => {
      for (let call = 0; call < 30_000; call++) tick(checked, 5)
    }).toThrow('time stands still')
  })
})

describe('the wire', () => {
  const address = { family: 4, address: '192.0.2.1', port: 1 } as const
  const packet = (data: number[]) => ({ from: address, to: address, data: new Uint8Array(data) })
  const cookieAndTransaction = [0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
  const stun = (high: number, low: number, length: number) => [high, low, 0, length, ...cookieAndTransaction]

  test('on which a nomination is granted is reported', () => {
    const found: string[] = []
    const wire = watchWire((what) => found.push(what))
    wire.see('left', packet([...stun(0, 1, 4), 0, 0x25, 0, 0]), 0)
    expect(found).toEqual([])
    wire.see('right', packet(stun(1, 1, 0)), 1)
    expect(found).toEqual(['right granted a nomination'])
  })

  test('on which a plain check is answered is not', () => {
    const found: string[] = []
    const wire = watchWire((what) => found.push(what))
    wire.see('left', packet([...stun(0, 1, 8), 0, 0x24, 0, 4, 0, 0x25, 0, 0]), 0)
    wire.see('right', packet(stun(1, 1, 0)), 1)
    expect(found).toEqual([])
  })

  test('on which one host sends more checks than stated is reported', () => {
    const found: string[] = []
    const wire = watchWire((what) => found.push(what))
    for (let count = 0; count < 1200; count++) wire.see('left', packet(stun(0, 1, 0)), 500)
    expect(found).toHaveLength(1)
  })
})

describe('a secure session', () => {
  async function session() {
    const found: string[] = []
    const outward = createFlow()
    const inward = createFlow()
    const inner: SecureSession = {
      fingerprint: '',
      start: () => undefined,
      receiveHandshake: () => undefined,
      open: (record) => record.slice(13),
      deliver: () => undefined,
      sendMessage: (data) => data[0] !== 0,
      resume: () => undefined,
      close: () => undefined,
      onEvent: () => undefined,
    }
    const sessions = { create: () => Promise.resolve(inner) }
    const checked = await checkSecure(
      sessions,
      () => 0,
      outward,
      inward,
      (what) => found.push(what),
    ).create()
    return { checked, inner, inward, outward, found, tell: (event: SecureEvent) => inner.onEvent(event) }
  }
  const message = (byte: number) => ({ data: new Uint8Array([byte]), sentAtMs: 0, deliveredAtMs: null })

  test('that is handed one record twice is reported', async () => {
    const { checked, found } = await session()
    const opened = [1, 1].map(() => checked.open(new Uint8Array(20).fill(7)))
    for (const plain of opened) if (plain !== undefined) checked.deliver(plain)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/delivered twice/)
  })

  test('that delivers a message out of order, or one that was not sent, is reported', async () => {
    const { inward, tell, found } = await session()
    inward.messages.push(message(1), message(2))
    tell({ kind: 'message', data: new Uint8Array([2]) })
    expect(found[0]).toMatch(/out of order/)
    tell({ kind: 'message', data: new Uint8Array([1]) })
    tell({ kind: 'message', data: new Uint8Array([2]) })
    tell({ kind: 'message', data: new Uint8Array([3]) })
    expect(found.at(-1)).toMatch(/not sent/)
  })

  test('that refuses a message does not owe it', async () => {
    const { checked, outward } = await session()
    expect([checked.sendMessage(new Uint8Array([0])), checked.sendMessage(new Uint8Array([1]))]).toEqual([
      false,
      true,
    ])
    expect(outward.messages).toHaveLength(1)
  })
})
