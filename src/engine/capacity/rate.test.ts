import { describe, expect, it } from 'vitest'
import { createDeliveryRate, type DeliveryRate } from './rate'

/** 1000 B every ms, except in the times left out. */
function fed(untilMs: number, isAway: (atMs: number) => boolean = () => false): DeliveryRate {
  const rate = createDeliveryRate()
  for (let atMs = 0; atMs < untilMs; atMs += 1) if (!isAway(atMs)) rate.add(1000, atMs)
  return rate
}

describe('the rate at which packets arrive', () => {
  it('is that of all the time, or of the time in which any arrived', () => {
    const rate = fed(500, (atMs) => atMs >= 440 && atMs < 470)
    expect(rate.overBps(60)).toBeCloseTo(4e6, -5)
    expect(rate.busyBps(60, 20)).toBeCloseTo(8e6, -5)
    expect(rate.busyBps(60, 40)).toBeCloseTo(4e6, -5)
  })

  it('takes short pauses of a slow path for its own', () => {
    const rate = fed(500, (atMs) => atMs % 20 !== 5)
    expect(rate.busyBps(200, 20)).toBeCloseTo(0.4e6, -4)
  })

  it('reaches no further back than what it keeps, and is 0 before anything', () => {
    expect(createDeliveryRate().busyBps(60, 20)).toBe(0)
    expect(fed(2000, (atMs) => atMs > 900 && atMs < 1990).busyBps(60, 20)).toBe(0)
  })
})
