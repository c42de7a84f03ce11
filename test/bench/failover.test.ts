import { describe, expect, it } from 'vitest'
import { verdictOf } from './bench'
import { failoverTargets, lostAfter, useOf } from './failover'

type Case = Parameters<typeof failoverTargets>[0]
type Outcome = Parameters<typeof failoverTargets>[2][number]

const marks = { link: 'one', brokenMs: 5000, mendedMs: 9000 }

describe('the use of a link that fails and comes back', () => {
  /** A packet of 1000 bytes each 20 ms. */
  const packets = (...spans: (readonly [fromMs: number, toMs: number])[]) =>
    spans.flatMap(([fromMs, toMs]) =>
      Array.from({ length: (toMs - fromMs) / 20 }, (_, n) => ({
        inMs: fromMs + 20 * n,
        outMs: null,
        ipBytes: 1000,
      })),
    )

  it('is full again with the first fifth of a second in which it carries 80 % of what it did', () => {
    const links = new Map([
      ['one', packets([0, 5000], [9400, 14_000])],
      ['two', packets([5000, 14_000])],
    ])
    expect(useOf(links, marks)).toEqual({ usedPart: 1, backSeconds: 0.6 })
  })

  it('is never full again where it was not in the rest of the run, which is no missing figure', () => {
    const links = new Map([
      ['one', packets([0, 5000])],
      ['two', packets([5000, 14_000])],
    ])
    expect(useOf(links, marks)).toEqual({ usedPart: 1, backSeconds: Infinity })
  })

  it('is nothing to come back to where the link had carried next to nothing', () => {
    const links = new Map([
      ['one', packets([4980, 5000], [9000, 14_000])],
      ['two', packets([0, 14_000])],
    ])
    const { usedPart, backSeconds } = useOf(links, marks)
    expect(usedPart).toBeCloseTo(1 / 151)
    expect(backSeconds).toBeNull()
  })
})

describe('losses after the return', () => {
  const delivered = (...numbers: readonly [sequence: number, inMs: number][]) =>
    new Map(numbers.map(([sequence, inMs]) => [sequence, { inMs, outMs: inMs + 20 }]))

  it('are those with higher numbers than all that had entered a link before', () => {
    const deliveries = delivered([0, 8940], [2, 8980], [3, 9000], [6, 9060])
    // 1 was lost before; 4, 5 and 7 after.
    expect(lostAfter(deliveries, 8, marks)).toBe(3)
  })

  it('do not have what was sent before and only came after, by another copy', () => {
    expect(lostAfter(delivered([0, 8940], [2, 8980], [1, 9010], [3, 9020]), 4, marks)).toBe(0)
  })
})

describe('the targets of failover', () => {
  const which = (mode: Case['mode'], more: Partial<Case> = {}): Case => ({
    topology: 'even',
    mode,
    stream: 'voice',
    cause: { name: 'blackout', break: ['down'], mend: ['up'] },
    ...more,
  })
  const outcome = (more: Partial<Outcome> = {}): Outcome => ({
    sent: 700,
    lost: 0,
    inOrderGapMs: 25,
    rawGapMs: 25,
    linksGapMs: 22,
    lostDelivered: 0,
    lostAfter: 0,
    unmatched: 0,
    overhead: 1.05,
    usedPart: 0.5,
    backSeconds: 1,
    ...more,
  })
  const delays = { differenceMs: 0, deadRttMs: 40 }
  const verdicts = (of: Case, all: readonly Outcome[], by = delays) =>
    failoverTargets(of, by, all).map((one) => [one.what.replace(/^.*: /, ''), one.most, verdictOf(one)])

  it('let redundant mode lose nothing that a link delivered, and wait for the slower path only', () => {
    const all = [outcome({ lost: 3 }), outcome({ lost: 3, inOrderGapMs: 26 }), outcome({ inOrderGapMs: 26 })]
    expect(verdicts(which('redundant'), all)).toEqual([
      ['lost although delivered, worst run', 0, 'met'],
      ['in-order gap ms', 25, 'missed'],
      ['full use again after s', 2, 'met'],
      ['lost after the return, worst run', 0, 'met'],
    ])
    const slower = { differenceMs: 40, deadRttMs: 20 }
    expect(verdicts(which('redundant', { topology: 'triple' }), all, slower)[1]).toEqual([
      'in-order gap ms',
      65,
      'met',
    ])
  })

  it('hold losses to the worst run and times to the median', () => {
    const all = [outcome(), outcome(), outcome({ lost: 1, inOrderGapMs: 400, backSeconds: Infinity })]
    expect(verdicts(which('weighted'), all)).toEqual([
      ['lost, worst run', 0, 'missed'],
      ['in-order gap ms', 100, 'met'],
      ['full use again after s', 2, 'met'],
      ['lost after the return, worst run', 0, 'met'],
    ])
  })

  it('bound adaptive voice by the dead path’s round trip and by what copies cost', () => {
    const all = [outcome({ inOrderGapMs: 86, overhead: 1.11 })]
    expect(verdicts(which('adaptive'), all).slice(0, 3)).toEqual([
      ['lost, worst run', 0, 'met'],
      ['in-order gap ms', 85, 'missed'],
      ['bytes over needed', 1.1, 'missed'],
    ])
  })

  it('want a link that is never used again to be missed, and one that was not in use to be no matter', () => {
    const back = (backSeconds: number | null) =>
      verdicts(which('backup'), [outcome({ backSeconds })]).find(
        ([what]) => what === 'full use again after s',
      )
    expect(back(Infinity)?.[2]).toBe('missed')
    expect(back(null)?.[2]).toBe('not measured')
  })

  it('want the fastest path to be used again only where it is faster than the others', () => {
    const names = (topology: string, by: typeof delays) =>
      failoverTargets(which('lowest-latency', { topology }), by, [outcome()]).map(({ what }) => what)
    const back = (topology: string) => `${topology}, blackout, voice: lowest-latency: full use again after s`
    expect(names('even', delays)).not.toContain(back('even'))
    expect(names('triple', { differenceMs: 40, deadRttMs: 20 })).toContain(back('triple'))
  })

  it('say nothing of runs in which the link that failed was not in use', () => {
    const unused = outcome({ usedPart: 0.01, backSeconds: null, inOrderGapMs: 20 })
    expect(new Set(verdicts(which('backup'), [unused]).map(([, , verdict]) => verdict))).toEqual(
      new Set(['not measured']),
    )
    const gap = verdicts(which('backup'), [unused, unused, outcome({ inOrderGapMs: 400 })])[1]
    expect(gap).toEqual(['in-order gap ms', 100, 'missed'])
  })

  it('ask nothing of stock WebRTC, and of a link without carrier no return', () => {
    expect(failoverTargets(which('single'), delays, [outcome()])).toEqual([])
    const carrier = which('backup', {
      cause: { name: 'carrier', break: ['carrier=off'], mend: ['carrier=on'] },
    })
    expect(verdicts(carrier, [outcome()]).map(([what]) => what)).toEqual([
      'lost, worst run',
      'in-order gap ms',
    ])
  })
})
