import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeMessage, encodeMessage, type Message } from './format'

const sequence = fc.oneof(
  fc.integer({ min: 1, max: 1000 }),
  fc.constantFrom(2 ** 32 - 1, 2 ** 32, 2 ** 48 - 1),
)
/** Whole µs, as the format carries them. */
const timeMs = fc
  .oneof(fc.nat(10 ** 9), fc.constantFrom(2 ** 32 - 1, 2 ** 32, 2 ** 52))
  .map((timeUs) => timeUs / 1000)
const messages: fc.Arbitrary<Message> = fc.record({
  sequence,
  sentAtMs: timeMs,
  restarted: fc.boolean(),
  echo: fc.option(
    fc.record({ sequence, sentAtMs: timeMs, holdMs: fc.nat(2 ** 32 - 2).map((holdUs) => holdUs / 1000) }),
  ),
})

describe('test message format', () => {
  it('reads back what it wrote, at any size', () => {
    fc.assert(
      fc.property(messages, fc.integer({ min: 64, max: 16_384 }), (message, sizeBytes) => {
        const data = encodeMessage(message, sizeBytes)
        expect(data).toHaveLength(sizeBytes)
        expect(decodeMessage(data)).toEqual(message)
      }),
    )
  })

  it('has the documented layout', () => {
    const data = encodeMessage(
      {
        sequence: 0x0102_0304_0506,
        sentAtMs: 0x0a0b_0c0d_0e / 1000,
        restarted: true,
        echo: { sequence: 7, sentAtMs: 0.009, holdMs: 1.5 },
      },
      64,
    )
    const hex = [...data.subarray(0, 36)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    expect(hex).toBe(
      '01 03 01 02 03 04 05 06 00 00 00 0a 0b 0c 0d 0e 00 00 00 00 00 07 00 00 00 00 00 00 00 09 00 00 05 dc 00 00',
    )
  })

  it('reads from the middle of a larger buffer', () => {
    const message: Message = { sequence: 3, sentAtMs: 12.5, restarted: false, echo: null }
    const around = new Uint8Array(100).fill(0xff)
    around.set(encodeMessage(message, 64), 10)
    expect(decodeMessage(around.subarray(10, 74))).toEqual(message)
  })

  it('leaves out an echo that was held for more than 71 minutes', () => {
    const echo = { sequence: 1, sentAtMs: 0, holdMs: 2 ** 32 / 1000 }
    expect(
      decodeMessage(encodeMessage({ sequence: 1, sentAtMs: 0, restarted: false, echo }, 64)),
    ).toMatchObject({
      echo: null,
    })
  })

  it('says in a sentence what is wrong with anything else', () => {
    const good = encodeMessage({ sequence: 1, sentAtMs: 5, restarted: false, echo: null }, 64)
    const changed = (at: number, value: number): Uint8Array =>
      Uint8Array.from(good, (byte, i) => (i === at ? value : byte))
    expect(decodeMessage(good.subarray(0, 63))).toContain('at least 64 bytes')
    expect(decodeMessage(new Uint8Array(16_385))).toContain('at most 16384')
    expect(decodeMessage(changed(0, 2))).toContain('version 2')
    expect(decodeMessage(changed(7, 0))).toContain('numbered from 1')
    expect(decodeMessage(changed(8, 0xff))).toContain('out of range')
    const echoing = changed(1, 1)
    echoing[22] = 0xff
    expect(decodeMessage(echoing)).toContain('out of range')
  })

  it('never throws on noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (data, likely) => {
        if (likely && data.length > 0) data[0] = 1
        const message = decodeMessage(data)
        if (typeof message === 'string') return
        expect(message.sequence).toBeGreaterThan(0)
        expect(Number.isFinite(message.sentAtMs)).toBe(true)
      }),
    )
  })
})
