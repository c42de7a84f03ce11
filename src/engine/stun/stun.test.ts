import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatAddress } from '../address'
import { hex, maxU48, utf8, viewOf } from '../bytes'
import type { TransportAddress } from '../face/address'
import { testPrimitives } from '../testing'
import { crc32 } from './format'
import {
  encodeStun,
  looksLikeStun,
  parseStun,
  type StunAttributes,
  type StunMessage,
  strongestIntegrity,
  verifyIntegrity,
} from '.'
import type { ParsedStun } from '.'

const primitives = testPrimitives()
const unhex = (text: string) =>
  Uint8Array.from(text.replace(/\s/g, '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

function parsed(bytes: Uint8Array): ParsedStun {
  const result = parseStun(bytes)
  if (result.kind !== 'stun') throw new Error(result.detail)
  return result
}

const header = 'b7e7a701 bc34d686 fa87dfae'
const password = utf8('VOkJxbRl1RmTxUk/WvJxBt')

/** RFC 5769 section 2.1. */
const sampleRequest = unhex(`00010058 2112a442 ${header}
  80220010 5354554e 20746573 7420636c 69656e74  00240004 6e0001ff  80290008 932ff9b1 51263b36
  00060009 6576746a 3a683676 59202020
  00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2  80280004 e57a3bcf`)
/** Section 2.2. */
const sampleIpv4Response = unhex(`0101003c 2112a442 ${header}
  8022000b 74657374 20766563 746f7220  00200008 0001a147 e112a643
  00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7  80280004 c07d4c96`)
/** Section 2.3. */
const sampleIpv6Response = unhex(`01010048 2112a442 ${header}
  8022000b 74657374 20766563 746f7220  00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9
  00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41  80280004 c8fb0b4c`)

describe('the test vectors of RFC 5769', () => {
  it('are read as what they mean', () => {
    const request = parsed(sampleRequest)
    expect(request.message.class).toBe('request')
    expect(request.message.method).toBe(1)
    expect(hex(request.message.transactionId)).toBe(header.replaceAll(' ', ''))
    expect(request.message.attributes).toEqual({
      software: 'STUN test client',
      priority: 0x6e0001ff,
      iceControlled: 0x932ff9b151263b36n,
      username: 'evtj:h6vY',
    })
    expect(request.unknownRequired).toEqual([])
    const ipv4: TransportAddress = { family: 4, address: '192.0.2.1', port: 32853 }
    expect(parsed(sampleIpv4Response).message.attributes.xorMappedAddress).toEqual(ipv4)
    const address = '2001:db8:1234:5678:11:2233:4455:6677'
    expect(parsed(sampleIpv6Response).message.attributes.xorMappedAddress).toEqual({
      family: 6,
      address,
      port: 32853,
    })
  })

  it('carry the integrity of their password and of no other', () => {
    for (const sample of [sampleRequest, sampleIpv4Response, sampleIpv6Response]) {
      const message = parsed(sample)
      expect(message.hasIntegrity).toBe(true)
      expect(message.hasFingerprint).toBe(true)
      expect(verifyIntegrity(message, password, primitives)).toBe(true)
      expect(verifyIntegrity(message, utf8('another'), primitives)).toBe(false)
    }
  })

  it('are refused with any one bit changed, by the fingerprint at the latest', () => {
    for (let bit = 0; bit < sampleRequest.length * 8; bit++) {
      const changed = sampleRequest.slice()
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
      const result = parseStun(changed)
      // One bit turns FINGERPRINT's own type into an unknown one; then only the integrity speaks for the message.
      if (result.kind === 'stun') expect(result.hasFingerprint).toBe(false)
    }
  })
})

/** Of RFC 5769 section 2.1, with what RFC 8489 section 14.6 puts in the place of its MESSAGE-INTEGRITY, or behind it. */
function withSha256(macLength: number, keepSha1 = false): Uint8Array {
  const before = Buffer.from(sampleRequest.subarray(0, sampleRequest.length - 8 - (keepSha1 ? 0 : 24)))
  before.writeUInt16BE(before.length + 4 + macLength - 20, 2)
  const mac = createHmac('sha256', password).update(before).digest().subarray(0, macLength)
  const signed = Buffer.concat([before, Buffer.of(0, 0x1c, 0, macLength), mac])
  signed.writeUInt16BE(signed.length + 8 - 20, 2)
  const last = Buffer.alloc(8)
  last.writeUInt32BE(0x80280004)
  last.writeUInt32BE((crc32(signed) ^ 0x5354554e) >>> 0, 4)
  return Uint8Array.from(Buffer.concat([signed, last]))
}

describe('MESSAGE-INTEGRITY-SHA256', () => {
  it('has the key and the HMAC of the sample in appendix B.1 of RFC 8489', () => {
    // The sample's header says 0x9c although its attributes are 0x88 bytes, so it is no message; its HMAC is as printed.
    const covered = unhex(`0001009c 2112a442 78ad3433 c6ad72c0 29da412e
      001e0020 4a3cf38f ef6992bd a952c678 0417da0f 24819415 569e60b2 05c46e41 407f1704
      00150029 6f624d61 744a6f73 32414141 43662f2f 3439396b 39353464 364f4c33 346f4c39 46535476 79363473 41000000
      0014000b 6578616d 706c652e 6f726700`)
    const mac = 'e4686c8f0edeb59013e07090010a93efccbccc544c0a45d9f830aa6d6f735a01'
    const longTerm = primitives.sha256(utf8('マトリックス:example.org:TheMatrIX'))
    expect(hex(primitives.hmacSha256(longTerm, covered))).toBe(mac)
    expect(hex(primitives.sha256(utf8('マトリックス:example.org')))).toBe(hex(covered.subarray(24, 56)))
  })

  it('is verified whole by its password alone, and a message that has both is judged by it', () => {
    for (const keepSha1 of [false, true]) {
      const message = parsed(withSha256(32, keepSha1))
      expect(strongestIntegrity(message)).toBe('sha256')
      expect(verifyIntegrity(message, password, primitives)).toBe(true)
      expect(verifyIntegrity(message, utf8('another'), primitives)).toBe(false)
      expect(verifyIntegrity(message, password, primitives, 'sha1')).toBe(keepSha1)
    }
    // A forger who can break SHA-1 gains nothing by leaving that right beside a wrong one.
    const forged = withSha256(32, true)
    const at = forged.length - 12
    forged[at] = (forged[at] as number) ^ 1
    new DataView(forged.buffer).setUint32(
      forged.length - 4,
      (crc32(forged.subarray(0, forged.length - 8)) ^ 0x5354554e) >>> 0,
    )
    expect(verifyIntegrity(parsed(forged), password, primitives)).toBe(false)
    expect(verifyIntegrity(parsed(forged), password, primitives, 'sha1')).toBe(true)
  })

  it('may be cut to 16 bytes in fours, which ICE does not take, and is malformed otherwise', () => {
    for (const bytes of [16, 20, 24, 28]) {
      expect(parsed(withSha256(bytes)).integrity256?.bytes).toBe(bytes)
      expect(verifyIntegrity(parsed(withSha256(bytes)), password, primitives)).toBe(false)
    }
    for (const bytes of [0, 8, 12]) expect(parseStun(withSha256(bytes)).kind).toBe('malformed')
    expect(parseStun(withSha256(32).fill(18, 67, 68)).kind).toBe('malformed')
  })

  it('vouches for nothing that follows: only FINGERPRINT counts there, and MESSAGE-INTEGRITY does not', () => {
    const whole = withSha256(32)
    const body = whole.subarray(0, whole.length - 8)
    const late = unhex(`00240004 7fffffff 00080014 ${'00'.repeat(20)} 00250000`)
    const message = Uint8Array.from([...body, ...late])
    new DataView(message.buffer).setUint16(2, message.length - 20)
    const read = parsed(message)
    expect(read.message.attributes).toMatchObject({ priority: 0x6e0001ff })
    expect(read.message.attributes.useCandidate).toBeUndefined()
    expect(read.integrityOffset).toBeNull()
    expect(verifyIntegrity(read, password, primitives)).toBe(true)
  })
})

describe('a CRC-32', () => {
  it('gives the known check value', () => {
    expect(crc32(utf8('123456789'))).toBe(0xcbf43926)
  })
})

const address: fc.Arbitrary<TransportAddress> = fc
  .tuple(
    fc.constantFrom(4 as const, 6 as const),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    fc.nat(65535),
  )
  .map(([family, bytes, port]) => ({
    family,
    address: formatAddress(family === 4 ? bytes.subarray(0, 4) : bytes),
    port,
  }))
const u16 = fc.nat(0xffff)
const u32 = fc.nat(0xffffffff)
const u48 = fc.maxSafeNat().map((value) => value % (maxU48 + 1))
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })
const text = (maxLength: number) => fc.string({ maxLength, unit: 'grapheme-ascii' })
const attributes: fc.Arbitrary<StunAttributes> = fc.record(
  {
    username: text(508),
    priority: u32,
    useCandidate: fc.constant(true),
    iceControlling: u64,
    iceControlled: u64,
    errorCode: fc.record({ code: fc.integer({ min: 300, max: 699 }), reason: text(200) }),
    xorMappedAddress: address,
    mappedAddress: address,
    unknownAttributes: fc.array(u16, { maxLength: 8 }),
    software: text(100),
    pathscope: fc.record({
      pairNumber: u16,
      sentPackets: u48,
      echoSent: u48,
      echoReceived: u48,
      holdMicros: u32,
      flags: u32,
    }),
  },
  { requiredKeys: [] },
)
const message: fc.Arbitrary<StunMessage> = fc.record({
  class: fc.constantFrom('request', 'indication', 'success', 'error'),
  method: fc.nat(0xfff),
  transactionId: fc.uint8Array({ minLength: 12, maxLength: 12 }),
  attributes,
})
const key = fc.uint8Array({ minLength: 1, maxLength: 40 })

