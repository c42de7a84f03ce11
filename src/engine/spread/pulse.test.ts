import { describe, expect, it } from 'vitest'
import { createPulse, type Pulse } from './pulse'

/** Packets every `everyMs` from 0 to `toMs`, each acknowledged `rttMs` later if that is not past `toMs`. */
function flow(pulse: Pulse, everyMs: number, rttMs: number, toMs: number): void {
  for (let atMs = 0; atMs <= toMs; atMs += 1) {
    if (atMs % everyMs === 0) pulse.sent(atMs)
    const sentMs = atMs - rttMs
    if (sentMs >= 0 && sentMs % everyMs === 0) pulse.heard(sentMs, atMs)
  }
}

describe('pulse', () => {
  it('expects nothing before the peer has acknowledged a few packets', () => {
    const pulse = createPulse()
    pulse.sent(0)
    expect(pulse.dueMs()).toBe(Infinity)
    expect(pulse.doubtedMs()).toBe(Infinity)
    for (let at = 0; at < 3; at += 1) pulse.heard(at, 40 + at)
    // What is told again is nothing new.
    for (let at = 0; at < 9; at += 1) pulse.heard(2, 50)
    pulse.sent(50)
    expect(pulse.dueMs()).toBe(Infinity)
    pulse.heard(50, 90)
    pulse.sent(100)
    expect(pulse.dueMs()).toBeLessThan(Infinity)
  })

  it('is due a round trip and 10 ms after the oldest packet without acknowledgement, where round trips are steady', () => {
    const pulse = createPulse()
    flow(pulse, 20, 40, 1000)
    // Of what is under way the packets of 980 and 1000 are not acknowledged.
    expect(pulse.dueMs()).toBeCloseTo(980 + 40 + 10, 0)
    pulse.heard(960, 1000)
    pulse.heard(980, 1020)
    expect(pulse.dueMs()).toBeCloseTo(1000 + 40 + 10, 0)
  })

  it('waits longer where round trips vary', () => {
    const [steady, wild] = [createPulse(), createPulse()]
    for (let atMs = 0; atMs < 1000; atMs += 50) {
      steady.heard(atMs - 40, atMs)
      wild.heard(atMs - (atMs % 100 === 0 ? 20 : 60), atMs)
    }
    steady.sent(1000)
    wild.sent(1000)
    expect(wild.dueMs()).toBeGreaterThan(steady.dueMs() + 20)
  })

  it('is not due while acknowledgements of older packets still come: the path is slow and not dead', () => {
    const pulse = createPulse()
    flow(pulse, 1, 40, 500)
    // A queue builds: each acknowledgement comes 2 ms after the one before.
    for (let step = 1; step <= 100; step += 1) {
      const nowMs = 500 + 2 * step
      pulse.sent(nowMs)
      pulse.heard(460 + step, nowMs)
      expect(pulse.dueMs()).toBeGreaterThan(nowMs)
    }
  })

  it('takes an acknowledgement for all that was sent before, as they may be lost but the path is alive', () => {
    const pulse = createPulse()
    flow(pulse, 10, 40, 400)
    pulse.heard(400, 440)
    expect(pulse.dueMs()).toBe(Infinity)
    pulse.sent(500)
    pulse.answered()
    expect(pulse.dueMs()).toBe(Infinity)
  })

  it('does not grow with packets that nobody acknowledges', () => {
    const pulse = createPulse()
    flow(pulse, 10, 40, 400)
    const dueMs = pulse.dueMs()
    for (let atMs = 401; atMs < 10_000; atMs += 0.5) pulse.sent(atMs)
    expect(pulse.dueMs()).toBe(dueMs)
  })
})
