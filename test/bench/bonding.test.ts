import { describe, expect, it } from 'vitest'
import { verdictOf } from './bench'
import { bondingTargets } from './bonding'

/** Mbit/s, of IP rate, of singles, of best single, worst single, its queue and self loss, queue and self loss together. */
const own = (topology: string, ...values: number[]) => ({ label: `${topology}: pathscope`, values })
const mptcp = (topology: string, mbit: number) => ({ label: `${topology}: MPTCP bbr`, values: [mbit] })
const share = (control: string, part: number) => ({
  label: `same-bottleneck: share beside TCP ${control}`,
  values: [null, part],
})
const verdicts = (topology: string, rows: Parameters<typeof bondingTargets>[1]) =>
  Object.fromEntries(bondingTargets(topology, rows).map((one) => [one.what, verdictOf(one)]))

describe('the targets of bonding', () => {
  it('hold each path alone to its rate, its queue and its losses, and both together to what they were alone', () => {
    const rows = [own('even', 36.6, 0.91, 0.97, 1.9, 0.91, 31, 0.2, 5, 0), mptcp('even', 36)]
    expect(verdicts('even', rows)).toEqual({
      'even: worst single of its rate': 'missed',
      'even: single queue p95 ms': 'missed',
      'even: single self loss %': 'missed',
      'even: together of singles': 'missed',
      'even: together of best single': 'met',
      'even: Mbit/s beside MPTCP bbr in this run': 'met',
      'even: Mbit/s beside MPTCP bbr as it was': 'met',
    })
  })

  it('compare with MPTCP of the same run and with what it was, each by itself', () => {
    const better = [own('triple', 85, 0.9, 1, 1.8, 0.95, 9, 0, 9, 0), mptcp('triple', 86)]
    expect(verdicts('triple', better)).toMatchObject({
      'triple: Mbit/s beside MPTCP bbr in this run': 'missed',
      'triple: Mbit/s beside MPTCP bbr as it was': 'met',
    })
    const alone = [own('triple', 84, 0.9, 1, 1.8, 0.95, 9, 0, 9, 0)]
    expect(verdicts('triple', alone)).toMatchObject({
      'triple: Mbit/s beside MPTCP bbr in this run': 'not measured',
      'triple: Mbit/s beside MPTCP bbr as it was': 'missed',
    })
  })

  it('want no more over a shared bottleneck than of one path, and a fair share beside TCP', () => {
    const rows = [
      own('same-bottleneck', 19, 0.95, 0.5, 1.03, 0.94, 9, 0, 9, 0),
      share('bbr', 0.25),
      share('cubic', 0.6),
    ]
    expect(verdicts('same-bottleneck', rows)).toEqual({
      'same-bottleneck: worst single of its rate': 'met',
      'same-bottleneck: single queue p95 ms': 'met',
      'same-bottleneck: single self loss %': 'met',
      'same-bottleneck: together of best single': 'missed',
      'same-bottleneck: share beside TCP bbr': 'missed',
      'same-bottleneck: share beside TCP cubic': 'met',
    })
  })
})
