import { describe, expect, it } from 'vitest'
import { percentile } from '../bench'
import { leastDelayMs } from './lab'
import { type LoggedPacket, waitsMs } from './packet-log'

/** A link of 20 ms in whose queue each packet waits for 10 ms, but the first, which finds it empty. */
function logged(extra: readonly LoggedPacket[] = []): LoggedPacket[] {
  const packets = Array.from({ length: 1000 }, (_, n) => ({
    inMs: n,
    outMs: n + 20 + (n === 0 ? 0 : 10),
    ipBytes: 1228,
  }))
  return [...packets, ...extra]
}

describe('how long packets wait in a link', () => {
  it('is what they take beyond the one that found the queue empty', () => {
    expect(percentile(waitsMs(logged(), 20), 95)).toBe(10)
    expect(percentile(waitsMs(logged(), 20), 0)).toBe(0)
  })

  it('is no longer because the lab read a packet late, and gave it out before anything could have come through', () => {
    const readLate = { inMs: 500, outMs: 505, ipBytes: 1228 }
    expect(percentile(waitsMs(logged([readLate]), 20), 95)).toBe(10)
  })

  it('counts from the shortest time seen where the link is slower than its delay', () => {
    expect(percentile(waitsMs(logged(), 15), 95)).toBe(10)
  })

  it('leaves out packets that were lost, and is unknown of none', () => {
    const lost = { inMs: 3, outMs: null, ipBytes: 1228 }
    expect(waitsMs([lost], 20)).toEqual([])
    expect(waitsMs(logged([lost]), 20)).toHaveLength(1000)
  })
})

describe('the least delay of a link', () => {
  it('is what the lab says of its delay, less what uniform jitter may take from it', () => {
    expect(leastDelayMs({ delay: '20ms' })).toBe(20)
    expect(leastDelayMs({ delay: '40ms', jitter: '8ms', jitter_dist: 'uniform' })).toBe(32)
    expect(leastDelayMs({ delay: '1.5s' })).toBe(1500)
    expect(leastDelayMs({ delay: '250us' })).toBe(0.25)
    expect(leastDelayMs({ delay: '5ms', jitter: '8ms', jitter_dist: 'uniform' })).toBe(0)
  })

  it('is nothing where none is set, or jitter has no bound', () => {
    expect(leastDelayMs({})).toBe(0)
    expect(leastDelayMs({ delay: '20ms', jitter: '2ms', jitter_dist: 'normal' })).toBe(0)
  })

  it('is not made up from a time that cannot be read', () => {
    expect(() => leastDelayMs({ delay: 'soon' })).toThrow('soon')
  })
})
