/** One end of SRTP, ours or another's, as the exchanges use it. */
import {
  createSrtpReceiver,
  createSrtpSealer,
  rtpHeaderBytes,
  type RtpFields,
  splitSrtpExporter,
} from '../../../src/engine/srtp'
import { nodeEntropy } from '../../../src/runtime/adapters/node'

export interface RtpPacket extends RtpFields {
  /** Its low 16 bits are the sequence number, the rest the rollover counter. */
  readonly index: number
  readonly payload: Uint8Array
  readonly csrcs?: readonly number[]
  /** A header extension: what its profile says, and its words of 32 bits. */
  readonly extension?: { readonly profile: number; readonly words: readonly number[] }
}

/** Why a packet was not taken. */
export type Refusal = 'duplicate' | 'too-old' | 'forged' | 'malformed'

/** The whole packet as RTP, or why there is none. */
export type Opened =
  | { readonly kind: 'new'; readonly plain: Uint8Array }
  | { readonly kind: 'refused'; readonly as: Refusal }

export interface Sealer {
  /** Of each source in rising order of the index, less than 32,768 apart, the first below 65,536. */
  seal(packet: RtpPacket): Promise<Uint8Array>
}

export interface Opener {
  open(sealed: Uint8Array): Promise<Opened>
}

/** Which of the two directions' keys. */
export type Direction = 'offerer' | 'answerer'

export interface Side {
  readonly name: string
  /** Whether it can send CSRCs and header extensions. */
  readonly sendsLongHeaders: boolean
  sealer(material: Uint8Array, direction: Direction): Promise<Sealer>
  opener(material: Uint8Array, direction: Direction): Promise<Opener>
}

/** The packet before it is sealed (RFC 3550 section 5.1, 5.3.1). */
export function plainOf({ csrcs = [], extension, ...packet }: RtpPacket): Uint8Array {
  const words = extension === undefined ? [] : extension.words
  const extensionBytes = extension === undefined ? 0 : 4 + 4 * words.length
  const payloadAt = rtpHeaderBytes + 4 * csrcs.length + extensionBytes
  const plain = new Uint8Array(payloadAt + packet.payload.length)
  const view = new DataView(plain.buffer)
  view.setUint8(0, 0x80 | (extension === undefined ? 0 : 0x10) | csrcs.length)
  view.setUint8(1, (packet.marker ? 0x80 : 0) | packet.payloadType)
  view.setUint16(2, packet.index % 65_536)
  view.setUint32(4, packet.timestamp)
  view.setUint32(8, packet.ssrc)
  for (const [at, csrc] of csrcs.entries()) view.setUint32(rtpHeaderBytes + 4 * at, csrc)
  if (extension !== undefined) {
    const extensionAt = payloadAt - extensionBytes
    view.setUint16(extensionAt, extension.profile)
    view.setUint16(extensionAt + 2, words.length)
    for (const [at, word] of words.entries()) view.setUint32(extensionAt + 4 + 4 * at, word)
  }
  plain.set(packet.payload, payloadAt)
  return plain
}

const tagBytes = 16

/** The engine's SRTP with the primitives that it has in the product. */
export function ourSide(): Side {
  const entropy = nodeEntropy()
  return {
    name: 'ours',
    sendsLongHeaders: false,
    async sealer(material, direction) {
      const sealer = createSrtpSealer(splitSrtpExporter(material, entropy)[direction], entropy)
      return {
        async seal({ index, payload, ...fields }) {
          const packet = new Uint8Array(rtpHeaderBytes + payload.length)
          packet.set(payload, rtpHeaderBytes)
          return sealer.seal(packet, payload.length, fields, index)
        },
      }
    },
    async opener(material, direction) {
      const receiver = createSrtpReceiver(splitSrtpExporter(material, entropy)[direction], entropy, 0)
      return {
        async open(sealed) {
          const receipt = receiver.receive(sealed, 0)
          if (receipt === 'too-many-sources') throw new Error('more sources than a session has')
          if (receipt !== 'new') return { kind: 'refused', as: receipt }
          const { payload } = receiver
          const header = sealed.subarray(0, sealed.length - tagBytes - payload.length)
          return { kind: 'new', plain: Uint8Array.from([...header, ...payload]) }
        },
      }
    },
  }
}
