import { describe, expect, it } from 'vitest'
import { createPulse, type Pulse } from './pulse'

/** The peer's clock is so far ahead of ours. */
const aheadMs = 5000

/** The peer tells at `nowMs` that the packet of `sentAtMs` came after `delayMs`. */
function hear(pulse: Pulse, sentAtMs: number, delayMs: number, nowMs: number): void {
  pulse.heard({ sentAtMs, delayMs: aheadMs + delayMs, mostDelayMs: aheadMs + delayMs }, nowMs)
}

/** Packets every `everyMs` from 0 to `toMs`, each coming after 20 ms and told of after 40 if that is not past `toMs`. */
function flow(pulse: Pulse, everyMs: number, toMs: number): void {
  for (let atMs = 0; atMs <= toMs; atMs += 1) {
    if (atMs % everyMs === 0) pulse.sent(atMs)
    const sentMs = atMs - 40
    if (sentMs >= 0 && sentMs % everyMs === 0) hear(pulse, sentMs, 20, atMs)
  }
}

/** Until when packets are overdue if the peer made a report then, by our clock; a report comes all the time. */
function overdueAt(pulse: Pulse, madeAtMs: number): number {
  return pulse.takeOverdue(aheadMs + madeAtMs, madeAtMs + 20, madeAtMs + 20)
}

describe('pulse', () => {
  it('expects nothing before the peer has told of a few packets', () => {
    const pulse = createPulse()
    pulse.sent(0)
    for (let at = 0; at < 3; at += 1) hear(pulse, at, 20, 40 + at)
    // What is told again is nothing new.
    for (let at = 0; at < 9; at += 1) hear(pulse, 2, 30, 50)
    pulse.sent(50)
    expect(overdueAt(pulse, 10_000)).toBe(-Infinity)
    expect(pulse.dueMs(0)).toBe(Infinity)
    expect(pulse.isDoubtful(aheadMs + 10_000)).toBe(false)
    hear(pulse, 50, 20, 90)
    pulse.sent(100)
    expect(overdueAt(pulse, 10_000)).toBeGreaterThanOrEqual(100)
  })

  it('takes a packet for overdue when a report was made 10 ms after its time, where delays are steady', () => {
    const pulse = createPulse()
    flow(pulse, 20, 1000)
    // Of what is under way the packets of 980 and 1000 are not told of.
    expect(overdueAt(pulse, 980 + 20 + 9)).toBe(-Infinity)
    expect(pulse.isDoubtful(aheadMs + 980 + 20 + 5)).toBe(true)
    expect(overdueAt(pulse, 980 + 20 + 10)).toBe(981)
    expect(pulse.isSilent).toBe(false)
    expect(overdueAt(pulse, 1000 + 20 + 10)).toBe(1001)
    expect(pulse.isSilent).toBe(true)
    expect(pulse.sinceMs()).toBe(980)
  })

  it('is not moved by reports that come late: only by what they should have told', () => {
    const pulse = createPulse()
    flow(pulse, 20, 1000)
    expect(pulse.takeOverdue(aheadMs + 1000, 3000, 3000)).toBe(-Infinity)
    hear(pulse, 1000, 20, 3000)
    expect(pulse.takeOverdue(aheadMs + 2000, 3000, 3000)).toBe(-Infinity)
  })

  it('waits 300 ms more while no report comes at all', () => {
    const pulse = createPulse()
    flow(pulse, 20, 1000)
    expect(pulse.dueMs(1000)).toBeCloseTo(980 + 40 + 10 + 300, 0)
    expect(pulse.takeOverdue(-Infinity, 1000, 1329)).toBe(-Infinity)
    expect(pulse.takeOverdue(-Infinity, 1000, 1331)).toBe(981)
  })

  it('waits longer where delays vary', () => {
    const pulse = createPulse()
    for (let atMs = 0; atMs <= 1000; atMs += 50) hear(pulse, atMs, atMs % 100 === 0 ? 60 : 20, atMs + 80)
    pulse.sent(1010)
    expect(overdueAt(pulse, 1010 + 75)).toBe(-Infinity)
    expect(overdueAt(pulse, 1010 + 120)).toBeGreaterThan(1010)
  })

  it('finds nothing overdue while older packets still come: the path is slow and not dead', () => {
    const pulse = createPulse()
    flow(pulse, 1, 500)
    // A queue builds: each packet comes 2 ms after the one before.
    for (let step = 1; step <= 100; step += 1) {
      pulse.sent(500 + 2 * step)
      hear(pulse, 460 + step, 20 + step, 500 + 2 * step)
      expect(overdueAt(pulse, 480 + 2 * step)).toBe(-Infinity)
    }
  })

  it('takes an arrival for all that was sent before, as they may be lost but the path is alive', () => {
    const pulse = createPulse()
    flow(pulse, 10, 400)
    hear(pulse, 400, 20, 440)
    expect(pulse.sinceMs()).toBeNull()
    pulse.sent(500)
    pulse.answered()
    expect(overdueAt(pulse, 10_000)).toBe(-Infinity)
  })

  it('does not grow with packets that nobody acknowledges', () => {
    const pulse = createPulse()
    flow(pulse, 10, 400)
    const sinceMs = pulse.sinceMs()
    for (let atMs = 401; atMs < 10_000; atMs += 0.5) pulse.sent(atMs)
    expect(pulse.sinceMs()).toBe(sinceMs)
  })
})
