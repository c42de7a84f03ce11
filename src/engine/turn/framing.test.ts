import { describe, expect, it } from 'vitest'
import { concat } from '../bytes'
import { limits } from '../face/limits'
import { encodeStun, turnMethod } from '../stun'
import { seededRandom, testPrimitives } from '../testing'
import { createStreamReader, encodeChannelData, readChannelData } from './framing'

const data = Uint8Array.of(1, 2, 3, 4, 5)
const stun = encodeStun(
  {
    class: 'indication',
    method: turnMethod.data,
    transactionId: new Uint8Array(12),
    attributes: { data, xorPeerAddress: { family: 6, address: '2001:db8::1', port: 9 } },
  },
  null,
  testPrimitives(),
)

describe('ChannelData', () => {
  it('is padded to four bytes on a stream only', () => {
    expect(encodeChannelData(0x4001, data, false)).toHaveLength(9)
    expect(encodeChannelData(0x4001, data, true)).toHaveLength(12)
  })

  it('is read without its padding, and not when it is cut off', () => {
    expect(readChannelData(encodeChannelData(0x4001, data, true))).toEqual({ channel: 0x4001, data })
    expect(readChannelData(encodeChannelData(0x4001, data, false).subarray(0, 8))).toBeUndefined()
    expect(readChannelData(stun)).toBeUndefined()
  })
})

describe('A stream', () => {
  const messages = [
    stun,
    encodeChannelData(0x4001, data, true),
    encodeChannelData(0x4fff, new Uint8Array(0), true),
    stun,
  ]

  it('gives the same messages in whatever pieces it comes', () => {
    const random = seededRandom(3)
    const whole = concat(...messages)
    for (let round = 0; round < 200; round += 1) {
      const reader = createStreamReader()
      const found: Uint8Array[] = []
      for (let at = 0; at < whole.length; ) {
        const next = Math.min(whole.length, at + 1 + Math.floor(random() * 40))
        const taken = reader.take(whole.subarray(at, next))
        if (taken === 'bad') throw new Error('bad')
        found.push(...taken)
        at = next
      }
      expect(found).toEqual(messages)
    }
  })

  it('is bad for good once it can only be something else, or announces more than is held', () => {
    const reader = createStreamReader()
    expect(reader.take(new TextEncoder().encode('HTTP'))).toBe('bad')
    expect(reader.take(stun)).toBe('bad')
    const long = encodeChannelData(0x4001, new Uint8Array(limits.streamBytes), true)
    expect(createStreamReader().take(long.subarray(0, 4))).toBe('bad')
  })
})
