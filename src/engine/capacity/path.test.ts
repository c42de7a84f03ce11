import { describe, expect, it } from 'vitest'
import { seededRandom } from '../testing'
import { createPathCapacity, type PathCapacity } from './path'

interface Way {
  /** Undefined: the packet is lost. */
  readonly arrival: (sentMs: number) => number | undefined
  readonly packetsPerSecond: (nowMs: number) => number
}

/** Sends packets of 1250 bytes over a path and reports what arrived each 20 ms; `look` is called after each report. */
function drive(
  seconds: number,
  { arrival, packetsPerSecond }: Way,
  look: (path: PathCapacity, nowMs: number) => void,
  isBehind = false,
) {
  const losses: boolean[] = []
  const path = createPathCapacity(
    {
      number: 0,
      packetBytes: 1400,
      startBytes: 0,
      rttHintMs: () => 100,
      lateFromMs: () => Infinity,
      others: () => [],
      lost: (_stream, _sequence, byOverload) => losses.push(byOverload),
    },
    0,
  )
  const under: { readonly sequence: number; readonly arrivedMs: number }[] = []
  let sequence = 0
  let due = 0
  for (let nowMs = 0; nowMs < seconds * 1000; nowMs += 1) {
    for (due += packetsPerSecond(nowMs) / 1000; due >= 1; due -= 1) {
      path.sent(1, sequence, 1250, nowMs)
      const arrivedMs = arrival(nowMs)
      if (arrivedMs !== undefined) under.push({ sequence, arrivedMs })
      sequence += 1
    }
    if (nowMs % 20 !== 0) continue
    while (under[0] !== undefined && under[0].arrivedMs <= nowMs - 50) {
      const { sequence: one, arrivedMs } = under.shift()!
      path.arrived(1, one, arrivedMs, nowMs - 50, nowMs)
    }
    path.reported(nowMs, isBehind)
    look(path, nowMs)
  }
  return losses
}

/** What the path is said to carry after each report. */
function measured(
  seconds: number,
  packetsPerSecond: number,
  arrival: (sentMs: number) => number,
): (number | null)[] {
  const told: (number | null)[] = []
  drive(seconds, { arrival, packetsPerSecond: () => packetsPerSecond }, (path) =>
    told.push(path.view().capacityBps),
  )
  return told
}

/** A link of 10 Mbit/s and 50 ms that falls to 1.5 at a time, with a queue of 100 ms. */
function narrowing(atMs: number): (sentMs: number) => number | undefined {
  let freeMs = 0
  return (sentMs) => {
    if (freeMs - sentMs > 100) return undefined
    freeMs = Math.max(freeMs, sentMs) + (1250 * 8000) / (sentMs < atMs ? 10e6 : 1.5e6)
    return freeMs + 50
  }
}

/** One-way delays of 50 ms and up to 16 more, drawn anew each 10 ms, in order. */
function jittery(): (sentMs: number) => number {
  const random = seededRandom(1)
  let [step, extraMs, lastMs] = [-1, 0, 0]
  return (sentMs) => {
    if (Math.floor(sentMs / 10) !== step) [step, extraMs] = [Math.floor(sentMs / 10), 16 * random()]
    lastMs = Math.max(lastMs, sentMs + 50 + extraMs)
    return lastMs
  }
}

/** A link of 50 Mbit/s and 50 ms to a receiver that reads nothing for up to 200 ms every 0.1 to 2 s. */
function heldUp(seed: number): (sentMs: number) => number {
  const random = seededRandom(seed)
  let [freeMs, heldMs, onMs] = [0, 0, 0]
  return (sentMs) => {
    freeMs = Math.max(freeMs, sentMs) + (1250 * 8000) / 50e6
    const arrivedMs = freeMs + 50
    while (arrivedMs >= onMs) {
      heldMs = onMs + 100 + 1900 * random()
      onMs = heldMs + 200 * random()
    }
    return arrivedMs >= heldMs ? onMs : arrivedMs
  }
}

