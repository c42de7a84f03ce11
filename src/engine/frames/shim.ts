import { concat, equalBytes, utf8, viewOf } from '../bytes'
import type { EnginePrimitives } from '../face/io'
import { shimFirstByte } from './classify'

export const shimVersion = 1
const headerBytes = 2
const macBytes = 16
/** What sealing adds to a frame. */
export const shimOverheadBytes = headerBytes + macBytes

export type SessionRole = 'offerer' | 'answerer'

/** Keys of one end: what it seals with and what it opens with. They differ, so that nothing sent opens at its sender. */
export interface ShimKeys {
  readonly seal: Uint8Array
  readonly open: Uint8Array
}

/** Both ends get the same two keys from the ICE passwords of both descriptions, the other way round. */
export function deriveShimKeys(
  passwords: { readonly offerer: string; readonly answerer: string },
  role: SessionRole,
  primitives: EnginePrimitives,
): ShimKeys {
  const secret = primitives.hmacSha256(
    utf8('pathscope shim 1'),
    concat(withLength(passwords.offerer), withLength(passwords.answerer)),
  )
  const toAnswerer = primitives.hmacSha256(secret, utf8('offerer -> answerer'))
  const toOfferer = primitives.hmacSha256(secret, utf8('answerer -> offerer'))
  return role === 'offerer' ? { seal: toAnswerer, open: toOfferer } : { seal: toOfferer, open: toAnswerer }
}

/** Lengths keep two passwords from meaning the same as two others that join to the same text. */
function withLength(text: string): Uint8Array {
  const bytes = utf8(text)
  const length = new Uint8Array(2)
  viewOf(length).setUint16(0, bytes.length)
  return concat(length, bytes)
}

/** A frame of the handshake shim as a datagram: readable by anybody, made only by who knows both ICE passwords. */
export function sealShim(keys: ShimKeys, frame: Uint8Array, primitives: EnginePrimitives): Uint8Array {
  const covered = concat(Uint8Array.of(shimFirstByte, shimVersion), frame)
  return concat(covered, primitives.hmacSha256(keys.seal, covered).subarray(0, macBytes))
}

/** The frame in a datagram; undefined when the peer did not make it. An old one opens again: the frames' numbers tell. */
export function openShim(
  keys: ShimKeys,
  datagram: Uint8Array,
  primitives: EnginePrimitives,
): Uint8Array | undefined {
  if (datagram.length < shimOverheadBytes) return undefined
  if (datagram[0] !== shimFirstByte || datagram[1] !== shimVersion) return undefined
  const covered = datagram.subarray(0, datagram.length - macBytes)
  const mac = primitives.hmacSha256(keys.open, covered).subarray(0, macBytes)
  return equalBytes(mac, datagram.subarray(covered.length)) ? covered.slice(headerBytes) : undefined
}
