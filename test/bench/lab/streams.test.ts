import { describe, expect, it } from 'vitest'
import { inOrderBps } from './streams'

const playout = {
  deadlineMs: 500,
  inOrder: 900,
  late: 100,
  held: 200,
  holdMs: null,
  gapsGivenUp: 3,
  reorderingExtentMax: 7,
}

describe('payload in order', () => {
  it('is the part of what came that was handed on before its deadline, and behind no later packet', () => {
    expect(inOrderBps({ goodputBps: 10e6, received: 1000, playout })).toBeCloseTo(9e6)
  })

  it('is nothing where nothing came', () => {
    expect(inOrderBps({ goodputBps: null, received: 1, playout: { ...playout, inOrder: 1, late: 0 } })).toBe(
      0,
    )
    expect(inOrderBps({ goodputBps: null, received: 0, playout: { ...playout, inOrder: 0, late: 0 } })).toBe(
      0,
    )
  })

  it('is not made up where the receiver put nothing in order', () => {
    expect(() => inOrderBps({ goodputBps: 10e6, received: 1000, playout: null })).toThrow('in order')
  })
})
