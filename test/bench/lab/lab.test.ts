import { describe, expect, it } from 'vitest'
import { leastDelayMs } from './lab'

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
