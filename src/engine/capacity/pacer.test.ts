import { expect, it } from 'vitest'
import { createPacer } from './pacer'

it('spaces packets evenly however slow its rate is', () => {
  const pacer = createPacer()
  pacer.setRate(10_000)
  pacer.sent(1000, 0)
  expect(pacer.freeAtMs).toBeCloseTo(800 - 2)
  pacer.sent(1000, pacer.freeAtMs)
  expect(pacer.freeAtMs).toBeCloseTo(1600 - 2)
})

it('waits a tenth of a second at most, and a packet, for what went faster than its rate', () => {
  const pacer = createPacer()
  pacer.setRate(800_000)
  for (let atMs = 0; atMs < 5000; atMs += 1) {
    pacer.sent(1000, atMs)
    if (atMs > 100) expect(pacer.freeAtMs).toBeGreaterThan(atMs + 100)
  }
  expect(pacer.freeAtMs).toBeLessThanOrEqual(5000 + 110)
})

it('keeps a low rate whatever else goes: the wait for it is no shorter than what a few packets take', () => {
  const pacer = createPacer()
  pacer.setRate(64_000)
  let bytes = 0
  for (let atMs = 0; atMs < 20_000; atMs += 1) {
    if (atMs % 25 === 0) {
      pacer.sent(64, atMs)
      bytes += 64
    }
    if (pacer.freeAtMs > atMs) continue
    pacer.sent(1400, atMs)
    bytes += 1400
  }
  expect((bytes * 8) / 20).toBeLessThan(64_000 * 1.02)
})
