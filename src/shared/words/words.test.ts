import { describe, expect, it } from 'vitest'
import {
  eventSentence,
  formatBytes,
  formatClock,
  formatCount,
  formatFactor,
  formatMbps,
  formatMs,
  formatPercent,
  formatSpan,
  reasonText,
} from '.'

describe('numbers', () => {
  it('have the decimals that users expect', () => {
    expect([0, 41.84, 99.94, 99.96, 118.4].map(formatMs)).toEqual(['0.0', '41.8', '99.9', '100', '118'])
    expect(formatMbps(2_512_345)).toBe('2.51')
    expect(formatPercent(0.4849)).toBe('0.48')
    expect([0, 0.004, 0.006].map(formatPercent)).toEqual(['0.00', '<0.01', '0.01'])
    expect(formatFactor(2.94)).toBe('×2.9')
    expect(formatCount(12604)).toBe('12\u202f604')
    expect(formatCount(1234567)).toBe('1\u202f234\u202f567')
    expect([812, 999_499, 999_500, 12_400_000].map(formatBytes)).toEqual([
      '812 B',
      '999 kB',
      '1.0 MB',
      '12.4 MB',
    ])
  })

  it('are empty where nothing was measured, never 0', () => {
    for (const format of [
      formatMs,
      formatMbps,
      formatPercent,
      formatCount,
      formatBytes,
      formatSpan,
      formatClock,
    ]) {
      expect(format(null)).toBe('')
      expect(format(undefined)).toBe('')
      expect(format(Number.NaN)).toBe('')
    }
  })

  it('tell spans of time in the two units that matter', () => {
    expect([170, 999.6, 2_340, 21_000, 252_000, 120_000, 7_500_000].map(formatSpan)).toEqual([
      '170 ms',
      '1.0 s',
      '2.3 s',
      '21 s',
      '4 min 12 s',
      '2 min',
      '2 h 5 min',
    ])
    expect(formatClock(252_999)).toBe('00:04:12')
  })
})

describe('sentences', () => {
  it('say what happened to a pair, with health', () => {
    const base = { atMs: 1, kind: 'pair-state', pairId: 1, label: 'eth0 → enp3s0' } as const
    expect(eventSentence({ ...base, from: 'up', to: 'down', afterMs: 170 })).toEqual({
      text: 'eth0 → enp3s0: down, no reply for 170 ms.',
      health: 'bad',
    })
    expect(eventSentence({ ...base, from: 'down', to: 'up', afterMs: 5120 })).toEqual({
      text: 'eth0 → enp3s0: up again after 5.1 s.',
      health: 'good',
    })
  })

  it('say who changed the mode', () => {
    const { text } = eventSentence({
      atMs: 1,
      kind: 'mode',
      mode: 'weighted',
      direction: 'received',
      by: 'peer',
    })
    expect(text).toBe('Mode set to weighted by the peer.')
  })
})

it('says what a changed deadline does, and what it was', () => {
  const said = (deadlineMs: number, wasMs: number) =>
    eventSentence({
      kind: 'stream-deadline',
      atMs: 0,
      direction: 'received',
      id: 2,
      spec: { kind: 'voice' },
      deadlineMs,
      wasMs,
    }).text
  expect(said(80, 150)).toBe(
    'Packets of stream 2 from the peer (voice) wait up to 80 ms for those before them; before, 150 ms.',
  )
  expect(said(80, 0)).toMatch(/up to 80 ms for those before them; before, they did not wait\.$/)
  expect(said(0, 150)).toBe(
    'Packets of stream 2 from the peer (voice) are handed on as they come; before, they waited up to 150 ms for order.',
  )
})

describe('a path that is too narrow for a stream', () => {
  const spec = { kind: 'cbr', rateBps: 30_000_000, sizeBytes: 1200 } as const
  const path = { pairId: 2, label: 'lte → lte' }
  const stream = { id: 1, spec, ...path }
  const why = { sentBps: 31_200_000, lostPercent: 67 }

  it('is said to rest with rate and loss, for how long, and how it ends', () => {
    const rests = { kind: 'stream-path-rests', atMs: 0, ...stream, ...why, restMs: 10_000 } as const
    expect(eventSentence({ ...rests, direction: 'sent' })).toEqual({
      health: 'warn',
      text:
        'lte → lte rests for stream 1 to the peer (cbr:30mbit), which goes on over the others: of 31.20 Mbit/s over it, ' +
        '67.00 % were lost, and a fair flow would send less than a tenth. It is tried again after 10 s at the earliest, and ' +
        'carries it again at once when you lower the stream’s rate, change the mode or the order, or pin, limit or take out the path.',
    })
    const there = eventSentence({ ...rests, direction: 'received', label: null }).text
    expect(there).toMatch(/^One of its paths rests for stream 1 from the peer/)
    expect(there).toMatch(/It is tried again after 10 s at the earliest\.$/)
  })

  it('is said to be tried, and to carry again', () => {
    const said = (kind: 'stream-path-tried' | 'stream-path-returns') =>
      eventSentence({ kind, atMs: 0, ...stream, direction: 'sent' }).text
    expect(said('stream-path-tried')).toBe('lte → lte is tried again for stream 1 to the peer (cbr:30mbit).')
    expect(said('stream-path-returns')).toBe('lte → lte carries stream 1 to the peer (cbr:30mbit) again.')
  })

  it('has that as the reason for its part', () => {
    const reason = (...again: (number | null)[]): string =>
      reasonText(
        { kind: 'resting', streams: again.map((againInMs, at) => ({ streamId: at + 1, ...why, againInMs })) },
        0,
      )
    const lost = 'of 31.20 Mbit/s over it, 67.00 % were lost'
    expect(reason(8000)).toBe(`Rests for stream 1, as it is too narrow: ${lost}; tried again in 8.0 s.`)
    expect(reason(0, null)).toBe(
      `Rests for stream 1, as it is too narrow: ${lost}; tried again once it is estimated to carry that. ` +
        `Tried again for stream 2, as it was too narrow: ${lost}.`,
    )
    expect(reasonText({ kind: 'stands-in', place: 2 }, 1)).toBe(
      'Number 2 in the order, carrying what an earlier one is too narrow for.',
    )
  })
})
