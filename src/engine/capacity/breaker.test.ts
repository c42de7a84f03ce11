import { describe, expect, it } from 'vitest'
import { createBreaker, type BreakerInterval, together } from './breaker'

const flood: BreakerInterval = {
  sentBps: 200e6,
  meanPacketBytes: 1228,
  sent: 19_950,
  delivered: 950,
  late: 0,
  lost: 19_000,
  lostByFullQueue: 18_900,
  rttMs: 140,
}

describe('the circuit breaker', () => {
  it('trips in the third interval of ten times what TCP would send', () => {
    const breaker = createBreaker()
    expect([1, 2, 3].map(() => breaker.update(flood))).toEqual([false, false, true])
  })

  it('trips in the first such interval of a try', () => {
    const breaker = createBreaker()
    const fine = { ...flood, sentBps: 5e6, sent: 950, lost: 0, lostByFullQueue: 0 }
    expect(breaker.update(fine, true)).toBe(false)
    expect(breaker.update(flood, true)).toBe(true)
    expect(breaker.update(flood)).toBe(false)
  })

  it('begins to count anew when it is told to', () => {
    const breaker = createBreaker()
    breaker.update(flood)
    breaker.update(flood)
    breaker.reset()
    expect([1, 2, 3].map(() => breaker.update(flood))).toEqual([false, false, true])
  })

  it('begins to count anew when an interval was fine', () => {
    const breaker = createBreaker()
    const fine = { ...flood, sentBps: 5e6, sent: 950, lost: 0, lostByFullQueue: 0 }
    const said = [flood, flood, fine, flood, flood].map((one) => breaker.update(one))
    expect(said).toEqual([false, false, false, false, false])
  })

  describe.each([
    ['nothing arrives', { delivered: 0, lost: 19_950, lostByFullQueue: 0 }],
    ['no report comes', { delivered: 0, lost: 0, lostByFullQueue: 0 }],
    ['nothing is sent, as the path is down', { sentBps: 0, sent: 0 }],
    [
      'only comes what had been taken for lost when the path went down',
      { delivered: 950, late: 950, lost: 0, lostByFullQueue: 0 },
    ],
    ['the first packets come into an empty queue', { delivered: 950, lost: 0, lostByFullQueue: 0 }],
  ] satisfies [string, Partial<BreakerInterval>][])('in an interval in which %s', (_, tells) => {
    const untold: BreakerInterval = { ...flood, ...tells }

    it('goes on from what it knew', () => {
      const breaker = createBreaker()
      const said = [flood, untold, flood, untold, untold, flood].map((one) => breaker.update(one))
      expect(said).toEqual([false, false, false, false, false, true])
    })

    it('does not trip', () => {
      const breaker = createBreaker()
      const said = [flood, flood, untold, untold, untold, untold].map((one) => breaker.update(one, false))
      expect(said).not.toContain(true)
      expect(breaker.update(untold, true)).toBe(false)
    })
  })

  it('forgets what it knew when it has been told nothing for ten seconds', () => {
    const breaker = createBreaker()
    const idle = { ...flood, sentBps: 0, sent: 0, delivered: 0, lost: 0, lostByFullQueue: 0 }
    breaker.update(flood)
    breaker.update(flood)
    for (let count = 0; count < 21; count += 1) breaker.update(idle)
    expect([1, 2, 3].map(() => breaker.update(flood))).toEqual([false, false, true])
  })

  it('lets a stream live on a path that loses some at random, or nothing comes through at all', () => {
    const breaker = createBreaker()
    const lossy = {
      ...flood,
      sentBps: 20e6,
      sent: 1000,
      delivered: 990,
      lost: 10,
      lostByFullQueue: 0,
      rttMs: 80,
    }
    const dead = { ...flood, delivered: 0 }
    for (const one of [lossy, lossy, lossy, lossy, dead, dead, dead, dead]) {
      expect(breaker.update(one)).toBe(false)
    }
  })

  it('leaves a path that loses a tenth to the weights, however long its queue is', () => {
    const breaker = createBreaker()
    const full = { ...flood, sentBps: 5e6, sent: 1000, delivered: 900, lost: 100, lostByFullQueue: 100 }
    for (const one of [full, full, full, full]) expect(breaker.update(one)).toBe(false)
  })

  it('counts a quarter of loss as congestion whatever the queue', () => {
    const breaker = createBreaker()
    const policed = { ...flood, lostByFullQueue: 0 }
    expect([1, 2, 3].map(() => breaker.update(policed))).toEqual([false, false, true])
  })

  it('takes several paths as one that is as fast as the fastest', () => {
    const idle = {
      ...flood,
      sentBps: 0,
      meanPacketBytes: 0,
      sent: 0,
      delivered: 0,
      lost: 0,
      lostByFullQueue: 0,
      rttMs: 1,
    }
    const other = {
      ...flood,
      sentBps: 100e6,
      sent: 9000,
      delivered: 9000,
      lost: 0,
      lostByFullQueue: 0,
      rttMs: 40,
    }
    const sum = together([flood, other, idle])
    expect(sum).toMatchObject({
      sentBps: 300e6,
      sent: 28_950,
      delivered: 9950,
      lost: 19_000,
      lostByFullQueue: 18_900,
      rttMs: 40,
    })
    expect(sum.meanPacketBytes).toBeCloseTo(1228, 6)
  })
})
