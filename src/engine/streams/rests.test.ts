import { describe, expect, it } from 'vitest'
import { limits } from '../face/limits'
import { createRests, type Rests } from './rests'

const narrow = { pairId: 3, label: 'lte → lte', sentBps: 31e6, lostPercent: 67 }
const may = (): boolean => true
const mayNot = (): boolean => false

/** Tried at its time, and found as narrow as before half a second later; returns how long it rests then. */
function failTry(rests: Rests, triedMs: number): number {
  rests.review(triedMs, may)
  expect(rests.tried).toEqual([3])
  const { againAtMs } = rests.begin(narrow, triedMs + 500)
  return (againAtMs ?? 0) - (triedMs + 500)
}

describe('the rests of a stream', () => {
  it('take a path out for ten seconds, then let it be tried', () => {
    const rests = createRests()
    expect(rests.begin(narrow, 1000)).toMatchObject({ ...narrow, state: 'resting', againAtMs: 11_000 })
    expect(rests.resting).toEqual([3])
    expect(rests.review(10_999, may)).toEqual([])
    expect(rests.review(11_000, may)).toMatchObject([{ pairId: 3, state: 'tried', againAtMs: null }])
    expect(rests.resting).toEqual([])
    expect(rests.tried).toEqual([3])
  })

  it('last twice as long after each try that failed, up to 160 s', () => {
    const rests = createRests()
    rests.begin(narrow, 0)
    let nowMs = 10_000
    const lengths: number[] = []
    for (let at = 0; at < 6; at += 1) {
      const lengthMs = failTry(rests, nowMs)
      lengths.push(lengthMs)
      nowMs += 500 + lengthMs
    }
    expect(lengths).toEqual([20_000, 40_000, 80_000, 160_000, 160_000, 160_000])
    expect(rests.view(nowMs)).toMatchObject([{ times: 7, restedMs: 10_000 + 140_000 + 160_000 * 3 }])
  })

  it('end when the path has been tried for two seconds', () => {
    const rests = createRests()
    rests.begin(narrow, 0)
    rests.review(10_000, may)
    expect(rests.review(11_999, may)).toEqual([])
    expect(rests.review(12_000, may)).toMatchObject([{ pairId: 3, state: 'over' }])
    expect(rests.tried).toEqual([])
    expect(rests.view(50_000)).toMatchObject([{ times: 1, restedMs: 10_000, againAtMs: null }])
  })

  it('go on while something speaks against a try, and do not grow by it', () => {
    const rests = createRests()
    rests.begin(narrow, 0)
    expect(rests.review(15_000, mayNot)).toEqual([])
    expect(rests.resting).toEqual([3])
    expect(rests.review(15_500, may)).toMatchObject([{ state: 'tried', restedMs: 15_500 }])
  })

  it('begin with ten seconds anew when the path has carried the stream for a minute', () => {
    const again = (afterMs: number): number => {
      const rests = createRests()
      rests.begin(narrow, 0)
      rests.review(10_000, may)
      rests.review(12_000, may)
      return (rests.begin(narrow, 12_000 + afterMs).againAtMs ?? 0) - (12_000 + afterMs)
    }
    expect(again(59_999)).toBe(20_000)
    expect(again(60_000)).toBe(10_000)
  })

  it('end at the user’s wish, of one path or of all, and begin with ten seconds anew', () => {
    const rests = createRests()
    rests.begin(narrow, 0)
    failTry(rests, 10_000)
    rests.begin({ ...narrow, pairId: 4 }, 10_500)
    expect(rests.end(3, 12_000)).toMatchObject([{ pairId: 3, state: 'over', restedMs: 11_500 }])
    expect(rests.resting).toEqual([4])
    expect(rests.end(3, 13_000)).toEqual([])
    expect(rests.begin(narrow, 13_000)).toMatchObject({ againAtMs: 23_000, times: 3 })
    expect(rests.end(null, 14_000)).toHaveLength(2)
    expect(rests.resting).toEqual([])
  })

  it('remember a limited number of paths', () => {
    const rests = createRests()
    for (let pairId = 1; pairId <= limits.restedPaths + 10; pairId += 1) {
      rests.begin({ ...narrow, pairId }, pairId)
      if (pairId > 5) rests.end(pairId, pairId)
    }
    const kept = rests.view(1000).map(({ pairId }) => pairId)
    expect(kept).toHaveLength(limits.restedPaths)
    expect(rests.resting).toEqual([1, 2, 3, 4, 5])
  })
})