describe('what a path is said to carry', () => {
  it.each([430, 100, 25])(
    'stays unknown while only jitter delays %i packets a second',
    (packetsPerSecond) => {
      expect(measured(60, packetsPerSecond, jittery()).filter((one) => one !== null)).toEqual([])
    },
  )

  it('stays unknown while a receiver that is held up now and then reads the frames of a video late', () => {
    const frames = (nowMs: number) => (nowMs % 33 === 0 ? 14_000 : 0)
    for (let seed = 1; seed <= 8; seed += 1) {
      const told: number[] = []
      drive(60, { arrival: heldUp(seed), packetsPerSecond: frames }, (path) => {
        const { capacityBps } = path.view()
        if (capacityBps !== null) told.push(capacityBps)
      })
      expect(told, `seed ${seed}`).toEqual([])
    }
  })

  it('is delivered no more once nothing has arrived for a second', () => {
    const path = createPathCapacity(
      {
        number: 0,
        packetBytes: 1400,
        startBytes: 0,
        rttHintMs: () => 100,
        lateFromMs: () => Infinity,
        others: () => [],
        lost: () => undefined,
      },
      0,
    )
    for (let at = 0; at < 100; at += 1) {
      path.sent(1, at, 1250, at * 10)
      path.arrived(1, at, at * 10 + 20, at * 10 + 20, at * 10 + 40)
      path.reported(at * 10 + 40, false)
    }
    expect(path.view().deliveryRateBps).toBeGreaterThan(900_000)
    path.tick(2500)
    expect(path.view().deliveryRateBps).toBe(0)
  })

  it('stays unknown while the receiver has more to read: what packets wait for may be the receiver', () => {
    const told: (number | null)[] = []
    const way = { arrival: narrowing(0), packetsPerSecond: () => 400 }
    drive(3, way, (path) => told.push(path.view().capacityBps), true)
    expect(told.every((one) => one === null)).toBe(true)
  })

  it('is known, if roughly, of a path that delivers in bunches, a tenth of a second apart', () => {
    let freeMs = 0
    const told = measured(5, 600, (sentMs) => {
      freeMs = Math.max(freeMs, sentMs) + (1250 * 8000) / 5e6
      return 50 + Math.ceil(freeMs / 102.4) * 102.4
    })
    expect(Math.abs((told.at(-1) ?? 0) - 5e6)).toBeLessThan(0.35 * 5e6)
  })

  it('is its rate within a fifth of a second of a standing queue', () => {
    let freeMs = 0
    const told = measured(3, 600, (sentMs) => {
      freeMs = Math.max(freeMs, sentMs) + (1250 * 8000) / 5e6
      return freeMs + 50
    })
    expect(told.findIndex((one) => one !== null) * 20).toBeLessThan(400)
    expect(Math.abs((told.at(-1) ?? 0) - 5e6)).toBeLessThan(0.05 * 5e6)
  })

  it('is known a fifth of a second after a long queue, also by few packets, to a tenth', () => {
    const seen: { readonly atMs: number; readonly bps: number }[] = []
    const way = { arrival: narrowing(2000), packetsPerSecond: () => 400 }
    drive(3, way, (path, atMs) => {
      const bps = path.view().capacityBps
      if (bps !== null) seen.push({ atMs, bps })
    })
    // The first packet that waited for 30 ms was sent after 2010 and known of after 2140.
    expect(seen[0]?.atMs).toBeLessThanOrEqual(2260)
    for (const { bps } of seen) expect(Math.abs(bps - 1.5e6)).toBeLessThan(0.15e6)
  })

  it('is not what it delivers after it has become longer by 40 ms', () => {
    let last: PathCapacity['view'] | null = null
    const arrival = (sentMs: number) => sentMs + (sentMs < 2000 ? 50 : 90)
    // Nearly all is taken from it, as from a path on which a queue stands.
    const packetsPerSecond = (nowMs: number) => (nowMs < 2500 ? 400 : 15)
    drive(8, { arrival, packetsPerSecond }, ({ view }) => (last = view))
    expect(last!()).toMatchObject({ capacityBps: null, queueMs: 0 })
  })

  it('stays known while a queue drains and stands anew, and the queue with it', () => {
    const queues: number[] = []
    const packetsPerSecond = (nowMs: number) => (nowMs % 1000 < 500 ? 200 : 100)
    drive(8, { arrival: narrowing(2000), packetsPerSecond }, (path, atMs) => {
      if (atMs > 3000) queues.push(path.view().queueMs ?? 0)
    })
    expect(Math.max(...queues)).toBeGreaterThan(60)
  })

  it('is taken over from another path of the same links where that was seen later', () => {
    let known: PathCapacity | null = null
    drive(3, { arrival: narrowing(2000), packetsPerSecond: () => 400 }, (path) => (known = path))
    const other = createPathCapacity(
      {
        number: 0,
        packetBytes: 1400,
        startBytes: 0,
        rttHintMs: () => 100,
        lateFromMs: () => Infinity,
        others: () => [],
        lost: () => undefined,
      },
      0,
    )
    other.adopt(known!.seen)
    expect(other.view().capacityBps).toBe(known!.view().capacityBps)
    known!.adopt({ capacityBps: 9e6, saturatedMs: 1000, correctedMs: 1000 })
    expect(known!.view().capacityBps).toBe(other.view().capacityBps)
  })
})