describe('an encoded message', () => {
  it('is read back as it was, with its integrity', () => {
    fc.assert(
      fc.property(message, fc.option(key), fc.constantFrom('sha1', 'sha256'), (given, integrityKey, by) => {
        const bytes = encodeStun(given, integrityKey, primitives, by)
        expect(looksLikeStun(bytes)).toBe(true)
        const result = parsed(bytes)
        expect(result.message).toEqual(given)
        expect(result.unknownRequired).toEqual([])
        expect(result.hasIntegrity).toBe(integrityKey !== null)
        if (!integrityKey) return
        expect(verifyIntegrity(result, integrityKey, primitives)).toBe(true)
        expect(verifyIntegrity(result, utf8(`not ${integrityKey.join()}`), primitives)).toBe(false)
      }),
    )
  })

  it('is a check of less than 130 bytes with all that a check between two Pathscopes carries', () => {
    const counters = { pairNumber: 1, sentPackets: 1, echoSent: 1, echoReceived: 1, holdMicros: 0 }
    const attributes = { username: 'abcd1234:efgh5678', priority: 1, iceControlling: 1n, pathscope: counters }
    const check = { class: 'request', method: 1, transactionId: new Uint8Array(12), attributes } as const
    expect(encodeStun(check, password, primitives).length).toBeLessThan(130)
  })

  it('is not made of values that do not fit', () => {
    const encode = (given: StunAttributes) =>
      encodeStun(
        { class: 'request', method: 1, transactionId: new Uint8Array(12), attributes: given },
        null,
        primitives,
      )
    expect(() => encode({ username: 'x'.repeat(509) })).toThrow(RangeError)
    expect(() => encode({ priority: -1 })).toThrow(RangeError)
    expect(() => encode({ errorCode: { code: 299, reason: '' } })).toThrow(RangeError)
    expect(() => encode({ iceControlling: 1n << 64n })).toThrow(RangeError)
    expect(() => encode({ mappedAddress: { family: 4, address: 'nowhere', port: 1 } })).toThrow(RangeError)
    expect(() => encode({ xorMappedAddress: { family: 4, address: '::1', port: 1 } })).toThrow(RangeError)
  })
})

