import type { StreamKind } from '../face/streams'
import type { DuePacket } from './source'

/**
 * The RTP payload of a test stream, big-endian; what follows is zeros up to the packet's size:
 *
 *     0  u16  0x5053
 *     2  u8   version, 1
 *     3  u8   flags: 1 = of a key frame, 2 = last of its burst; others 0, ignored when read
 *     4  u16  stream: the sender's number of it, from 1
 *     6  u8   kind: 1 voice, 2 video, 3 cbr, 4 bulk
 *     7  u8   place in its burst, from 0; 255 = that or further
 *     8  u64  sequence number in the stream, from 0: the index under which SRTP has sealed the packet
 *    16  u64  sender's engine time, µs
 *    24  u32  frame, from 0; 0 for what has no frames
 */
export const payloadHeaderBytes = 28
const magicHigh = 0x50
const magicLow = 0x53
const version = 1
const flagKeyFrame = 1
const flagLastOfBurst = 2
const two32 = 2 ** 32
/** Whole µs, and whole numbers, up to 2^53. */
const maxHigh = 2 ** 21

const kinds: readonly StreamKind[] = ['voice', 'video', 'cbr', 'bulk']

/** The SSRC of a stream: one for each, never used again in a session. Above the number stand the letters PS. */
export function ssrcOf(streamId: number): number {
  return magicHigh * 2 ** 24 + magicLow * 2 ** 16 + streamId
}

/** The number of the stream with this SSRC; 0 when it is none of ours. */
export function streamOfSsrc(ssrc: number): number {
  const id = ssrc - ssrcOf(0)
  return id > 0 && id < 65_536 ? id : 0
}

/** Writes the payload's header from `at` on. The rest of `packet` is left as it is. */
export function writePayload(
  packet: Uint8Array,
  at: number,
  streamId: number,
  kind: StreamKind,
  sequence: number,
  sentAtMs: number,
  due: DuePacket,
): void {
  packet[at] = magicHigh
  packet[at + 1] = magicLow
  packet[at + 2] = version
  packet[at + 3] = (due.keyFrame ? flagKeyFrame : 0) | (due.behind === 0 ? flagLastOfBurst : 0)
  packet[at + 4] = streamId >>> 8
  packet[at + 5] = streamId
  packet[at + 6] = kinds.indexOf(kind) + 1
  packet[at + 7] = Math.min(255, due.burstIndex)
  writeU64(packet, at + 8, sequence)
  writeU64(packet, at + 16, Math.round(Math.max(0, sentAtMs) * 1000))
  writeU32(packet, at + 24, due.frame)
}

/** What a payload says. One is written over for each packet, so that none is allocated. */
export interface PayloadFacts {
  streamId: number
  kind: StreamKind
  sequence: number
  /** In the sender's engine time. */
  sentAtMs: number
}

/** Reads a payload into `facts`; false when it is none of ours. */
export function readPayload(payload: Uint8Array, facts: PayloadFacts): boolean {
  if (payload.length < payloadHeaderBytes) return false
  if (payload[0] !== magicHigh || payload[1] !== magicLow || payload[2] !== version) return false
  const kind = kinds[(payload[6] as number) - 1]
  const sequenceHigh = readU32(payload, 8)
  const timeHigh = readU32(payload, 16)
  if (kind === undefined || sequenceHigh >= maxHigh || timeHigh >= maxHigh) return false
  facts.streamId = ((payload[4] as number) << 8) | (payload[5] as number)
  facts.kind = kind
  facts.sequence = sequenceHigh * two32 + readU32(payload, 12)
  facts.sentAtMs = (timeHigh * two32 + readU32(payload, 20)) / 1000
  return facts.streamId > 0
}

function readU32(bytes: Uint8Array, at: number): number {
  const low = ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)
  return (bytes[at] as number) * 2 ** 24 + low
}

function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

function writeU64(bytes: Uint8Array, at: number, value: number): void {
  writeU32(bytes, at, Math.floor(value / two32))
  writeU32(bytes, at + 4, value % two32)
}
