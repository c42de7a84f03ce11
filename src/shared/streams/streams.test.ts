import { describe, expect, it } from 'vitest'
import { parseDeadline, parseRate, parseStream, rateText, streamLimits, streamText } from './index'

describe('a stream in words', () => {
  it.each([
    ['voice', { kind: 'voice' }],
    ['bulk', { kind: 'bulk' }],
    ['video', { kind: 'video', rateBps: 2_000_000 }],
    ['video:4mbit', { kind: 'video', rateBps: 4_000_000 }],
    ['cbr:200mbit', { kind: 'cbr', rateBps: 200_000_000, sizeBytes: 1200 }],
    ['cbr:2M,500', { kind: 'cbr', rateBps: 2_000_000, sizeBytes: 500 }],
    ['cbr:64000', { kind: 'cbr', rateBps: 64_000, sizeBytes: 1200 }],
  ])('%s is understood', (text, spec) => {
    expect(parseStream(text)).toEqual({ kind: 'stream', spec })
  })

  it('messages have a rate of their own', () => {
    expect(parseStream('messages')).toEqual({ kind: 'messages', ratePerSecond: undefined })
    expect(parseStream('messages:0.5')).toEqual({ kind: 'messages', ratePerSecond: 0.5 })
  })

  it.each([
    ['files', 'no stream "files"'],
    ['voice:2', 'takes nothing behind it'],
    ['cbr', 'takes a rate'],
    ['cbr:fast', 'not "fast"'],
    ['cbr:600mbit', '1kbit to 500mbit'],
    ['cbr:1mbit,63', '64 to 1300 bytes'],
    ['cbr:1mbit,1301', '64 to 1300 bytes'],
    ['cbr:1mbit,500,2', '64 to 1300 bytes'],
    ['video:', 'takes a rate'],
    ['video:-1', 'takes a rate'],
    ['messages:201', '0.1 to 200'],
    ['messages:fast', '0.1 to 200'],
  ])('%s is refused with a sentence', (text, said) => {
    const parsed = parseStream(text)
    expect(parsed.kind === 'problem' && parsed.message).toContain(said)
  })

  it('reads back what it writes', () => {
    for (const text of [
      'voice',
      'bulk',
      'video:2.5mbit',
      'cbr:64.001kbit',
      'cbr:500kbit,64',
      'cbr:1.234567mbit',
    ]) {
      const parsed = parseStream(text)
      if (parsed.kind !== 'stream') throw new Error(text)
      expect(parseStream(streamText(parsed.spec))).toEqual(parsed)
    }
  })

  it.each([
    ['voice=0', 'voice', 0],
    ['video=250ms', 'video', 250],
    ['cbr=5s', 'cbr', 5000],
    ['bulk=0.08s', 'bulk', 80],
    ['voice=0ms', 'voice', 0],
  ])('%s is a deadline of streams of that kind', (text, stream, deadlineMs) => {
    expect(parseDeadline(text)).toEqual({ kind: 'deadline', stream, deadlineMs })
  })

  it.each([
    ['voice', 'a kind of stream and a time, such as voice=80ms, not "voice".'],
    ['', 'a kind of stream and a time'],
    ['voice=1ms=2ms', 'a kind of stream and a time'],
    ['messages=0', 'one of voice, video, cbr and bulk before the =, not "messages=0".'],
    ['=0', 'one of voice, video, cbr and bulk'],
    ['Voice=0', 'one of voice, video, cbr and bulk'],
    ['video=250', '0 to 5000ms, in whole ms and with its unit, such as video=80ms, not "video=250".'],
    ['video=', 'in whole ms'],
    ['video=5001ms', '0 to 5000ms'],
    ['video=6s', '0 to 5000ms'],
    ['video=-1ms', 'in whole ms'],
    ['video=1.5ms', 'in whole ms'],
    ['video=1m', 'in whole ms'],
    ['video=NaNms', 'in whole ms'],
  ])('%s is no deadline, and it is said why', (text, said) => {
    const parsed = parseDeadline(text)
    expect(parsed.kind === 'problem' && parsed.message).toContain(said)
  })

  it('has rates with the units that tc and iperf have', () => {
    expect(['1kbit', '1k', '1.5Mbit/s', '1gbit', '10Mbps', '7'].map(parseRate)).toEqual([
      1000, 1000, 1_500_000, 1e9, 1e7, 7,
    ])
    expect(['', 'x', '1 mbit', '1tbit', '1e6', '-1', '0x10'].map(parseRate)).toEqual(Array(7).fill(undefined))
    expect(rateText(streamLimits.rateBps)).toBe('500mbit')
  })
})
