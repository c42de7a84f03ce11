/** Bytes: text, hex, comparing, joining, and the integers that no DataView reads. */

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** The text of valid UTF-8. Throws a TypeError on anything else: see `tryFromUtf8` for bytes of others. */
export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** As `fromUtf8`, but undefined where the bytes are not UTF-8. */
export function tryFromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

/** Lower-case hex, two digits a byte. Made as one string: thousands are kept, and a chain of parts takes ten times the memory. */
export function hex(bytes: Uint8Array): string {
  const digits = new Array<string>(bytes.length)
  for (const [at, byte] of bytes.entries()) digits[at] = hexPairs[byte] as string
  return digits.join('')
}

const hexPairs = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'))

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const joined = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** Whether both hold the same bytes, in a time that depends on their length alone: fit for comparing MACs. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number)
  return difference === 0
}

const base64urlAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** RFC 4648 section 5, without padding. */
export function base64url(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    for (let digit = 0; digit <= Math.min(left, 3); digit++) {
      text += base64urlAlphabet[(group >> (18 - 6 * digit)) & 63]
    }
  }
  return text
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** The largest value of 48 bits; a number holds it exactly. */
export const maxU48 = 2 ** 48 - 1

export function getU48(view: DataView, offset: number): number {
  return view.getUint16(offset) * 2 ** 32 + view.getUint32(offset + 2)
}

/** Writes a whole number in 0..2^48-1, big-endian. Throws a RangeError on any other. */
export function setU48(view: DataView, offset: number, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > maxU48) throw new RangeError(`not a u48: ${value}`)
  view.setUint16(offset, Math.floor(value / 2 ** 32))
  view.setUint32(offset + 2, value % 2 ** 32)
}
