import { describe, expect, it } from 'vitest'
import { seededRandom } from '../testing'
import { createPathCapacity } from './path'

/** Sends packets of 1250 bytes over a path and reports what arrived each 20 ms; what the path is said to carry after each. */
function measured(
  seconds: number,
  packetsPerSecond: number,
  arrival: (sentMs: number) => number,
): (number | null)[] {
  const path = createPathCapacity(
    { packetBytes: 1400, startBytes: 0, rttHintMs: () => 100, lost: () => undefined },
    0,
  )
  const under: { readonly sequence: number; readonly arrivedMs: number }[] = []
  const told: (number | null)[] = []
  let sequence = 0
  for (let nowMs = 0; nowMs < seconds * 1000; nowMs += 1) {
    for (; sequence < (nowMs * packetsPerSecond) / 1000; sequence += 1) {
      path.sent(1, sequence, 1250, nowMs)
      under.push({ sequence, arrivedMs: arrival(nowMs) })
    }
    if (nowMs % 20 !== 0) continue
    while (under[0] !== undefined && under[0].arrivedMs <= nowMs - 50) {
      const { sequence: one, arrivedMs } = under.shift()!
      path.arrived(1, one, arrivedMs, nowMs - 50, nowMs)
    }
    path.reported(nowMs)
    told.push(path.view().capacityBps)
  }
  return told
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

describe('what a path is said to carry', () => {
  it.each([430, 100, 25])(
    'stays unknown while only jitter delays %i packets a second',
    (packetsPerSecond) => {
      expect(measured(60, packetsPerSecond, jittery()).filter((one) => one !== null)).toEqual([])
    },
  )

  it('is delivered no more once nothing has arrived for a second', () => {
    const path = createPathCapacity(
      { packetBytes: 1400, startBytes: 0, rttHintMs: () => 100, lost: () => undefined },
      0,
    )
    for (let at = 0; at < 100; at += 1) {
      path.sent(1, at, 1250, at * 10)
      path.arrived(1, at, at * 10 + 20, at * 10 + 20, at * 10 + 40)
      path.reported(at * 10 + 40)
    }
    expect(path.view().deliveryRateBps).toBeGreaterThan(900_000)
    path.tick(2500)
    expect(path.view().deliveryRateBps).toBe(0)
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
})