/** A message of raw attributes, to say what our encoder would not. */
function raw(parts: readonly [type: number, value: Uint8Array][], type = 0x0001): Uint8Array {
  const length = parts.reduce((sum, [, value]) => sum + 4 + ((value.length + 3) & ~3), 0)
  const bytes = new Uint8Array(20 + length)
  const view = viewOf(bytes)
  view.setUint16(0, type)
  view.setUint16(2, length)
  view.setUint32(4, 0x2112a442)
  let at = 20
  for (const [attribute, value] of parts) {
    view.setUint16(at, attribute)
    view.setUint16(at + 2, value.length)
    bytes.set(value, at + 4)
    at += 4 + ((value.length + 3) & ~3)
  }
  return bytes
}

const priority = (value: number) => Uint8Array.of(0, 0, 0, value)

describe('a message of somebody else', () => {
  it('names its unknown attributes that must be understood, and only those', () => {
    const bytes = raw([
      [0x7f01, priority(1)],
      [0x8fff, priority(1)],
      [0x001d, new Uint8Array(32)],
      [0x7f01, priority(2)],
    ])
    expect(parsed(bytes).unknownRequired).toEqual([0x7f01, 0x001d])
  })

  it('may be an old server’s response with addresses that nobody needs, but a request with them is not understood', () => {
    const parts: [number, Uint8Array][] = [[0x0004, Uint8Array.of(0, 1, 0, 1, 1, 2, 3, 4)]]
    expect(parsed(raw(parts, 0x0101)).unknownRequired).toEqual([])
    expect(parsed(raw(parts, 0x0001)).unknownRequired).toEqual([0x0004])
  })

  it('counts the first of two equal attributes', () => {
    const bytes = raw([
      [0x0024, priority(1)],
      [0x0024, priority(2)],
    ])
    expect(parsed(bytes).message.attributes.priority).toBe(1)
  })

  it('says nothing after its integrity, not even that it nominates', () => {
    const bytes = raw([
      [0x0024, priority(1)],
      [0x0008, new Uint8Array(20)],
      [0x0025, new Uint8Array(0)],
      [0x7f01, new Uint8Array(0)],
    ])
    expect(parsed(bytes).message.attributes).toEqual({ priority: 1 })
    expect(parsed(bytes).unknownRequired).toEqual([])
  })

  it('is malformed with a fingerprint that is wrong or not last, with a bad length, or with too many attributes', () => {
    const details = [
      raw([[0x8028, priority(1)]]),
      raw([
        [0x8028, priority(1)],
        [0x0024, priority(1)],
      ]),
      raw([[0x0024, new Uint8Array(3)]]),
      raw([[0x0025, new Uint8Array(4)]]),
      raw([[0x0008, new Uint8Array(32)]]),
      raw([[0x0020, Uint8Array.of(0, 1, 0, 0)]]),
      raw([[0x0020, Uint8Array.of(0, 3, 0, 0, 0, 0, 0, 0)]]),
      raw([[0x0006, Uint8Array.of(0xff, 0xfe)]]),
      raw([[0xd5c0, new Uint8Array(27)]]),
      raw(Array.from({ length: 65 }, () => [0x8fff, new Uint8Array(0)])),
      raw([]).slice(0, 19),
      Uint8Array.of(...raw([]), 0, 0, 0, 0),
      sampleRequest.slice(0, sampleRequest.length - 8),
    ].map((bytes) => parseStun(bytes))
    for (const result of details) {
      expect(result.kind).toBe('malformed')
      expect(result.kind === 'malformed' && result.detail).toMatch(/\w+ \w+/)
    }
  })

  it('is malformed when something follows a fingerprint that is right', () => {
    const withRightFingerprint = (parts: readonly [number, Uint8Array][]) => {
      const bytes = raw(parts)
      viewOf(bytes).setUint32(24, (crc32(bytes.subarray(0, 20)) ^ 0x5354554e) >>> 0)
      return parseStun(bytes)
    }
    expect(withRightFingerprint([[0x8028, priority(0)]]).kind).toBe('stun')
    const followed = withRightFingerprint([
      [0x8028, priority(0)],
      [0x0024, priority(1)],
    ])
    expect(followed).toEqual({ kind: 'malformed', detail: 'FINGERPRINT is not last' })
  })

  it('may carry a longer attribute of ours from a later protocol', () => {
    const value = new Uint8Array(36)
    value[1] = 7
    expect(parsed(raw([[0xd5c0, value]])).message.attributes.pathscope?.pairNumber).toBe(7)
  })
})

describe('bytes of any kind', () => {
  it('never make the parser throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(['stun', 'malformed']).toContain(parseStun(bytes).kind)
      }),
    )
  })

  it('never make the parser throw as mutations of a message, nor pass its integrity', () => {
    const places = fc.array(fc.tuple(fc.nat(1000), fc.nat(255)), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(message, key, places, fc.nat(1000), (given, integrityKey, changes, cut) => {
        const bytes = encodeStun(given, integrityKey, primitives)
        const before = hex(bytes)
        for (const [place, value] of changes) bytes[place % bytes.length] = value
        parseStun(bytes.slice(0, cut % bytes.length))
        const result = parseStun(bytes)
        if (result.kind === 'malformed' || !result.hasIntegrity || hex(bytes) === before) return
        if (!verifyIntegrity(result, integrityKey, primitives)) return
        // What the key still vouches for is what was meant.
        expect(result.message).toEqual(given)
      }),
      { numRuns: 300 },
    )
  })
})
