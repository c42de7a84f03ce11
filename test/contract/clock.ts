import { describe, expect, it } from 'vitest'
import type { Clock } from '../../src/runtime/ports'

export interface ClockUnderTest {
  readonly clock: Clock
  /** Lets `ms` go by: really, or by moving virtual time. */
  pass(ms: number): Promise<void>
}

/** What every Clock promises, real or simulated. */
export function describeClockContract(name: string, make: () => Promise<ClockUnderTest>): void {
  describe(`${name} as a Clock`, () => {
    it('never goes back', async () => {
      const { clock, pass } = await make()
      let last = clock.nowMs()
      for (let turn = 0; turn < 20; turn += 1) {
        await pass(1)
        expect(clock.nowMs()).toBeGreaterThanOrEqual(last)
        last = clock.nowMs()
      }
    })

    it('goes on by at least the time that passed', async () => {
      const { clock, pass } = await make()
      const before = clock.nowMs()
      await pass(20)
      expect(clock.nowMs() - before).toBeGreaterThanOrEqual(19)
    })

    it('tells a wall time that goes on with it', async () => {
      const { clock, pass } = await make()
      const before = clock.wallMs()
      await pass(20)
      expect(clock.wallMs() - before).toBeGreaterThanOrEqual(18)
      expect(new Date(before).getUTCFullYear()).toBeGreaterThan(2020)
    })

    it('runs a timer once, and never before its time', async () => {
      const { clock, pass } = await make()
      // Several, with fractions, since a clock that counts whole milliseconds errs only sometimes.
      const due = [1.5, 3.25, 7.9, 12.01, 20].map((wait) => clock.nowMs() + wait)
      const ranAt: number[][] = due.map(() => [])
      due.forEach((atMs, index) => {
        clock.at(atMs, () => ranAt[index]?.push(clock.nowMs()))
      })
      await pass(60)
      expect(ranAt.map((runs) => runs.length)).toEqual(due.map(() => 1))
      ranAt.forEach((runs, index) => {
        expect(runs[0]).toBeGreaterThanOrEqual(due[index] ?? Number.NaN)
      })
    })

    it('runs timers in the order of their times, not of their arming', async () => {
      const { clock, pass } = await make()
      const order: string[] = []
      const now = clock.nowMs()
      clock.at(now + 30, () => order.push('late'))
      clock.at(now + 10, () => order.push('early'))
      await pass(60)
      expect(order).toEqual(['early', 'late'])
    })

    it('does not run a cancelled timer, and cancelling again or too late does nothing', async () => {
      const { clock, pass } = await make()
      let runs = 0
      const cancel = clock.at(clock.nowMs() + 5, () => {
        runs += 1
      })
      cancel()
      cancel()
      const tooLate = clock.at(clock.nowMs() + 1, () => {
        runs += 10
      })
      await pass(30)
      tooLate()
      expect(runs).toBe(10)
    })

    it('runs a timer that is already due soon, but never before `at` has returned', async () => {
      const { clock, pass } = await make()
      let runs = 0
      clock.at(clock.nowMs() - 1000, () => {
        runs += 1
      })
      expect(runs).toBe(0)
      await pass(2)
      expect(runs).toBe(1)
    })

    it('can cancel a timer that is already due', async () => {
      const { clock, pass } = await make()
      let runs = 0
      const cancel = clock.at(clock.nowMs() - 1, () => {
        runs += 1
      })
      cancel()
      await pass(10)
      expect(runs).toBe(0)
    })

    it('can arm a timer from within a timer', async () => {
      const { clock, pass } = await make()
      const ran: string[] = []
      clock.at(clock.nowMs() + 1, () => {
        ran.push('first')
        clock.at(clock.nowMs() + 1, () => ran.push('second'))
      })
      await pass(40)
      expect(ran).toEqual(['first', 'second'])
    })
  })
}
