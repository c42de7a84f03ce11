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
} from '.'

describe('numbers', () => {
  it('have the decimals that users expect', () => {
    expect([0, 41.84, 99.94, 99.96, 118.4].map(formatMs)).toEqual(['0.0', '41.8', '99.9', '100', '118'])
    expect(formatMbps(2_512_345)).toBe('2.51')
    expect(formatPercent(0.4849)).toBe('0.48')
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
