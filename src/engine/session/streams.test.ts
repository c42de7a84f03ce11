import { describe, expect, test } from 'vitest'
import type { EngineEvent } from '../face/event'
import { limits } from '../face/limits'
import { defaultSettings, type EngineSettings } from '../face/settings'
import type { StreamDirection, StreamSnapshot, StreamSpec } from '../face/streams'
import { pairOfEngines } from '../testing'

const link = (delayMs: number, loss = 0) => ({ delayMs, loss, up: true })
const cbr = (rateBps: number, sizeBytes = 1200): StreamSpec => ({ kind: 'cbr', rateBps, sizeBytes })

function connected(links: ReturnType<typeof link>[], settings: Partial<EngineSettings> = {}) {
  const world = pairOfEngines(links, settings)
  world.connect()
  const streamsOf = (index: 0 | 1, direction: StreamDirection): StreamSnapshot[] =>
    world.hosts[index].engine.snapshot(world.now()).streams.filter((stream) => stream.direction === direction)
  const told = (index: 0 | 1, kind: EngineEvent['kind']) =>
    world.hosts[index].events.filter((event) => event.kind === kind)
  const command = (index: 0 | 1, given: Parameters<typeof world.give>[1] & { kind: 'command' }) =>
    world.give(index, given)
  return { ...world, streamsOf, told, command }
}

/** Only the first side's settings matter to a test: the other has its own session in it as well. */
const start = (spec: StreamSpec, direction: StreamDirection = 'sent') =>
  ({ kind: 'command', command: { kind: 'start-stream', direction, spec } }) as const
const stop = (id: number, direction: StreamDirection = 'sent') =>
  ({ kind: 'command', command: { kind: 'stop-stream', direction, id } }) as const
const finish = { kind: 'command', command: { kind: 'finish' } } as const

