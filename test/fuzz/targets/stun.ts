import {
  bindingMethod,
  encodeStun,
  parseStun,
  type StunMessage,
  strongestIntegrity,
  turnMethod,
  verifyIntegrity,
} from '../../../src/engine/stun'
import { testPrimitives } from '../../../src/engine/testing'
import { mutate } from '../mutate'
import { bytesOf, demand, demandSame, fromHex, type Target } from '../target'

const primitives = testPrimitives()
const key = bytesOf('by2GZGG1lw+040DWA6hXM5Bz')
const otherKey = bytesOf('PLOHqGDZwpRQzJXWVGBbJuxm')
const transactionId = fromHex('000102030405060708090a0b')

const request: StunMessage = {
  class: 'request',
  method: bindingMethod,
  transactionId,
  attributes: {
    username: '4aFv:CFQs',
    priority: 1_853_824_767,
    iceControlling: 0x1234_5678_9abc_def0n,
    useCandidate: true,
    software: 'Pathscope',
    pathscope: { pairNumber: 3, sentPackets: 7, echoSent: 5, echoReceived: 4, holdMicros: 0, flags: 1 },
  },
}
const response: StunMessage = {
  class: 'success',
  method: bindingMethod,
  transactionId,
  attributes: {
    xorMappedAddress: { family: 6, address: '2001:db8::7', port: 5000 },
    mappedAddress: { family: 4, address: '192.0.2.1', port: 32_853 },
  },
}
const refusal: StunMessage = {
  class: 'error',
  method: bindingMethod,
  transactionId,
  attributes: {
    errorCode: { code: 420, reason: 'Unknown Attribute' },
    unknownAttributes: [0x7fff],
    iceControlled: 1n,
  },
}

const allocated: StunMessage = {
  class: 'success',
  method: turnMethod.allocate,
  transactionId,
  attributes: {
    realm: 'pathscope',
    nonce: 'n0nce',
    channelNumber: 0x4000,
    lifetimeSeconds: 600,
    xorPeerAddress: { family: 4, address: '192.0.2.9', port: 9 },
    xorRelayedAddress: { family: 6, address: '2001:db8::9', port: 50_000 },
    requestedAddressFamily: 6,
    requestedTransport: 17,
    data: fromHex('0102030405'),
  },
}

/** Every datagram that may be STUN, from anybody: read, proven or not, and what is read can be written again. */
export const stun: Target = {
  name: 'stun',
  form: 'bytes',
  maxBytes: 2048,
  samples: () =>
    [request, response, refusal, allocated].flatMap((one) =>
      (['sha1', 'sha256', null] as const).map((by) =>
        encodeStun(one, by === null ? null : key, primitives, by ?? 'sha1'),
      ),
    ),
  words: [
    '2112a442',
    '0001',
    '0101',
    '0111',
    '00080014',
    '80280004',
    '001c0020',
    '00060004',
    '00200008',
    '0014',
    '0015',
    '00250000',
    '00240004',
    '80290008',
    '802a0008',
    '00090004',
    '000a0002',
    '000c0004',
    '000d0004',
    '00120008',
    '00130005',
    '00160014',
    '00170004',
    '00190004',
  ].map(fromHex),
  shape(input, random) {
    const changed = random.chance(0.8)
      ? mutate(input, random, { words: stun.words, others: stun.samples(), maxBytes: 2000 })
      : input
    return mended(changed, random.chance(0.6), random.chance(0.5))
  },
  run(input) {
    const parsed = parseStun(input)
    if (parsed.kind === 'malformed') {
      demand(parsed.detail.length > 0, 'a refusal says why')
      return
    }
    const { message } = parsed
    if (verifyIntegrity(parsed, key, primitives)) {
      demand(parsed.hasIntegrity, 'only what has an integrity can have a right one')
      demand(!verifyIntegrity(parsed, otherKey, primitives), 'an integrity fits one key')
    }
    const by = strongestIntegrity(parsed) ?? 'sha1'
    const again = parseStun(encodeStun(message, key, primitives, by))
    demand(again.kind === 'stun', 'what was read and written again is STUN')
    demandSame(again.message, message, 'what was read and written again says the same')
    demand(verifyIntegrity(again, key, primitives), 'what was written proves its key')
    demand(!verifyIntegrity(again, otherKey, primitives), 'what was written proves no other key')
  },
}

/** With the length that it has, and at its end what makes a message whole: an integrity by our key, a fingerprint. */
function mended(input: Uint8Array, withIntegrity: boolean, withFingerprint: boolean): Uint8Array {
  const body = Buffer.alloc(Math.max(20, input.length - (input.length % 4)))
  body.set(input.subarray(0, body.length))
  body[0] = (body[0] as number) & 0x3f
  body.writeUInt32BE(0x2112a442, 4)
  let message: Buffer = body
  if (withIntegrity) {
    message.writeUInt16BE((message.length - 20 + 24) & 0xfffc, 2)
    const mac = primitives.hmacSha1(key, message)
    message = Buffer.concat([message, fromHex('00080014'), mac])
  }
  message.writeUInt16BE((message.length - 20 + (withFingerprint ? 8 : 0)) & 0xfffc, 2)
  if (withFingerprint) {
    const value = Buffer.alloc(4)
    value.writeUInt32BE((crc32(message) ^ 0x5354_554e) >>> 0)
    message = Buffer.concat([message, fromHex('80280004'), value])
  }
  return new Uint8Array(message)
}

/** Bit by bit, independent of the one under test. */
function crc32(data: Uint8Array): number {
  let crc = 0xffff_ffff
  for (const byte of data) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0)
  }
  return (crc ^ 0xffff_ffff) >>> 0
}
