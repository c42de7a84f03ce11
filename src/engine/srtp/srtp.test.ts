import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hex } from '../bytes'
import { limits } from '../face/limits'
import { testPrimitives } from '../testing'
import {
  createSrtpReceiver,
  createSrtpSealer,
  deriveSrtpKeys,
  rtpHeaderBytes,
  splitSrtpExporter,
} from './index'

const bytes = (text: string): Uint8Array =>
  Uint8Array.from(text.replace(/\s/g, '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
const primitives = testPrimitives()

/** RFC 7714 section 16: one packet under the session key and salt of its 128-bit vectors. */
const rfc7714 = {
  keys: { key: bytes('000102030405060708090a0b0c0d0e0f'), salt: bytes('517569642070726f2071756f') },
  plain: bytes(
    '8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573',
  ),
  sealed:
    '8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833' +
    '899d7f27beb16a9152cf765ee4390cce',
}

const keys = splitSrtpExporter(
  new Uint8Array(56).map((_, at) => at),
  primitives,
).offerer
const fields = { ssrc: 7, payloadType: 96, marker: false, timestamp: 0 }

/** One sealer's packets by index; payloads say their index, so that what is opened can be told. */
function packets(from: readonly number[], ssrc = 7): Map<number, Uint8Array> {
  const sealer = createSrtpSealer(keys, primitives)
  const made = new Map<number, Uint8Array>()
  for (const index of [...new Set(from)].sort((a, b) => a - b)) {
    const packet = new Uint8Array(rtpHeaderBytes + 8)
    new DataView(packet.buffer).setFloat64(rtpHeaderBytes, index)
    made.set(index, sealer.seal(packet, 8, { ...fields, ssrc }, index))
  }
  return made
}

const told = (payload: Uint8Array): number =>
  new DataView(payload.buffer, payload.byteOffset, payload.length).getFloat64(0)

describe('SRTP keys', () => {
  it('are derived as in RFC 3711, appendix B.3', () => {
    const { key, salt } = deriveSrtpKeys(
      bytes('E1F97A0D3E018BE0D64FA32C06DE4139'),
      bytes('0EC675AD498AFEEBB6960B3AABE6'),
      primitives,
    )
    expect(hex(key)).toBe('c61e7a93744f39ee10734afe3ff7a087')
    expect(hex(salt)).toBe('30cbbc08863d8c85d49db34a'.slice(0, 24))
  })

  it('differ for the two directions', () => {
    const both = splitSrtpExporter(new Uint8Array(56).fill(3).fill(4, 16, 32), primitives)
    expect(hex(both.offerer.key)).not.toBe(hex(both.answerer.key))
  })
})

describe('SRTP packets', () => {
  it('are sealed as in RFC 7714, section 16.1.1', () => {
    const header = { ssrc: 0x5501a0b2, payloadType: 0x40, marker: false, timestamp: 0x8041f8d3 }
    const sealer = createSrtpSealer(rfc7714.keys, primitives)
    expect(hex(sealer.seal(rfc7714.plain.slice(), rfc7714.plain.length - 12, header, 0xf17b))).toBe(
      rfc7714.sealed,
    )
  })

  it('are opened as in RFC 7714, section 16.1.2', () => {
    const receiver = createSrtpReceiver(rfc7714.keys, primitives, 0)
    expect(receiver.receive(bytes(rfc7714.sealed), 0)).toBe('new')
    expect(new TextDecoder().decode(receiver.payload)).toBe('Gallia est omnis divisa in partes tres')
    expect([receiver.ssrc, receiver.index]).toEqual([0x5501a0b2, 0xf17b])
  })

  it('are never sealed twice under one number, as that would use a nonce again', () => {
    const sealer = createSrtpSealer(keys, primitives)
    const packet = new Uint8Array(rtpHeaderBytes + 8)
    sealer.seal(packet, 8, fields, 5)
    expect(() => sealer.seal(packet, 8, fields, 5)).toThrow(RangeError)
    expect(() => sealer.seal(packet, 8, fields, 4)).toThrow(RangeError)
    sealer.seal(packet, 8, { ...fields, ssrc: 8 }, 0)
  })

  it('are refused when any bit of header or text is another', () => {
    const made = packets([3]).get(3) as Uint8Array
    for (let at = 1; at < made.length; at += 1) {
      const changed = made.map((byte, place) => (place === at ? byte ^ 1 : byte))
      expect(['forged', 'malformed']).toContain(createSrtpReceiver(keys, primitives, 0).receive(changed, 0))
    }
  })

  it('that are no RTP are malformed, whatever their lengths say', () => {
    const receiver = createSrtpReceiver(keys, primitives, 0)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (noise) => {
        expect(receiver.receive(noise, 0)).not.toBe('new')
      }),
    )
  })
})