describe('a loss', () => {
  it('is by overload while more is sent than the queue lets through', () => {
    const losses = drive(4, { arrival: narrowing(2000), packetsPerSecond: () => 400 }, () => undefined)
    expect(losses.length).toBeGreaterThan(100)
    expect(losses.filter((byOverload) => !byOverload).length).toBeLessThan(0.05 * losses.length)
  })

  it('is not by overload when it is random, or when others fill the queue', () => {
    const random = seededRandom(3)
    const lossy = (waitMs: number) => (sentMs: number) =>
      random() < 0.03 ? undefined : sentMs + 50 + waitMs * (sentMs > 500 ? 1 : 0)
    for (const waitMs of [0, 80]) {
      const losses = drive(4, { arrival: lossy(waitMs), packetsPerSecond: () => 400 }, () => undefined)
      expect(losses.length).toBeGreaterThan(10)
      expect(losses.filter((byOverload) => byOverload)).toEqual([])
    }
  })
})

describe('what bulk has room for', () => {
  const straight = (sentMs: number) => sentMs

  it('is what its window lets out in a round trip, until that is the most that one path gets, or the user’s limit', () => {
    const told: { hold: string; roomBps: number }[] = []
    let path: PathCapacity | undefined
    drive(3, { arrival: straight, packetsPerSecond: () => 2000 }, (one) => {
      one.limited()
      path = one
      told.push({ hold: one.hold, roomBps: one.roomBps })
    })
    const held = new Set(told.map(({ hold }) => hold))
    expect([...held]).toEqual(['startup', 'limit'])
    expect(told[5]?.roomBps).toBeGreaterThan(1e6)
    expect(told[5]?.roomBps).toBeLessThan(30e6)
    expect(told.at(-1)).toEqual({ hold: 'limit', roomBps: 500_000_000 })
    path?.setCap(3e6)
    expect([path?.hold, path?.roomBps]).toEqual(['cap', 3e6])
  })

  it('is nothing while the path is in doubt, or down', () => {
    let path: PathCapacity | undefined
    drive(0.2, { arrival: straight, packetsPerSecond: () => 500 }, (one) => {
      path = one
    })
    path?.pause(true)
    expect([path?.hold, path?.roomBps]).toEqual(['suspect', 0])
    path?.pause(false)
    expect(path?.roomBps).toBeGreaterThan(0)
    path?.suspend(200)
    expect([path?.hold, path?.roomBps]).toEqual(['suspect', 0])
  })
})
