import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { modes, type Mode } from '../face/settings'
import { createSpreader, noRests, type PacketFacts, type PathFacts, type Spreader } from './index'

function facts(id: number, more: Partial<PathFacts> = {}): PathFacts {
  return {
    id,
    up: true,
    suspect: false,
    priority: 1000n - BigInt(id),
    straight: true,
    order: null,
    rttMs: 40,
    rttVarMs: 1,
    baseRttMs: 40,
    loss: 0,
    rateBps: null,
    queueMs: null,
    capBps: null,
    weight: 1,
    hold: null,
    heardMs: 0,
    answeredSentMs: null,
    answersSinceMs: -Infinity,
    tooNarrow: false,
    ...more,
  }
}

function packet(more: Partial<PacketFacts> = {}): PacketFacts {
  const plain = { kind: 'cbr', streamId: 1, bytes: 1000, keyFrame: false, behind: 9 } as const
  return { ...plain, deadlineMs: 200, rests: noRests, ...more }
}

/** A spreader that is told the same facts every 100 ms, and with `answers` that each path has answered just now. */
function world(mode: Mode, first: readonly PathFacts[], answers = false) {
  const spreader = createSpreader(mode)
  spreader.setBudget(0.1)
  let paths = first
  let nowMs = 0
  let updateMs = 0
  const update = (byUser: boolean): void => {
    const now = answers ? paths.map((path) => ({ ...path, answeredSentMs: nowMs })) : paths
    spreader.update(now, nowMs, byUser)
  }
  update(false)
  const goTo = (atMs: number): void => {
    while (updateMs + 100 <= atMs) {
      updateMs += 100
      nowMs = updateMs
      spreader.tick(nowMs)
      update(false)
    }
    nowMs = atMs
    spreader.tick(nowMs)
  }
  return {
    spreader,
    get nowMs() {
      return nowMs
    },
    goTo,
    tell(next: readonly PathFacts[], byUser = false): void {
      paths = next
      update(byUser)
    },
    /** Sends a packet every `everyMs` until `toMs`; returns the paths of each. */
    send(toMs: number, everyMs: number, what: PacketFacts = packet()): number[][] {
      const chosen: number[][] = []
      for (let atMs = nowMs + everyMs; atMs <= toMs; atMs += everyMs) {
        goTo(atMs)
        chosen.push([...spreader.choose(what, atMs).ids])
      }
      return chosen
    },
  }
}

function countOf(chosen: readonly (readonly number[])[], id: number): number {
  return chosen.filter((ids) => ids.includes(id)).length
}

/** The peer tells that a packet came half of `rttMs` after it was sent, so that this is known after all of it. */
function acknowledge(spreader: Spreader, id: number, sentAtMs: number, rttMs: number): void {
  const told = { sentAtMs, delayMs: rttMs / 2, mostDelayMs: rttMs / 2 }
  spreader.heard(id, told, sentAtMs + rttMs)
}

/** Each packet is acknowledged after `rttMs`, but none that is put on a dead path; every 10 ms the peer reports. */
function acknowledging(spreader: Spreader, rttMs: number) {
  const due: { atMs: number; id: number; sentAtMs: number }[] = []
  return {
    sent(ids: readonly number[], nowMs: number, dead: readonly number[]): void {
      for (const id of ids) if (!dead.includes(id)) due.push({ atMs: nowMs + rttMs, id, sentAtMs: nowMs })
    },
    run(nowMs: number): void {
      while (due[0] !== undefined && due[0].atMs <= nowMs) {
        const { id, sentAtMs, atMs } = due.shift() as (typeof due)[number]
        acknowledge(spreader, id, sentAtMs, atMs - sentAtMs)
      }
      if (nowMs % 10 === 0) spreader.reported(nowMs - rttMs / 2, nowMs)
    },
  }
}

describe('a path that was given more than it carries', () => {
  it('gets no packet that another one may have lost, since it would lose it as well', () => {
    const { spreader, send } = world('weighted', [facts(1, { rateBps: 1e6 }), facts(2, { suspect: true })])
    expect(spreader.rescue(2, 1000, noRests, 0)).toBe(1)
    send(200, 2)
    expect(spreader.rescue(2, 1000, noRests, 200)).toBeNull()
  })

  it('leaves the rest in weighted mode to one that is in doubt', () => {
    const { send } = world('weighted', [facts(1, { rateBps: 1e6 }), facts(2, { suspect: true })])
    const chosen = send(2000, 2)
    // 1 Mbit/s is 125 packets a second, used to nine tenths, and 150 ms of them wait.
    expect(countOf(chosen, 1)).toBeGreaterThan(220)
    expect(countOf(chosen, 1)).toBeLessThan(260)
    expect(countOf(chosen, 2)).toBe(1000 - countOf(chosen, 1))
  })
})