describe('streams', () => {
  test('of the settings begin when both sides are connected, and arrive whole in redundant mode', () => {
    const world = connected([link(10), link(30)], { streams: [{ kind: 'voice' }] })
    world.runUntil(5000)
    for (const index of [0, 1] as const) {
      const [sent] = world.streamsOf(index, 'sent')
      const [received] = world.streamsOf(index, 'received')
      expect(sent).toMatchObject({ id: 1, spec: { kind: 'voice' }, running: true, by: 'us' })
      expect(sent?.sent).toBeGreaterThan(200)
      expect(received).toMatchObject({
        id: 1,
        spec: { kind: 'voice' },
        running: true,
        by: 'peer',
        lost: 0,
        reordered: 0,
      })
      expect(received?.received).toBeGreaterThan(200)
      // Each packet came over the fast path first and over the slow one again.
      expect(received?.duplicates).toBeGreaterThan((received?.received ?? 0) - 4)
      expect(received?.paths.filter((path) => (path.firstArrivals ?? 0) > 0)).toHaveLength(1)
      expect(received?.deliveryGapMaxMs).toBeCloseTo(20, 3)
      expect(received?.jitterMs).toBeCloseTo(0, 3)
      expect(received?.latencyMs?.max).toBeCloseTo(0, 3)
      expect(received?.goodputBps).toBeCloseTo(160 * 8 * 50, -3)
      expect(sent?.overheadFactor).toBe(2)
    }
  })

  test('go on over a wrap of RTP’s sequence number, each packet once, while one path loses, and the other is later', () => {
    const world = connected([link(10, 0.2), link(25)])
    world.runUntil(1000)
    world.command(0, start(cbr(25_000_000, 64)))
    world.runUntil(2400)
    world.command(0, finish)
    world.runUntil(8000)
    const [sent] = world.streamsOf(0, 'sent')
    const [received] = world.streamsOf(1, 'received')
    expect(sent?.sent).toBeGreaterThan(65_536)
    expect(received).toMatchObject({ sent: sent?.sent, received: sent?.sent, lost: 0 })
    const copies = received?.paths.reduce((sum, { packets }) => sum + packets, 0)
    expect(received?.duplicates).toBe((copies ?? 0) - (sent?.sent ?? 0))
    expect(received?.playout).toMatchObject({ inOrder: sent?.sent, late: 0, gapsGivenUp: 0 })
  }, 60_000)

  test('have their due packets leave before a snapshot or anything else is made, which follows in a turn of its own', () => {
    const world = connected([link(10), link(30)], { streams: [{ kind: 'voice' }] })
    world.runUntil(3007)
    const { engine } = world.hosts[0]
    const kindsOf = (): string[] => {
      const kinds: string[] = []
      for (let output = engine.poll(); output; output = engine.poll()) kinds.push(output.kind)
      return kinds
    }
    // A packet, a snapshot, weights and reports are due by now.
    const nowMs = world.now() + 1001
    engine.handle({ kind: 'tick' }, nowMs)
    expect(new Set(kindsOf())).toEqual(new Set(['transmit']))
    expect(engine.nextDeadline()).toBe(nowMs)
    engine.handle({ kind: 'tick' }, nowMs)
    expect(kindsOf()).toContain('snapshot')
    expect(engine.nextDeadline()).toBeGreaterThan(nowMs)
  })

  test('that the paths lose from are counted without a packet unaccounted for, the same on both sides', () => {
    const world = connected([link(10, 0.2), link(30, 0.3)])
    world.runUntil(2000)
    world.command(0, start(cbr(1_000_000)))
    world.command(0, start({ kind: 'video', rateBps: 2_000_000 }))
    world.command(1, start({ kind: 'voice' }))
    world.runUntil(8000)
    world.command(0, finish)
    world.runUntil(14_000)
    expect(world.told(0, 'ended')).toMatchObject([{ reason: 'done', detail: null }])
    for (const [from, to, count] of [
      [0, 1, 2],
      [1, 0, 1],
    ] as const) {
      const [ours, theirs] = [world.streamsOf(from, 'sent'), world.streamsOf(to, 'received')]
      expect(ours).toHaveLength(count)
      ours.forEach((sent, at) => {
        const received = theirs[at]
        expect(sent.lost).toBeGreaterThan(0)
        expect((sent.received ?? 0) + (sent.lost ?? 0)).toBe(sent.sent)
        for (const key of ['sent', 'received', 'lost', 'duplicates', 'reordered'] as const)
          expect([key, received?.[key]]).toEqual([key, sent[key]])
      })
    }
  })

  test('share the paths by weight in weighted mode, one copy of each packet', () => {
    const world = connected([link(10), link(20)], { mode: 'weighted' })
    world.runUntil(5000)
    world.command(0, start(cbr(2_000_000)))
    world.runUntil(15_000)
    const [sent] = world.streamsOf(0, 'sent')
    expect(sent?.overheadFactor).toBe(1)
    const pairs = world.hosts[0].engine.snapshot(world.now()).pairs.filter((pair) => pair.carryingStreams)
    expect(pairs).toHaveLength(2)
    for (const pair of pairs) {
      const path = sent?.paths.find((one) => one.pairId === pair.id)
      expect(Math.abs((path?.packets ?? 0) / (sent?.sent ?? 1) - pair.share)).toBeLessThan(0.08)
    }
  })

  describe('and the deadline within which they are put in order', () => {
    /** By weight over paths of 10 and 60 ms, a packet every 2.5 ms: those over the slow path are overtaken. */
    const overtaking = (cbrDeadlineMs: number) => {
      const deadlinesMs = { ...defaultSettings.deadlinesMs, cbr: cbrDeadlineMs }
      const world = connected([link(10), link(60)], { mode: 'weighted', deadlinesMs })
      world.runUntil(3000)
      world.command(0, start(cbr(3_840_000)))
      world.runUntil(6000)
      const received = () => world.streamsOf(1, 'received')[0]
      const figures = () => ({ ...received()?.playout, reordered: received()?.reordered ?? 0 })
      const set = (deadlineMs: number, id = 1): void =>
        world.command(1, { kind: 'command', command: { kind: 'set-deadline', id, deadlineMs } })
      return { ...world, received, figures, set }
    }

    test('is that of the settings from the first packet on, and 0 hands each on as it comes', () => {
      const [atOnce, patient] = [overtaking(0).figures(), overtaking(250).figures()]
      expect(atOnce).toMatchObject({ deadlineMs: 0, held: 0, holdMs: null, waiting: 0 })
      expect(atOnce.reordered).toBeGreaterThan(20)
      expect(atOnce.late).toBe(atOnce.reordered)
      expect(patient).toMatchObject({ deadlineMs: 250, late: 0, gapsGivenUp: 0 })
      expect(patient.reordered).toBeGreaterThan(20)
      expect(patient.held).toBeGreaterThan(20)
      expect(patient.holdMs?.max).toBeGreaterThan(20)
    })

    test('is changed while it runs: what was held stays counted, what comes is handed on at once, and both ends know', () => {
      const { set, figures, runUntil, told, streamsOf } = overtaking(250)
      const before = figures()
      set(0)
      expect(told(1, 'stream-deadline')).toMatchObject([
        { direction: 'received', id: 1, deadlineMs: 0, wasMs: 250 },
      ])
      // Those that wait now keep their time.
      runUntil(6500)
      const soon = figures()
      runUntil(10_000)
      const after = figures()
      expect(after.deadlineMs).toBe(0)
      expect(after.held).toBe(soon.held)
      expect(after.held).toBeGreaterThanOrEqual(before.held ?? 0)
      expect((after.late ?? 0) - (soon.late ?? 0)).toBe(after.reordered - soon.reordered)
      expect(after.reordered - soon.reordered).toBeGreaterThan(20)
      expect(streamsOf(0, 'sent')[0]?.playout).toMatchObject({ deadlineMs: 0 })
      set(250)
      runUntil(11_000)
      const patient = figures()
      runUntil(13_000)
      expect(figures().held).toBeGreaterThan((after.held ?? 0) + 10)
      expect(figures().late).toBe(patient.late)
    })

    test('changes nothing of the figures of packets as they come', () => {
      const raw = (deadlineMs: number) => {
        const { reordered, received, lost, latencyMs, jitterMs, deliveryGapMaxMs } =
          overtaking(deadlineMs).received() ?? {}
        return { reordered, received, lost, latencyMs, jitterMs, deliveryGapMaxMs }
      }
      const atOnce = raw(0)
      expect(atOnce.latencyMs?.n).toBeGreaterThan(200)
      expect(raw(250)).toEqual(atOnce)
    })

    test('stays what the user set when the stream changes, and within its limits; a stream that is not there is no matter', () => {
      const { set, figures, told, command, runUntil } = overtaking(250)
      set(99_999)
      expect(figures().deadlineMs).toBe(limits.playoutDeadlineMs)
      set(limits.playoutDeadlineMs)
      set(40, 7)
      expect(told(1, 'stream-deadline')).toHaveLength(1)
      const change = { kind: 'change-stream', direction: 'sent', id: 1, spec: { kind: 'voice' } } as const
      command(0, { kind: 'command', command: change })
      runUntil(7000)
      expect(figures().deadlineMs).toBe(limits.playoutDeadlineMs)
    })

    test('follows the kind of the stream until then', () => {
      const { figures, command, runUntil } = overtaking(250)
      const change = { kind: 'change-stream', direction: 'sent', id: 1, spec: { kind: 'voice' } } as const
      command(0, { kind: 'command', command: change })
      runUntil(7000)
      expect(figures().deadlineMs).toBe(defaultSettings.deadlinesMs.voice)
    })
  })

  test('go over disjoint pairs unless the user wants all', () => {
    const world = connected([link(10), link(20), link(30)])
    world.runUntil(2000)
    world.command(0, start({ kind: 'voice' }))
    world.runUntil(4000)
    expect(world.streamsOf(0, 'sent')[0]?.overheadFactor).toBe(3)
    world.command(0, { kind: 'command', command: { kind: 'set-use', use: 'all' } })
    world.runUntil(5000)
    expect(world.streamsOf(1, 'received')[0]?.paths).toHaveLength(9)
  })

  test('start, change and stop at the wish of either end, and both are told whose wish it was', () => {
    const world = connected([link(10)])
    world.runUntil(2000)
    world.command(0, start({ kind: 'voice' }, 'received'))
    world.runUntil(3000)
    expect(world.told(1, 'stream-started')).toMatchObject([{ direction: 'sent', id: 1, by: 'peer' }])
    expect(world.told(0, 'stream-started')).toMatchObject([{ direction: 'received', id: 1, by: 'us' }])
    const change = { kind: 'change-stream', direction: 'sent', id: 1, spec: cbr(500_000, 500) } as const
    world.command(1, { kind: 'command', command: change })
    world.runUntil(4000)
    expect(world.told(0, 'stream-changed')).toMatchObject([{ spec: cbr(500_000, 500), by: 'peer' }])
    world.command(0, stop(1, 'received'))
    world.runUntil(7000)
    const [received] = world.streamsOf(0, 'received')
    expect(received).toMatchObject({ running: false, lost: 0, by: 'us' })
    expect(received?.sent).toBe(world.streamsOf(1, 'sent')[0]?.sent)
    expect(received?.received).toBe(received?.sent)
  })

  test('are refused with the reason: too many at once, one that is not there, a session that is not connected', () => {
    const world = connected([link(10)])
    world.command(0, start({ kind: 'voice' }))
    world.runUntil(2000)
    for (let count = 0; count <= limits.streams; count += 1) world.command(0, start({ kind: 'voice' }))
    world.command(0, stop(99))
    world.command(1, start({ kind: 'voice' }, 'received'))
    world.runUntil(3000)
    expect(world.told(0, 'stream-refused').map((event) => 'reason' in event && event.reason)).toEqual([
      'no-peer',
      'too-many',
      'unknown',
    ])
    expect(world.told(1, 'stream-refused')).toMatchObject([{ direction: 'received', reason: 'too-many' }])
    expect(world.streamsOf(0, 'sent').filter((stream) => stream.running)).toHaveLength(limits.streams)
  })

  test('keep to the limits of rate and size whatever was wished', () => {
    const world = connected([link(10)])
    world.runUntil(2000)
    world.command(0, start(cbr(Number.NaN, 9000)))
    expect(world.streamsOf(0, 'sent')[0]?.spec).toEqual(
      cbr(limits.leastStreamRateBps, limits.streamPayloadBytes),
    )
  })

  test('count what was sent while every path was dead as lost, and go on after it', () => {
    const world = connected([link(10)])
    world.runUntil(2000)
    world.command(0, start(cbr(50_000_000)))
    world.runUntil(2500)
    const only = world.links[0]
    if (only) only.up = false
    world.runUntil(10_000)
    if (only) only.up = true
    world.runUntil(13_000)
    world.command(0, finish)
    world.runUntil(20_000)
    const [received] = world.streamsOf(1, 'received')
    expect(received?.deliveryGapMaxMs).toBeGreaterThan(7400)
    expect(received?.lost).toBeGreaterThan(35_000)
    expect((received?.received ?? 0) + (received?.lost ?? 0)).toBe(world.streamsOf(0, 'sent')[0]?.sent)
    expect(received?.received).toBeGreaterThan(10_000)
  }, 60_000)

  test('are told to their sender as the receiver measures them, about once a second and in the end', () => {
    const world = connected([link(10, 0.1), link(45, 0.1)])
    world.runUntil(1000)
    world.command(0, start({ kind: 'voice' }))
    world.runUntil(6000)
    const figuresOf = ({ goodputBps, latencyMs, jitterMs, deliveryGapMaxMs, ...rest }: StreamSnapshot) => ({
      goodputBps: Math.round(goodputBps ?? NaN),
      latency: [
        latencyMs?.n,
        latencyMs?.p50.toFixed(2),
        latencyMs?.p99.toFixed(2),
        latencyMs?.max.toFixed(2),
      ],
      jitter: jitterMs?.toFixed(2),
      gaps: [deliveryGapMaxMs?.toFixed(2), rest.inOrderGapMaxMs?.toFixed(2)],
      playout: { ...rest.playout, holdMs: rest.playout?.holdMs?.p50.toFixed(2) },
    })
    const [early] = world.streamsOf(0, 'sent')
    expect(early?.goodputBps).toBeGreaterThan(50_000)
    expect(early?.latencyMs?.n).toBeGreaterThan(150)
    expect(early?.playout?.held).toBeGreaterThan(0)
    world.command(0, finish)
    world.runUntil(12_000)
    const [sent] = world.streamsOf(0, 'sent')
    const [received] = world.streamsOf(1, 'received')
    if (sent === undefined || received === undefined) throw new Error('a stream is missing')
    expect(figuresOf(sent)).toEqual(figuresOf(received))
  })

  test('have no longer gap for the time after they were stopped, though their last packets were lost', () => {
    const path = link(10)
    // In this mode nothing is sent again.
    const world = connected([path], { mode: 'single' })
    world.runUntil(1000)
    world.command(0, start({ kind: 'voice' }))
    world.runUntil(2000)
    path.loss = 1
    world.runUntil(2150)
    path.loss = 0
    world.command(0, stop(1))
    world.runUntil(9000)
    const [received] = world.streamsOf(1, 'received')
    expect(received?.lost).toBeGreaterThan(0)
    expect(received?.deliveryGapMaxMs).toBeGreaterThan(100)
    expect(received?.deliveryGapMaxMs).toBeLessThan(400)
    expect(received?.inOrderGapMaxMs).toBeLessThan(400)
  })

  test('that flood a path are stopped with an event, while the session and the other streams go on', () => {
    const path = { ...link(10) }
    const world = connected([path])
    world.runUntil(1000)
    path.loss = 0.4
    world.command(0, start(cbr(30_000_000)))
    world.command(0, start({ kind: 'voice' }))
    world.runUntil(4000)
    path.loss = 0
    world.runUntil(8000)
    const spec = cbr(30_000_000)
    const [told] = world.told(0, 'stream-broken')
    expect(told).toMatchObject({ direction: 'sent', id: 1, spec, pairId: 1, label: 'link1 → 10.0.1.2' })
    const why = world.streamsOf(0, 'sent')[0]?.broken
    expect(why?.sentBps).toBeGreaterThan(25_000_000)
    // What was lost went over it again.
    expect(why?.sentBps).toBeLessThan(30_000_000 / 0.6)
    expect(Math.abs((why?.lostPercent ?? 0) - 40)).toBeLessThan(5)
    // The peer knows why as well, and neither side calls it stopped by somebody.
    const there = { ...why, label: 'link1 → 10.0.1.1' }
    expect(world.told(1, 'stream-broken')).toMatchObject([{ ...there, direction: 'received', id: 1, spec }])
    expect(world.streamsOf(1, 'received')[0]).toMatchObject({ running: false, broken: there })
    for (const side of [0, 1] as const) expect(world.told(side, 'stream-stopped')).toEqual([])
    expect(world.streamsOf(0, 'sent').map(({ running }) => running)).toEqual([false, true])
  })

  test('of bulk find their rate, are acknowledged, and tell what the pair carries', () => {
    const world = connected([link(10), link(30)], { mode: 'weighted' })
    world.runUntil(1000)
    world.command(0, start({ kind: 'bulk' }))
    world.runUntil(1300)
    const capacities = world.hosts[0].engine
      .snapshot(world.now())
      .pairs.filter((pair) => pair.carryingStreams)
      .map((pair) => pair.capacity)
    expect(capacities).toHaveLength(2)
    for (const capacity of capacities) {
      expect(capacity?.deliveryRateBps).toBeGreaterThan(2_000_000)
      expect(capacity?.windowBytes).toBeGreaterThanOrEqual(capacity?.inFlightBytes ?? Infinity)
      expect(capacity).toMatchObject({ lostByFullQueue: 0, lostOtherwise: 0, sharers: 1 })
    }
  })
})
