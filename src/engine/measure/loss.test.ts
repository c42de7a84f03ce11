import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLoss } from './index'

/** A measure for which counting has started with nothing sent. */
function startedLoss() {
  const loss = createLoss()
  loss.compare(0, 0, 0)
  return loss
}

describe('loss', () => {
  it('is null until something was compared', () => {
    const loss = startedLoss()
    expect(loss.view()).toEqual({ sent: 0, received: 0, percent: null, recentPercent: null })
    expect(loss.recentLoss).toBeNull()
    loss.compare(1, 1, 100)
    expect(loss.view()).toEqual({ sent: 1, received: 1, percent: 0, recentPercent: 0 })
  })

  it('is what was sent less what was received, over what was sent', () => {
    const loss = startedLoss()
    loss.compare(200, 190, 100)
    expect(loss.view()).toEqual({ sent: 200, received: 190, percent: 5, recentPercent: 5 })
    expect(loss.recentLoss).toBe(0.05)
  })

  it('tells what the path loses of itself from what was lost as more was sent than it carries', () => {
    const loss = startedLoss()
    loss.overloaded(40)
    loss.compare(200, 150, 100)
    expect(loss.recentLoss).toBe(0.25)
    expect(loss.recentOwnLoss).toBeCloseTo(0.05, 9)
    loss.overloaded(200)
    loss.compare(300, 250, 200)
    expect(loss.recentOwnLoss).toBe(0)
    loss.forgetRecent()
    loss.compare(400, 340, 300)
    expect(loss.recentOwnLoss).toBeCloseTo(0.1, 9)
  })

  it('forgets of late what an outage took, and keeps it in the whole', () => {
    const loss = startedLoss()
    loss.compare(200, 100, 100)
    loss.forgetRecent()
    expect(loss.recentLoss).toBeNull()
    loss.compare(300, 200, 200)
    expect(loss.view()).toMatchObject({ sent: 300, received: 200, recentPercent: 0 })
  })

  it('does not take for lost what was sent before the receiver knew of the pair', () => {
    const loss = createLoss()
    loss.compare(9000, 1, 0)
    loss.compare(9100, 101, 100)
    expect(loss.view()).toMatchObject({ sent: 101, received: 101, percent: 0 })
    expect(loss.recentLoss).toBe(0)
  })

  it('does not let packets from before hide the loss of later ones', () => {
    const loss = createLoss()
    loss.compare(1, 50, 0)
    loss.compare(101, 140, 100)
    expect(loss.view()).toMatchObject({ sent: 101, received: 91 })
  })

  it('takes more received than sent for all of it', () => {
    const loss = startedLoss()
    loss.compare(100, 103, 0)
    expect(loss.view()).toMatchObject({ sent: 100, received: 100, percent: 0 })
    loss.compare(104, 103, 100)
    expect(loss.view()).toMatchObject({ sent: 104, received: 103 })
  })

  it('ignores a report that comes out of order', () => {
    const loss = startedLoss()
    loss.compare(100, 90, 0)
    const before = loss.view()
    loss.compare(50, 50, 100)
    loss.compare(110, 80, 200)
    for (const wrong of [NaN, Infinity, -1]) {
      loss.compare(wrong, 95, 300)
      loss.compare(120, wrong, 300)
    }
    expect(loss.view()).toEqual(before)
  })

  it('gives back what was counted late', () => {
    const loss = startedLoss()
    loss.compare(100, 90, 0)
    loss.compare(100, 100, 100)
    expect(loss.view()).toEqual({ sent: 100, received: 100, percent: 0, recentPercent: 0 })
  })

  it('forgets an outage within about ten seconds of clean traffic', () => {
    const loss = startedLoss()
    let [sent, received] = [0, 0]
    const run = (fromMs: number, toMs: number, arrives: number): void => {
      for (let nowMs = fromMs; nowMs < toMs; nowMs += 100)
        loss.compare((sent += 10), (received += arrives), nowMs)
    }
    run(0, 20_000, 10)
    expect(loss.recentLoss).toBe(0)
    run(20_000, 25_000, 0)
    expect(loss.recentLoss).toBeGreaterThan(0.8)
    run(25_000, 30_000, 10)
    expect(loss.recentLoss).toBeLessThan(0.2)
    run(30_000, 35_000, 10)
    expect(loss.recentLoss).toBeLessThan(0.02)
    expect(loss.view().percent).toBeCloseTo((100 * 5) / 35, 6)
  })

  it('keeps its last word while nothing is sent', () => {
    const loss = startedLoss()
    loss.compare(100, 80, 0)
    loss.compare(100, 80, 3_600_000)
    expect(loss.recentLoss).toBeCloseTo(0.2)
    loss.compare(110, 90, 7_200_000)
    expect(loss.recentLoss).toBe(0)
  })

  it('stays within 0 and 1 and counts up whatever reports come', () => {
    const reports = fc.array(fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(2000)), { maxLength: 80 })
    fc.assert(
      fc.property(reports, (list) => {
        const loss = createLoss()
        let nowMs = 0
        let last = loss.view()
        for (const [sent, received, afterMs] of list) {
          nowMs += afterMs
          loss.compare(sent, received, nowMs)
          const view = loss.view()
          expect(view.sent).toBeGreaterThanOrEqual(last.sent)
          expect(view.received).toBeGreaterThanOrEqual(last.received)
          expect(view.received).toBeLessThanOrEqual(view.sent)
          const recent = loss.recentLoss ?? 0
          expect(recent >= 0 && recent <= 1).toBe(true)
          last = view
        }
      }),
    )
  })
})

it('a receiver that counts anew, behind a NAT that gave the pair another address, goes on from what was counted', () => {
  const loss = createLoss()
  loss.compare(100, 90, 0)
  loss.compare(200, 180, 1000)
  loss.compare(230, 1, 5000)
  const atOnce = loss.view()
  loss.compare(330, 101, 6000)
  const { sent, received } = loss.view()
  expect([sent - atOnce.sent, received - atOnce.received]).toEqual([100, 100])
  loss.compare(210, 185, 6001)
  expect(loss.view()).toMatchObject({ sent, received })
})