describe('every mode', () => {
  it.each(modes)('%s says so when there is no path', (mode) => {
    const { spreader } = world(mode, [])
    expect(spreader.choose(packet(), 1)).toEqual({ ids: [], reason: 'no-path' })
    expect(spreader.explain(1, 1)).toBeNull()
  })

  it.each(modes)('%s uses a suspect path when it is all there is', (mode) => {
    const { send } = world(mode, [facts(1, { suspect: true })])
    expect(send(100, 10)).toEqual(Array.from({ length: 10 }, () => [1]))
  })

  it.each(modes.filter((mode) => mode !== 'single'))('%s never uses a path that is down', (mode) => {
    const { send } = world(mode, [facts(1, { up: false }), facts(2)])
    expect(countOf(send(1000, 10), 1)).toBe(0)
  })

  it('puts each packet on paths that were given, once each, whatever is told', () => {
    const some = fc.record({
      up: fc.boolean(),
      suspect: fc.boolean(),
      rttMs: fc.option(fc.integer({ min: 0, max: 300 })),
      loss: fc.option(fc.constantFrom(0, 0.2, 1)),
      rateBps: fc.option(fc.integer({ min: 0, max: 5_000_000 })),
      queueMs: fc.option(fc.integer({ min: 0, max: 500 })),
      capBps: fc.option(fc.constantFrom(0, 100_000, 5_000_000)),
      weight: fc.constantFrom(0, 0.1, 1, 10),
      order: fc.option(fc.nat(3)),
      heardMs: fc.option(fc.nat(5000)),
      answeredSentMs: fc.option(fc.nat(5000)),
      answersSinceMs: fc.nat(5000),
    })
    const steps = fc.array(
      fc.record({
        mode: fc.constantFrom(...modes),
        paths: fc.array(some, { maxLength: 5 }),
        packets: fc.nat(30),
        heard: fc.nat(4),
      }),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(steps, (list) => {
        const spreader = createSpreader('redundant')
        spreader.setBudget(0.1)
        let nowMs = 0
        for (const { mode, paths, packets, heard } of list) {
          nowMs += 37
          spreader.setMode(mode, nowMs)
          const told = paths.map((one, id) => facts(id, one))
          spreader.update(told, nowMs, false)
          for (let at = 0; at < packets; at += 1) {
            nowMs += 5
            const { ids, reason } = spreader.choose(packet({ keyFrame: at % 7 === 0 }), nowMs)
            expect(new Set(ids).size).toBe(ids.length)
            expect(ids.every((id) => id < told.length)).toBe(true)
            expect(ids.length === 0).toBe(reason === 'no-path' || reason === 'capped')
            const works = told.some(({ up }) => up)
            if (works && told.every(({ capBps }) => capBps === null)) expect(ids.length).toBeGreaterThan(0)
            if (mode !== 'redundant') expect(ids.length).toBeLessThanOrEqual(mode === 'adaptive' ? 2 : 1)
            spreader.heard(heard, { sentAtMs: nowMs - 3, delayMs: heard, mostDelayMs: heard + 1 }, nowMs)
            if (heard > 1) spreader.reported(nowMs - heard, nowMs)
          }
          while (spreader.takeDoubted() !== undefined);
          for (const { id } of told) expect(spreader.explain(id, nowMs)).not.toBeNull()
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe('redundant', () => {
  it('copies each packet to each path that works, suspect ones included', () => {
    const { send } = world('redundant', [facts(1), facts(2, { suspect: true }), facts(3, { up: false })])
    expect(send(20, 10)).toEqual([
      [1, 2],
      [1, 2],
    ])
  })
})

describe('weighted', () => {
  it('divides bytes by weight, for each stream by itself', () => {
    const { spreader } = world('weighted', [facts(1, { weight: 3 }), facts(2)])
    const given = new Map<string, number>()
    for (let at = 0; at < 800; at += 1) {
      for (const [streamId, bytes] of [
        [1, 200],
        [2, 1200],
      ] as const) {
        const [id] = spreader.choose(packet({ streamId, bytes }), at).ids
        given.set(`${streamId}/${id}`, (given.get(`${streamId}/${id}`) ?? 0) + 1)
      }
    }
    expect([given.get('1/1'), given.get('1/2'), given.get('2/1'), given.get('2/2')]).toEqual([
      600, 200, 600, 200,
    ])
  })

  it('avoids a suspect path, and lets its part grow when it is free of suspicion', () => {
    const trip = world('weighted', [facts(1), facts(2)])
    expect(countOf(trip.send(1000, 10), 2)).toBe(50)
    trip.tell([facts(1), facts(2, { suspect: true })])
    expect(countOf(trip.send(2000, 10), 2)).toBe(0)
    expect(trip.spreader.explain(2, 2000)).toEqual({ kind: 'avoided', because: 'suspect' })
    trip.tell([facts(1), facts(2)])
    expect(countOf(trip.send(2100, 10), 2)).toBeLessThan(5)
    expect(countOf(trip.send(3100, 10), 2)).toBeGreaterThanOrEqual(48)
  })

  it('lets a path that was away grow for half a second, then has it in full', () => {
    const trip = world('weighted', [facts(1), facts(2)])
    trip.send(500, 5)
    trip.tell([facts(1)])
    expect(countOf(trip.send(1000, 5), 2)).toBe(0)
    trip.tell([facts(1), facts(2)])
    const growing = trip.send(1500, 5)
    expect(countOf(growing.slice(0, 20), 2)).toBeLessThan(6)
    expect(countOf(trip.send(2500, 5), 2)).toBe(100)
  })
})

describe('lowest-latency', () => {
  it('takes the fastest path, and stays with it while the other is only a little better', () => {
    const trip = world('lowest-latency', [facts(1, { rttMs: 44, baseRttMs: 44 }), facts(2)])
    expect(countOf(trip.send(100, 10), 2)).toBe(10)
    trip.tell([facts(1, { rttMs: 38, baseRttMs: 38 }), facts(2)])
    expect(countOf(trip.send(2000, 10), 1)).toBe(0)
    expect(trip.spreader.switches).toBe(0)
  })

  it('moves when another is much faster for 300 ms, and not for a moment', () => {
    const trip = world('lowest-latency', [facts(1), facts(2, { rttMs: 60, baseRttMs: 60 })])
    trip.send(1000, 10)
    trip.tell([facts(1, { rttMs: 90, baseRttMs: 90 }), facts(2, { rttMs: 60, baseRttMs: 60 })])
    trip.send(1200, 10)
    trip.tell([facts(1), facts(2, { rttMs: 60, baseRttMs: 60 })])
    expect(countOf(trip.send(2000, 10), 2)).toBe(0)
    trip.tell([facts(1, { rttMs: 90, baseRttMs: 90 }), facts(2, { rttMs: 60, baseRttMs: 60 })])
    expect(countOf(trip.send(2200, 10), 2)).toBe(0)
    expect(countOf(trip.send(2600, 10).slice(-20), 2)).toBe(20)
    expect(trip.spreader.lastSwitch).toMatchObject({ fromId: 1, toId: 2, reason: 'faster' })
  })

  it('moves at once when a queue builds up on the path', () => {
    const trip = world('lowest-latency', [facts(1), facts(2, { rttMs: 50, baseRttMs: 50 })])
    trip.send(1000, 10)
    trip.tell([facts(1, { queueMs: 25 }), facts(2, { rttMs: 50, baseRttMs: 50 })])
    expect(countOf(trip.send(1100, 10), 2)).toBe(10)
    expect(trip.spreader.lastSwitch).toMatchObject({ reason: 'queue' })
    expect(trip.spreader.explain(2, 1100)).toMatchObject({ kind: 'fastest' })
  })

  it('puts on the next path what the fastest one has no room for, before its queue builds', () => {
    const trip = world('lowest-latency', [
      facts(1, { rateBps: 5e6 }),
      facts(2, { rttMs: 60, baseRttMs: 60, rateBps: 20e6 }),
    ])
    // 8 Mbit/s: 4.5 of it, nine tenths of the rate, fit on the first.
    const chosen = trip.send(4000, 1)
    const steady = chosen.slice(1000)
    expect(countOf(steady, 1) / steady.length).toBeCloseTo(4.5 / 8, 1)
    expect(trip.spreader.lastSwitch?.reason).toBe('started')
    expect(trip.spreader.explain(2, 4000)).toMatchObject({ kind: 'spill' })
    // 4 Mbit/s fit.
    trip.send(4500, 2)
    expect(countOf(trip.send(5500, 2), 2)).toBe(0)
  })

  it('does not say of copies of what is at risk that they had no room', () => {
    const trip = world('adaptive', [facts(1), facts(2, { rttMs: 60, baseRttMs: 60 })])
    trip.send(4000, 10)
    for (let at = 0; at < 50; at += 1) trip.spreader.choose(packet({ keyFrame: true }), 4000 + at)
    expect(trip.spreader.explain(2, 4050)).toMatchObject({ kind: 'risk-copies' })
    expect(trip.spreader.explain(2, 5500)).toMatchObject({ kind: 'slower' })
  })

  it('leaves a suspect path at once', () => {
    const trip = world('lowest-latency', [facts(1), facts(2, { rttMs: 80, baseRttMs: 80 })])
    trip.send(1000, 10)
    trip.tell([facts(1, { suspect: true }), facts(2, { rttMs: 80, baseRttMs: 80 })])
    expect(trip.send(1010, 10)).toEqual([[2]])
    expect(trip.spreader.lastSwitch).toMatchObject({ atMs: 1000, fromId: 1, toId: 2, reason: 'suspect' })
  })
})

describe('backup', () => {
  const ordered = [facts(1, { order: 1 }), facts(2, { order: 0 }), facts(3)]

  it('uses the first in the user’s order, and moves at once when the order changes', () => {
    const trip = world('backup', ordered, true)
    expect(countOf(trip.send(100, 10), 2)).toBe(10)
    trip.tell([facts(1), facts(2), facts(3, { order: 0 })], true)
    expect(countOf(trip.send(200, 10), 3)).toBe(10)
    expect(trip.spreader.lastSwitch).toMatchObject({ fromId: 2, toId: 3, reason: 'user' })
    expect(trip.spreader.explain(1, 200)).toEqual({ kind: 'standing-by', place: 2 })
  })

  it('returns to an earlier path only after that was free of trouble for a second', () => {
    const trip = world('backup', ordered, true)
    trip.send(100, 10)
    trip.tell([facts(1, { order: 1 }), facts(3)])
    expect(countOf(trip.send(1000, 10), 1)).toBe(90)
    expect(trip.spreader.lastSwitch).toMatchObject({ reason: 'down' })
    trip.tell(ordered)
    const back = trip.send(3000, 10)
    expect(countOf(back.slice(0, 99), 2)).toBe(0)
    expect(countOf(back.slice(110), 2)).toBe(back.length - 110)
    expect(trip.spreader.lastSwitch).toMatchObject({ fromId: 1, toId: 2, reason: 'returned' })
  })

  it('does not return to one that has not answered all that second and since', () => {
    const trip = world('backup', ordered.slice(0, 1))
    trip.send(100, 10)
    const back = (answeredSentMs: number) => [facts(1, { order: 1 }), facts(2, { order: 0, answeredSentMs })]
    trip.tell(back(90))
    trip.send(500, 10)
    trip.tell(back(490))
    trip.goTo(2000)
    trip.tell(back(1090))
    expect(countOf(trip.send(3000, 10), 2)).toBe(0)
    trip.tell(back(1100).map((one) => ({ ...one, answersSinceMs: 101 })))
    expect(countOf(trip.send(3100, 10), 2)).toBe(0)
    trip.tell(back(1100))
    expect(countOf(trip.send(3200, 10), 2)).toBe(10)
  })

  it('does not go back and forth with a path that flaps', () => {
    const trip = world('backup', ordered, true)
    for (let turn = 0; turn < 20; turn += 1) {
      trip.tell(turn % 2 === 0 ? ordered : ordered.slice(0, 1))
      trip.send(trip.nowMs + 400, 10)
    }
    expect(trip.spreader.switches).toBe(1)
  })
})

describe('single', () => {
  it('stays with a silent path for 2.5 s and comes back a second after it receives again', () => {
    const trip = world('single', [facts(1), facts(2)])
    const step = (firstHeardMs: number, toMs: number): number => {
      let used = 0
      while (trip.nowMs < toMs) {
        trip.tell([
          facts(1, { heardMs: Math.min(firstHeardMs, trip.nowMs) }),
          facts(2, { heardMs: trip.nowMs }),
        ])
        used += countOf(trip.send(trip.nowMs + 100, 10), 1)
      }
      return used
    }
    step(Infinity, 1000)
    expect(step(1000, 3400)).toBe(240)
    expect(step(1000, 6000)).toBeLessThan(25)
    expect(trip.spreader.lastSwitch).toMatchObject({ reason: 'silent' })
    const lateMs = trip.nowMs
    step(Infinity, lateMs + 900)
    expect(trip.spreader.lastSwitch).toMatchObject({ reason: 'silent' })
    step(Infinity, lateMs + 1400)
    expect(trip.spreader.lastSwitch).toMatchObject({ toId: 1, reason: 'returned' })
  })

  it('is not moved by anything that our own and faster signs say', () => {
    const trip = world('single', [facts(1), facts(2, { rttMs: 1 })])
    trip.send(100, 10)
    trip.tell([facts(1, { up: false, suspect: true, loss: 1, heardMs: 100 }), facts(2, { heardMs: 100 })])
    expect(countOf(trip.send(1000, 10), 1)).toBe(90)
  })
})

describe('adaptive', () => {
  const both = [facts(1), facts(2, { rttMs: 50, baseRttMs: 50 })]

  it('sends one copy of what is not at risk', () => {
    const trip = world('adaptive', both)
    expect(trip.send(1000, 20).every((ids) => ids.length === 1 && ids[0] === 1)).toBe(true)
  })

  it('copies key frames and ends of bursts within a tenth of the stream’s bytes', () => {
    const trip = world('adaptive', both)
    let copies = 0
    for (let at = 1; at <= 6000; at += 1) {
      trip.goTo(at * 2)
      const what = packet({ kind: 'video', keyFrame: at % 1000 < 50, behind: 16 - (at % 17) })
      const { ids, reason } = trip.spreader.choose(what, trip.nowMs)
      if (ids.length < 2) continue
      copies += 1
      expect(['key-frame', 'burst-end']).toContain(reason)
    }
    expect(copies).toBeGreaterThan(450)
    expect(copies).toBeLessThanOrEqual(600)
  })

  it('copies the last two packets of a frame where the budget has room for the second as well', () => {
    // 10 Mbit/s, and 4: of so short frames the last packets and the key frames alone take up the budget.
    const wide = videoCopies(34, true)
    expect(wide.last).toBe(1)
    expect(wide.second).toBeGreaterThan(0.5)
    expect(wide.all).toBeLessThanOrEqual(0.1)
    expect(videoCopies(14, true).second).toBeLessThan(0.02)
  })

  it('copies no fewer key frames and last packets for the second ones’ sake', () => {
    for (const packets of [7, 14, 20, 34, 84]) {
      const [without, and] = [videoCopies(packets, false), videoCopies(packets, true)]
      expect(without.second).toBe(0)
      expect(and.last).toBeGreaterThanOrEqual(without.last)
      expect(and.key).toBeGreaterThanOrEqual(without.key)
      expect(and.all).toBeLessThanOrEqual(0.1)
    }
  })

  /** Parts of the packets of a video that get a copy, after the bucket had time to fill; a frame has so many. */
  function videoCopies(packetsAFrame: number, hasSecond: boolean) {
    const trip = world('adaptive', both)
    const none = () => ({ copies: 0, of: 0 })
    const [key, last, second, all] = [none(), none(), none(), none()]
    const count = (packets: { copies: number; of: number }, copied: boolean): void => {
      packets.copies += Number(copied)
      packets.of += 1
    }
    for (let frame = 0; frame < 600; frame += 1) {
      const keyFrame = frame % 60 === 0
      const packets = packetsAFrame * (keyFrame ? 3 : 1)
      for (let at = 0; at < packets; at += 1) {
        trip.goTo((frame * 1000) / 30 + (at * 13) / packetsAFrame)
        const behind = packets - at - 1
        const isSecond = behind === 1
        const what = packet({ kind: 'video', keyFrame, behind: isSecond && !hasSecond ? 2 : behind })
        const copied = trip.spreader.choose(what, trip.nowMs).ids.length > 1
        if (frame < 120) continue
        count(all, copied)
        if (keyFrame) count(key, copied)
        else if (behind === 0) count(last, copied)
        else if (isSecond) count(second, copied)
      }
    }
    const part = ({ copies, of }: { copies: number; of: number }) => copies / of
    return { key: part(key), last: part(last), second: part(second), all: part(all) }
  }

  it('copies nothing without a budget', () => {
    const trip = world('adaptive', both)
    trip.spreader.setBudget(0)
    expect(trip.send(2000, 2, packet({ keyFrame: true })).every((ids) => ids.length === 1)).toBe(true)
  })

  it('copies what may come too late on its path, where the other one is better', () => {
    const trip = world('adaptive', [facts(1, { rttVarMs: 30 }), facts(2, { rttMs: 120, baseRttMs: 120 })])
    trip.send(2000, 20, packet({ deadlineMs: null }))
    trip.goTo(2020)
    expect(trip.spreader.choose(packet({ deadlineMs: 100 }), 2020)).toEqual({
      ids: [1, 2],
      reason: 'late-tail',
    })
  })

  it('copies what is sent while acknowledgements of the path are late, before it is given up', () => {
    const { spreader, goTo } = world('adaptive', both)
    const acks = acknowledging(spreader, 40)
    let wavering = 0
    for (let atMs = 1; atMs <= 1200; atMs += 1) {
      acks.run(atMs)
      goTo(atMs)
      if (atMs % 5 !== 0) continue
      const { ids, reason } = spreader.choose(packet({ kind: 'voice', bytes: 160 }), atMs)
      if (reason === 'wavering-path') wavering += 1
      acks.sent(ids, atMs, atMs >= 1000 ? [1] : [])
    }
    expect(wavering).toBeGreaterThan(0)
    expect(spreader.lastSwitch).toMatchObject({ fromId: 1, toId: 2, reason: 'overdue' })
  })
})

describe('a path that dies', () => {
  it.each(['weighted', 'lowest-latency', 'backup', 'adaptive'] as const)(
    '%s gives it no packet any more a round trip and 15 ms after the second that is lost, without any other sign',
    (mode) => {
      const { spreader, goTo } = world(mode, [facts(1), facts(2)])
      const acks = acknowledging(spreader, 40)
      let lastMs = 0
      for (let atMs = 1; atMs <= 2000; atMs += 1) {
        acks.run(atMs)
        goTo(atMs)
        if (atMs % 10 !== 0) continue
        const ids = [...spreader.choose(packet(), atMs).ids]
        if (ids.includes(1)) lastMs = atMs
        acks.sent(ids, atMs, atMs >= 1000 ? [1] : [])
      }
      expect(lastMs).toBeGreaterThanOrEqual(1000)
      // In weighted mode every second packet goes over it.
      expect(lastMs).toBeLessThanOrEqual(1030 + 40 + 15)
      expect(spreader.takeOverdue()).toMatchObject({ id: 1 })
      expect(spreader.takeDoubted()).toBe(1)
      expect(spreader.takeDoubted()).toBeUndefined()
      expect(spreader.explain(1, 2000)).toEqual({ kind: 'avoided', because: 'overdue' })
      expect(spreader.isFit(1)).toBe(false)
    },
  )

  it('is used again after it answered a check that was sent since', () => {
    const answering = (answeredSentMs: number) => [
      facts(1, { answeredSentMs }),
      facts(2, { rttMs: 80, baseRttMs: 80 }),
    ]
    const { spreader, goTo, send, tell } = world('lowest-latency', answering(0))
    for (let at = 0; at < 20; at += 1) acknowledge(spreader, 1, at, 40)
    goTo(100)
    spreader.choose(packet(), 100)
    spreader.choose(packet(), 106)
    spreader.reported(140, 158)
    for (let atMs = 158; atMs <= 160; atMs += 1) goTo(atMs)
    expect(spreader.choose(packet(), 160).ids).toEqual([2])
    goTo(170)
    tell(answering(90))
    expect(spreader.isFit(1)).toBe(false)
    goTo(210)
    tell(answering(165))
    expect(spreader.isFit(1)).toBe(true)
    expect(countOf(send(600, 10), 1)).toBe(0)
    expect(countOf(send(1100, 10), 1)).toBeGreaterThan(0)
  })

  it('is not given up for one packet that is overdue, which is told so that it can be sent again', () => {
    const { spreader, goTo } = world('lowest-latency', [facts(1), facts(2)])
    for (let at = 0; at < 20; at += 1) acknowledge(spreader, 1, at, 40)
    spreader.choose(packet(), 100)
    spreader.reported(130, 158)
    for (let atMs = 158; atMs <= 160; atMs += 1) goTo(atMs)
    const late = spreader.takeOverdue()
    expect(late?.id).toBe(1)
    expect(late?.untilMs).toBeGreaterThanOrEqual(100)
    expect([spreader.takeOverdue(), spreader.takeDoubted()]).toEqual([undefined, undefined])
    expect(spreader.isFit(1)).toBe(true)
    expect(spreader.rescue(1, 1000, noRests, 160)).toBe(2)
  })

  it('is not given up while reports come late, as this machine or the peer was busy', () => {
    const { spreader, goTo } = world('lowest-latency', [facts(1), facts(2)])
    for (let at = 0; at < 5; at += 1) acknowledge(spreader, 1, at, 40)
    for (const atMs of [50, 60, 70]) spreader.choose(packet(), atMs)
    // What the peer said before the packets should have come.
    spreader.reported(65, 180)
    for (let atMs = 180; atMs <= 230; atMs += 1) goTo(atMs)
    expect([spreader.takeOverdue(), spreader.takeDoubted()]).toEqual([undefined, undefined])
    acknowledge(spreader, 1, 70, 160)
    spreader.reported(120, 230)
    goTo(240)
    expect([spreader.takeOverdue(), spreader.takeDoubted()]).toEqual([undefined, undefined])
  })

  it('is given up without any report after 300 ms more', () => {
    const { spreader, goTo } = world('lowest-latency', [facts(1), facts(2)])
    for (let at = 0; at < 5; at += 1) acknowledge(spreader, 1, at, 40)
    for (const atMs of [50, 60, 70]) spreader.choose(packet(), atMs)
    for (let atMs = 71; atMs < 60 + 40 + 10 + 300; atMs += 1) goTo(atMs)
    expect(spreader.takeDoubted()).toBeUndefined()
    for (let atMs = 410; atMs <= 414; atMs += 1) goTo(atMs)
    expect(spreader.takeDoubted()).toBe(1)
  })

  it('all of them overdue at once are used on: that is the peer, or this machine', () => {
    const { spreader, goTo } = world('weighted', [facts(1), facts(2)])
    for (const id of [1, 2]) for (let at = 0; at < 5; at += 1) acknowledge(spreader, id, at, 40)
    for (let atMs = 50; atMs < 90; atMs += 10) {
      goTo(atMs)
      spreader.choose(packet(), atMs)
    }
    spreader.reported(120, 140)
    goTo(142)
    const ids = [spreader.choose(packet(), 143).ids[0], spreader.choose(packet(), 143).ids[0]]
    expect(new Set(ids)).toEqual(new Set([1, 2]))
  })
})

describe('limits of the user', () => {
  it('are kept to, whatever the mode, and what fits nowhere is not sent', () => {
    for (const mode of ['redundant', 'weighted', 'lowest-latency', 'backup', 'adaptive'] as const) {
      const trip = world(mode, [facts(1, { capBps: 800_000 }), facts(2, { capBps: 1_600_000 })])
      const chosen = trip.send(10_000, 1)
      expect(countOf(chosen, 1), mode).toBeLessThanOrEqual(1000 + 10)
      expect(countOf(chosen, 2), mode).toBeLessThanOrEqual(2000 + 15)
      expect(countOf(chosen, 1) + countOf(chosen, 2), mode).toBeGreaterThan(2900)
    }
  })

  it('do not hold back records, which keep messages going', () => {
    for (const mode of modes) {
      const trip = world(mode, [facts(1, { capBps: 0 })])
      expect(countOf(trip.send(100, 10, packet({ kind: 'records' })), 1)).toBe(10)
    }
  })
})

describe('what is told of the choice', () => {
  it('are shares of the bytes lately given, and the demand without copies', () => {
    const trip = world('redundant', [facts(1), facts(2)])
    trip.send(5000, 10)
    expect(trip.spreader.share(1)).toBeCloseTo(0.5, 6)
    expect(trip.spreader.share(3)).toBe(0)
    expect(trip.spreader.demandBps / 800_000).toBeCloseTo(1, 1)
    trip.spreader.setMode('backup', 5000)
    trip.send(12_000, 10)
    expect(trip.spreader.share(1)).toBeGreaterThan(0.99)
    expect(trip.spreader.lastSwitch).toEqual({ atMs: 5000, fromId: null, toId: 1, reason: 'mode' })
  })

  it('are shares with what something else put on paths, and without, which is no demand', () => {
    const trip = world('weighted', [facts(1), facts(2)])
    for (let atMs = 10; atMs <= 5000; atMs += 10) {
      trip.goTo(atMs)
      for (let i = 0; i < 2; i += 1) trip.spreader.choose(packet(), atMs)
      trip.spreader.gave(1, 2000, atMs)
    }
    const { spreader } = trip
    expect(spreader.share(1)).toBeCloseTo(0.75, 2)
    expect(spreader.chosenShare(1)).toBeCloseTo(0.5, 2)
    expect(spreader.chosenShare(1) + spreader.chosenShare(2)).toBeCloseTo(1, 9)
    expect(spreader.gaveBps(1, 5000) / 1_600_000).toBeCloseTo(1, 1)
    expect(spreader.gaveBps(2, 5000)).toBe(0)
    expect(spreader.demandBps / 1_600_000).toBeCloseTo(1, 1)
    expect(spreader.gaveBps(1, 6000)).toBe(0)
  })

  it('have settled two seconds after what is given has changed', () => {
    const { spreader, goTo } = world('weighted', [facts(1), facts(2)])
    for (let atMs = 10; atMs <= 7000; atMs += 10) {
      goTo(atMs)
      spreader.gave(1, atMs > 5000 ? 1000 : 10_000, atMs)
      if (atMs > 5000) spreader.gave(2, 4000, atMs)
    }
    expect(Math.abs(spreader.share(2) - 0.8)).toBeLessThan(0.05)
  })
})

describe('a path that is too narrow for a stream', () => {
  const three = [facts(1, { order: 0 }), facts(2, { order: 1 }), facts(3, { order: 2 })]
  const without = (...resting: number[]) => packet({ rests: { resting, tried: [] } })

  it('gets none of its copies in redundant mode, but those of others', () => {
    const { spreader } = world('redundant', three)
    expect(spreader.choose(without(2), 10).ids).toEqual([1, 3])
    expect(spreader.choose(packet({ streamId: 2 }), 10).ids).toEqual([1, 2, 3])
    expect(spreader.choose(packet({ rests: { resting: [], tried: [2] } }), 20).ids).toEqual([1, 2, 3])
  })

  it('carries again while no other works', () => {
    const trip = world('redundant', three)
    trip.tell([facts(1, { up: false }), facts(2), facts(3, { up: false })])
    expect(trip.spreader.choose(without(2), 10).ids).toEqual([2])
    const backup = world('backup', three, true)
    backup.tell([facts(1), facts(2, { up: false }), facts(3, { up: false })])
    expect(backup.spreader.choose(without(1), 10).ids).toEqual([1])
  })

  it('leaves its place in the order of backup to the next for that stream alone, which is said of both', () => {
    const trip = world('backup', three, true)
    expect(countOf(trip.send(1000, 10, without(1)), 2)).toBe(100)
    expect(countOf(trip.send(2000, 10, without(1, 2)), 3)).toBe(100)
    expect(trip.spreader.choose(packet({ streamId: 2 }), 2000).ids).toEqual([1])
    expect(trip.spreader.switches).toBe(0)
    expect(trip.spreader.explain(1, 2000)).toEqual({ kind: 'active', place: 1 })
    expect(trip.spreader.explain(3, 2000)).toEqual({ kind: 'stands-in', place: 3 })
    expect(trip.spreader.explain(3, 3000)).toEqual({ kind: 'standing-by', place: 3 })
  })

  it('is not preferred in backup while it is too narrow for all streams, and is again when it is not', () => {
    const trip = world('backup', three, true)
    trip.send(2000, 10)
    trip.tell([facts(1, { order: 0, tooNarrow: true }), facts(2, { order: 1 }), facts(3, { order: 2 })])
    expect(trip.spreader.lastSwitch).toMatchObject({ fromId: 1, toId: 2, reason: 'narrow' })
    trip.tell(three.map((one) => ({ ...one, tooNarrow: true })))
    expect(trip.spreader.activeId).toBe(1)
    trip.tell([facts(1, { order: 0, tooNarrow: true }), facts(2, { order: 1 }), facts(3, { order: 2 })])
    trip.tell(three)
    expect(trip.spreader.lastSwitch).toMatchObject({ fromId: 2, toId: 1, reason: 'returned' })
  })

  it('gets a second copy of each packet while it is tried again, and is not relied on', () => {
    const trip = world('backup', three, true)
    const trying = packet({ rests: { resting: [], tried: [1] } })
    expect(trip.spreader.choose(trying, 10).ids).toEqual([2, 1])
    trip.tell([facts(1, { up: false }), facts(2), facts(3)])
    expect(trip.spreader.choose(trying, 20).ids).toEqual([2])
  })

  it('is not stood in for by one that has just come back, while another has not been away', () => {
    const trip = world('backup', three, true)
    trip.tell([facts(1, { order: 0 }), facts(3, { order: 2 })])
    trip.goTo(100)
    trip.tell(three)
    expect(countOf(trip.send(1000, 10, without(1)), 3)).toBeGreaterThan(80)
    expect(countOf(trip.send(2000, 10, without(1)), 2)).toBeGreaterThan(80)
  })

  it('is not where a packet of its stream is sent again', () => {
    const { spreader } = world('backup', three, true)
    expect(spreader.rescue(1, 1000, { resting: [1], tried: [2] }, 10)).toBe(3)
    expect(spreader.rescue(1, 1000, { resting: [2, 3], tried: [] }, 10)).toBe(1)
    expect(spreader.rescue(1, 1000, { resting: [1, 2, 3], tried: [] }, 10)).toBe(null)
  })
})
