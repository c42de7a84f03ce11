import { describe, expect, it } from 'vitest'
import { limits } from '../face/limits'
import { seededRandom } from '../testing'
import { createLedger, type Ledger } from './ledger'

function setUp() {
  const delivered: number[] = []
  const lost: number[] = []
  const late: number[] = []
  const ledger = createLedger({
    delivered: (bytes, _sentMs, _arrivedMs, isLate) => (isLate ? late : delivered).push(bytes),
    lost: (_stream, sequence) => lost.push(sequence),
  })
  const report = (sequences: readonly number[], nowMs: number): void => {
    for (const sequence of sequences) ledger.arrived(1, sequence, nowMs - 20, nowMs - 20, nowMs)
    ledger.settle(nowMs)
  }
  return { ledger, delivered, lost, late, report }
}

function send(ledger: Ledger, from: number, to: number, atMs = 0): void {
  for (let sequence = from; sequence < to; sequence += 1) ledger.sent(1, sequence, 100, atMs)
}

describe('the ledger of a path', () => {
  it('takes a packet for lost when one that was sent three later has arrived', () => {
    const { ledger, lost, report } = setUp()
    send(ledger, 0, 10)
    report([0, 2, 3], 40)
    expect(lost).toEqual([])
    report([4], 41)
    expect(lost).toEqual([1])
    expect(ledger.counts).toEqual({ sent: 10, delivered: 4, lost: 1, spurious: 0, inFlight: 5 })
    expect(ledger.inFlightBytes).toBe(500)
  })

  it('counts each arrival once of which it hears when the packet is forgotten, since so many were sent after it', () => {
    const { ledger, delivered, report } = setUp()
    const many = limits.inFlightPackets
    send(ledger, 0, many + 100)
    report([0, 1, 5], 40)
    report([0, 1, 5, 20], 50)
    report([many + 200, many + 201], 55)
    ledger.arrived(2, 7, 30, 30, 60)
    expect(ledger.counts).toEqual({ sent: many + 100, delivered: 4, lost: 96, spurious: 0, inFlight: many })
    expect(ledger.heardMs).toBe(50)
    expect(delivered).toEqual([])
  })

  it('takes it for lost some time after a later one arrived, too', () => {
    const { ledger, lost, report } = setUp()
    send(ledger, 0, 2)
    report([1], 40)
    const dueMs = ledger.nextDeadline()
    expect(dueMs).toBeGreaterThan(45)
    expect(dueMs).toBeLessThan(70)
    ledger.settle(dueMs - 0.1)
    expect(lost).toEqual([])
    ledger.settle(dueMs)
    expect(lost).toEqual([0])
    expect(ledger.nextDeadline()).toBe(Infinity)
  })

  it('does not take the last ones for lost by itself, but gives all up with the path', () => {
    const { ledger, lost, report } = setUp()
    send(ledger, 0, 6)
    report([0, 1], 40)
    ledger.settle(100_000)
    expect(lost).toEqual([])
    expect(ledger.oldestInFlightMs).toBe(0)
    ledger.abandon()
    expect(lost).toEqual([2, 3, 4, 5])
    expect(ledger.inFlightBytes).toBe(0)
  })

  it('does not take an earlier copy that was only slow for one that was sent again over the same path', () => {
    const sentMs: number[] = []
    const lost: number[] = []
    const ledger = createLedger({
      delivered: (_bytes, atMs) => sentMs.push(atMs),
      lost: (_stream, sequence) => lost.push(sequence),
    })
    const report = (sequence: number, arrivedMs: number, nowMs: number): void => {
      ledger.arrived(1, sequence, arrivedMs, arrivedMs, nowMs)
      ledger.settle(nowMs)
    }
    send(ledger, 0, 20, 0)
    for (let sequence = 0; sequence < 4; sequence += 1) report(sequence, 30, 50)
    ledger.sent(1, 4, 100, 60)
    report(4, 31, 70)
    expect(sentMs.at(-1)).toBe(0)
    expect(lost).toEqual([])
    report(4, 31, 80)
    expect(ledger.counts).toMatchObject({ delivered: 5, lost: 0, inFlight: 16 })
    report(4, 91, 110)
    expect(sentMs.at(-1)).toBe(60)
    expect(ledger.smoothedAckMs).toBe(50)
  })

  it('knows of what was sent whether it has arrived, by whichever copy, and though it had been taken for lost', () => {
    const { ledger, lost, report } = setUp()
    send(ledger, 0, 6)
    report([0, 5], 40)
    expect(lost).toEqual([1, 2])
    send(ledger, 1, 2, 50)
    report([1, 2], 90)
    expect([0, 1, 2, 3, 9].map((sequence) => ledger.hasArrived(1, sequence))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
    expect(ledger.hasArrived(2, 0)).toBe(false)
  })

  it('gives back what comes after all, and waits longer where packets overtake each other', () => {
    const { ledger, lost, late, report } = setUp()
    send(ledger, 0, 40)
    report([5], 40)
    expect(lost).toEqual([0, 1, 2])
    report([0, 1, 2, 3, 4], 41)
    expect(late).toHaveLength(3)
    expect(ledger.counts).toMatchObject({ delivered: 6, lost: 0, spurious: 3 })
    report([11], 42)
    expect(lost).toEqual([0, 1, 2])
    report([12], 43)
    expect(lost).toEqual([0, 1, 2, 6])
  })

  it('hears of each packet once, however often it is told', () => {
    const { ledger, delivered, report } = setUp()
    send(ledger, 0, 3)
    report([0, 1], 40)
    report([0, 1, 2], 50)
    report([7], 60)
    expect(delivered).toHaveLength(3)
    expect(ledger.inFlightBytes).toBe(0)
  })

  it('loses the oldest when more are in flight than are remembered', () => {
    const { ledger, lost } = setUp()
    send(ledger, 0, limits.inFlightPackets + 2)
    expect(lost).toEqual([0, 1])
    expect(ledger.counts.inFlight).toBe(limits.inFlightPackets)
  })

  it('conserves packets and bytes under any loss, order and repetition', () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const random = seededRandom(seed)
      const { ledger } = setUp()
      let next = 0
      const under: number[] = []
      for (let nowMs = 0; nowMs < 1500; nowMs += 1) {
        const burst = Math.floor(random() * 6)
        for (let i = 0; i < burst; i += 1) {
          ledger.sent(1 + (next % 3), next, 100, nowMs)
          if (random() > 0.1) under.push(next)
          next += 1
        }
        while (under.length > 50 && random() < 0.8) {
          const [sequence] = under.splice(Math.floor(random() * 20), 1) as [number]
          ledger.arrived(1 + (sequence % 3), sequence, nowMs, nowMs, nowMs)
          if (random() < 0.2) ledger.arrived(1 + (sequence % 3), sequence, nowMs, nowMs, nowMs)
        }
        if (nowMs % 10 === 0) ledger.settle(nowMs)
        if (nowMs % 997 === 0) ledger.abandon()
        const { sent, delivered, lost, inFlight } = ledger.counts
        if (delivered + lost + inFlight !== sent || ledger.inFlightBytes !== inFlight * 100) {
          expect({ at: nowMs, seed, ...ledger.counts, bytes: ledger.inFlightBytes }).toBe('conserved')
        }
      }
      expect(ledger.counts.sent).toBe(next)
    }
  })
})
