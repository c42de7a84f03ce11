import { viewOf } from '../bytes'
import { limits } from '../face/limits'

/** Numbers that channels may have (RFC 8656 section 12). */
export const firstChannel = 0x4000
export const lastChannel = 0x4fff

const headerBytes = 4
const stunHeaderBytes = 20

/** A ChannelData message (RFC 8656 section 12.4); on a stream it is padded to a multiple of four bytes. */
export function encodeChannelData(channel: number, data: Uint8Array, isStream: boolean): Uint8Array {
  const length = headerBytes + data.length
  const bytes = new Uint8Array(isStream ? padded(length) : length)
  const view = viewOf(bytes)
  view.setUint16(0, channel)
  view.setUint16(2, data.length)
  bytes.set(data, headerBytes)
  return bytes
}

export interface ChannelData {
  readonly channel: number
  readonly data: Uint8Array
}

export function isChannelData(bytes: Uint8Array): boolean {
  return ((bytes[0] ?? 0) & 0xf0) === 0x40
}

/** Undefined when it is cut off. What stands behind the data is padding, which UDP may have as well. */
export function readChannelData(bytes: Uint8Array): ChannelData | undefined {
  if (bytes.length < headerBytes || !isChannelData(bytes)) return undefined
  const view = viewOf(bytes)
  const length = view.getUint16(2)
  if (headerBytes + length > bytes.length) return undefined
  return { channel: view.getUint16(0), data: bytes.slice(headerBytes, headerBytes + length) }
}

/** Cuts a stream into STUN and ChannelData messages (RFC 8656 section 2.1, RFC 8489 section 6.2.2). */
export interface StreamReader {
  /** Takes a piece of any size; the whole messages that it completes, or `bad` when it can only be something else. */
  take(piece: Uint8Array): readonly Uint8Array[] | 'bad'
}

export function createStreamReader(): StreamReader {
  /** The beginning of an unfinished message, shorter than `limits.streamBytes`. */
  let rest = new Uint8Array(0)
  let bad = false

  return {
    take(piece) {
      if (bad) return 'bad'
      const bytes = new Uint8Array(rest.length + piece.length)
      bytes.set(rest)
      bytes.set(piece, rest.length)
      const messages: Uint8Array[] = []
      let at = 0
      while (bytes.length - at >= headerBytes) {
        const length = lengthOf(bytes.subarray(at))
        bad = length === undefined || length > limits.streamBytes
        if (length === undefined || bad) return 'bad'
        if (bytes.length - at < length) break
        messages.push(bytes.slice(at, at + length))
        at += length
      }
      rest = bytes.slice(at)
      return messages
    },
  }
}

/** Of the message that begins here, padding included; undefined when none does. */
function lengthOf(bytes: Uint8Array): number | undefined {
  const length = viewOf(bytes).getUint16(2)
  if (isChannelData(bytes)) return padded(headerBytes + length)
  const isStun = ((bytes[0] as number) & 0xc0) === 0 && length % 4 === 0
  return isStun ? stunHeaderBytes + length : undefined
}

function padded(length: number): number {
  return (length + 3) & ~3
}