describe('an SRTP receiver over several paths', () => {
  it('takes each packet once, in any order, with copies, over a wrap of the sequence number', () => {
    const order = fc.array(fc.integer({ min: -400, max: 400 }), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(order, fc.constantFrom(0, 65_536, 5 * 65_536), (offsets, around) => {
        const indices = offsets.map((offset) => Math.max(0, around + offset))
        const made = packets(indices)
        const receiver = createSrtpReceiver(keys, primitives, 0)
        receiver.receive(
          packets([Math.max(0, around - 500)]).get(Math.max(0, around - 500)) as Uint8Array,
          10_000,
        )
        const taken = new Set<number>(around < 500 ? [0] : [around - 500])
        for (const index of indices) {
          const expected = taken.has(index) ? 'duplicate' : 'new'
          expect(receiver.receive(made.get(index) as Uint8Array, 10_000)).toBe(expected)
          if (expected === 'new') expect([told(receiver.payload), receiver.index]).toEqual([index, index])
          taken.add(index)
        }
      }),
      { numRuns: 40 },
    )
  })

  it.each([250, 1000, 30_000])('goes on after %i packets lost in a row across a wrap', (lost) => {
    const receiver = createSrtpReceiver(keys, primitives, 0)
    const before = 65_536 - Math.ceil(lost / 2)
    const made = packets([before, before + lost + 1])
    receiver.receive(made.get(before) as Uint8Array, 0)
    expect(receiver.receive(made.get(before + lost + 1) as Uint8Array, 100)).toBe('new')
    expect(receiver.index).toBe(before + lost + 1)
  })

  it('finds the number again after an outage in which several whole rounds of it were lost', () => {
    const receiver = createSrtpReceiver(keys, primitives, 0)
    const made = packets([10, 300_000, 300_001, 250_000])
    receiver.receive(made.get(10) as Uint8Array, 0)
    expect(receiver.receive(made.get(300_000) as Uint8Array, 30_000)).toBe('new')
    expect(receiver.index).toBe(300_000)
    expect(receiver.receive(made.get(300_001) as Uint8Array, 30_001)).toBe('new')
    expect(receiver.receive(made.get(300_000) as Uint8Array, 30_002)).toBe('duplicate')
  })

  it('hears of a source first in the midst of its numbers, when nothing before came through', () => {
    const receiver = createSrtpReceiver(keys, primitives, 0)
    expect(receiver.receive(packets([200_000]).get(200_000) as Uint8Array, 20_000)).toBe('new')
    expect(receiver.index).toBe(200_000)
  })

  it('is not moved by forged high numbers, nor made to refuse the genuine ones', () => {
    const made = packets([100, 101, 102])
    const receiver = createSrtpReceiver(keys, primitives, 0)
    receiver.receive(made.get(100) as Uint8Array, 0)
    const forged = (made.get(101) as Uint8Array).slice()
    for (let high = 1000; high < 65_536; high += 1000) {
      forged[2] = high >> 8
      forged[3] = high & 0xff
      expect(receiver.receive(forged, 1)).not.toBe('new')
    }
    expect(receiver.receive(made.get(102) as Uint8Array, 2)).toBe('new')
    expect(receiver.receive(made.get(101) as Uint8Array, 2)).toBe('new')
  })

  it('opens for a forger no more than a stated number of times a second, also after a silence', () => {
    let opened = 0
    const counting = { ...primitives, open: () => ((opened += 1), undefined) }
    const receiver = createSrtpReceiver(keys, counting, 0)
    const forged = packets([5]).get(5) as Uint8Array
    for (let turn = 0; turn < 1000; turn += 1) receiver.receive(forged, 3_600_000)
    expect(opened).toBeLessThanOrEqual(1000 + 256)
  })

  it('refuses what is behind its window, and a replay of any age', () => {
    const last = limits.streamWindow + 10
    const made = packets([5, 11, last])
    const receiver = createSrtpReceiver(keys, primitives, 0)
    receiver.receive(made.get(5) as Uint8Array, 0)
    receiver.receive(made.get(last) as Uint8Array, 0)
    expect(receiver.receive(made.get(5) as Uint8Array, 1)).toBe('too-old')
    expect(receiver.receive(made.get(11) as Uint8Array, 1)).toBe('new')
    expect(receiver.receive(made.get(5) as Uint8Array, 100_000)).toBe('too-old')
  })

  it('keeps sources apart, and no more of them than a session may have streams', () => {
    const receiver = createSrtpReceiver(keys, primitives, 0)
    for (let ssrc = 1; ssrc <= limits.streamsPerSession; ssrc += 1)
      expect(receiver.receive(packets([0], ssrc).get(0) as Uint8Array, 0)).toBe('new')
    expect(receiver.receive(packets([0], 1000).get(0) as Uint8Array, 0)).toBe('too-many-sources')
    expect(receiver.receive(packets([0], 1).get(0) as Uint8Array, 0)).toBe('duplicate')
  })
})
