import { describe, expect, it } from 'vitest'
import { createWidening } from './widening'

function widened(noiseMs = 0, isRipe = true) {
  const widening = createWidening()
  widening.begin(100_000, 10e6, 40, noiseMs, isRipe, 1000)
  return widening
}

describe('the window, widened to see whether anybody else is there', () => {
  it('is a third wider for two round trips and a look, longer where jitter hides what happens', () => {
    const steady = widened()
    expect([steady.beforeBytes, Math.round(steady.windowBytes)]).toEqual([100_000, 130_000])
    expect([steady.dueMs, steady.lookMs]).toEqual([1180, 100])
    expect([widened(5).lookMs, widened(500).lookMs]).toEqual([160, 300])
  })

  it('shows nobody where the rate stays, and somebody where it grows with the window', () => {
    const alone = widened()
    expect([alone.judge(10.5e6, 0), alone.isDone]).toEqual([false, true])
    const beside = widened()
    expect([beside.judge(12.5e6, 0), beside.isDone]).toEqual([true, true])
  })

  it('takes what paths of our own lost or gained meanwhile for nobody else, and looks again where it is only a part', () => {
    const own = widened()
    expect(own.changeBps(8e6)).toBe(-2e6)
    expect([own.judge(12.5e6, -2e6), own.isDone]).toEqual([false, true])
    const other = widened()
    expect([other.judge(8e6, 2.5e6), other.isDone]).toEqual([false, true])
    const perhaps = widened()
    expect([perhaps.judge(12.5e6, -1.2e6), perhaps.isDone]).toEqual([false, false])
  })

  it('looks again where it is unclear, but once', () => {
    const unclear = widened()
    const looks = [0, 1].map(() => [unclear.judge(11.2e6, 0), unclear.isDone])
    expect(looks).toEqual([
      [false, false],
      [false, true],
    ])
  })

  it('judges none whose rate says nothing yet, and looks again at one that paused', () => {
    const unripe = widened(0, false)
    expect([unripe.judge(12.5e6, 0), unripe.isDone]).toEqual([false, false])
    const paused = widened()
    expect([paused.judge(6e6, 0), paused.isDone]).toEqual([false, false])
  })

  it('believes a path with jitter only when its rate grew twice in a row', () => {
    const once = widened(3)
    expect([once.judge(12.5e6, 0), once.isDone]).toEqual([false, false])
    expect([once.judge(10.2e6, 0), once.isDone]).toEqual([false, true])
    const twice = widened(3)
    expect([twice.judge(12.5e6, 0), twice.judge(12.5e6, 0), twice.isDone]).toEqual([false, true, true])
  })
})
