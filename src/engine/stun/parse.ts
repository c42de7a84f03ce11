import { formatAddress } from '../address'
import { equalBytes, getU48, tryFromUtf8, viewOf } from '../bytes'
import type { TransportAddress } from '../face/address'
import type { EnginePrimitives } from '../face/io'
import { xorAddress } from './encode'
import {
  attributeType,
  crc32,
  fingerprintXor,
  headerBytes,
  ignoredInResponses,
  integrity256Bytes,
  integrityBytes,
  magicCookie,
  maxAttributes,
  maxTextBytes,
  maxUsernameBytes,
  pathscopeBytes,
  splitMessageType,
} from './format'
import type { Integrity, PathCounters, StunAttributes, StunMessage } from './message'

export interface ParsedStun {
  readonly kind: 'stun'
  readonly message: StunMessage
  readonly hasIntegrity: boolean
  /** Where MESSAGE-INTEGRITY begins in `raw`; null without one. */
  readonly integrityOffset: number | null
  /** The same of MESSAGE-INTEGRITY-SHA256, and the length of its value, which may be cut. */
  readonly integrity256: { readonly offset: number; readonly bytes: number } | null
  readonly hasFingerprint: boolean
  /** Comprehension-required attribute types that we do not know, for a 420 (RFC 8489 section 6.3.1). */
  readonly unknownRequired: readonly number[]
  /** The datagram itself, not a copy. */
  readonly raw: Uint8Array
}

export interface MalformedStun {
  readonly kind: 'malformed'
  readonly detail: string
}

/** Whether a datagram can only be STUN: leading zero bits, cookie, and a length in fours (RFC 8489 section 5). */
export function looksLikeStun(data: Uint8Array): boolean {
  if (data.length < headerBytes || ((data[0] as number) & 0xc0) !== 0) return false
  return viewOf(data).getUint32(4) === magicCookie && ((data[3] as number) & 3) === 0
}

/**
 * Reads one datagram strictly: exact length, whole attributes, well-formed values, and a FINGERPRINT that is right and
 * last if there is one. Of an attribute that occurs twice the first counts; what follows MESSAGE-INTEGRITY is ignored but
 * for MESSAGE-INTEGRITY-SHA256, and what follows that as well (RFC 8489 section 14.5 and 14.6), since nothing vouches for
 * it.
 */
export function parseStun(data: Uint8Array): ParsedStun | MalformedStun {
  if (!looksLikeStun(data)) return malformed('not a STUN header')
  const view = viewOf(data)
  if (view.getUint16(2) !== data.length - headerBytes)
    return malformed('length field does not fit the datagram')
  const { className, method } = splitMessageType(view.getUint16(0))
  const transactionId = data.slice(8, headerBytes)
  const attributes: Draft = {}
  const unknownRequired: number[] = []
  const seen = new Set<number>()
  let integrityOffset: number | null = null
  let integrity256: ParsedStun['integrity256'] = null
  let hasFingerprint = false
  let count = 0
  for (let at = headerBytes; at < data.length; ) {
    if (++count > maxAttributes) return malformed(`more than ${maxAttributes} attributes`)
    if (at + 4 > data.length) return malformed('attribute header cut off')
    const type = view.getUint16(at)
    const length = view.getUint16(at + 2)
    const next = at + 4 + ((length + 3) & ~3)
    if (next > data.length) return malformed('attribute reaches past the end')
    const value = data.subarray(at + 4, at + 4 + length)
    if (type === attributeType.fingerprint) {
      if (next !== data.length) return malformed('FINGERPRINT is not last')
      if (!fingerprintFits(data, at, value)) return malformed('FINGERPRINT is wrong')
      hasFingerprint = true
    } else if (type === attributeType.messageIntegritySha256) {
      if (integrity256 === null) {
        if (!isIntegrity256Length(length)) return malformed('MESSAGE-INTEGRITY-SHA256 of a wrong length')
        integrity256 = { offset: at, bytes: length }
      }
    } else if (integrityOffset === null && integrity256 === null && !seen.has(type)) {
      seen.add(type)
      if (type === attributeType.messageIntegrity) {
        if (length !== integrityBytes) return malformed('MESSAGE-INTEGRITY of a wrong length')
        integrityOffset = at
      } else {
        const outcome = readAttribute(attributes, type, value, transactionId)
        if (outcome === 'bad') return malformed(`attribute 0x${type.toString(16)} is malformed`)
        const inResponse = className === 'success' || className === 'error'
        if (outcome === 'unknown' && type < 0x8000 && !(inResponse && ignoredInResponses.has(type))) {
          unknownRequired.push(type)
        }
      }
    }
    at = next
  }
  const message: StunMessage = { class: className, method, transactionId, attributes }
  const hasIntegrity = integrityOffset !== null || integrity256 !== null
  const integrity = { hasIntegrity, integrityOffset, integrity256 }
  return { kind: 'stun', message, ...integrity, hasFingerprint, unknownRequired, raw: data }
}

function isIntegrity256Length(bytes: number): boolean {
  return bytes >= integrity256Bytes.least && bytes <= integrity256Bytes.whole && bytes % 4 === 0
}

/** What a message must be judged by (RFC 8489 section 9.1.3); undefined without any. */
export function strongestIntegrity(parsed: ParsedStun): Integrity | undefined {
  if (parsed.integrity256 !== null) return 'sha256'
  return parsed.integrityOffset === null ? undefined : 'sha1'
}

/** Whether the strongest integrity of a message, or the one wanted, is there and was made with this key. */
export function verifyIntegrity(
  parsed: ParsedStun,
  key: Uint8Array,
  primitives: EnginePrimitives,
  by: Integrity | undefined = strongestIntegrity(parsed),
): boolean {
  return by === 'sha256' ? verify256(parsed, key, primitives) : verifySha1(parsed, key, primitives)
}

/** Whole only: a cut value is for usages of STUN that allow it (RFC 8489 section 14.6), and ICE does not. */
function verify256(parsed: ParsedStun, key: Uint8Array, primitives: EnginePrimitives): boolean {
  if (parsed.integrity256?.bytes !== integrity256Bytes.whole) return false
  const { offset, bytes } = parsed.integrity256
  const covered = parsed.raw.slice(0, offset)
  viewOf(covered).setUint16(2, offset + 4 + bytes - headerBytes)
  return equalBytes(primitives.hmacSha256(key, covered), parsed.raw.subarray(offset + 4, offset + 4 + bytes))
}

function verifySha1(parsed: ParsedStun, key: Uint8Array, primitives: EnginePrimitives): boolean {
  const at = parsed.integrityOffset
  if (at === null) return false
  // The length field counts up to the end of MESSAGE-INTEGRITY, whatever follows it.
  const covered = parsed.raw.slice(0, at)
  viewOf(covered).setUint16(2, at + 4 + integrityBytes - headerBytes)
  const given = parsed.raw.subarray(at + 4, at + 4 + integrityBytes)
  return equalBytes(primitives.hmacSha1(key, covered), given)
}

function malformed(detail: string): MalformedStun {
  return { kind: 'malformed', detail }
}

function fingerprintFits(data: Uint8Array, at: number, value: Uint8Array): boolean {
  if (value.length !== 4) return false
  return (crc32(data.subarray(0, at)) ^ fingerprintXor) >>> 0 === viewOf(value).getUint32(0)
}

type Draft = { -readonly [K in keyof StunAttributes]: StunAttributes[K] }

function readAttribute(
  draft: Draft,
  type: number,
  value: Uint8Array,
  transactionId: Uint8Array,
): 'known' | 'unknown' | 'bad' {
  switch (type) {
    case attributeType.username:
      return keep(readText(value, maxUsernameBytes), (username) => (draft.username = username))
    case attributeType.software:
      return keep(readText(value, maxTextBytes), (software) => (draft.software = software))
    case attributeType.priority:
      return keep(readU32(value), (priority) => (draft.priority = priority))
    case attributeType.useCandidate:
      return keep(value.length === 0 ? true : undefined, () => (draft.useCandidate = true))
    case attributeType.iceControlling:
      return keep(readU64(value), (tieBreaker) => (draft.iceControlling = tieBreaker))
    case attributeType.iceControlled:
      return keep(readU64(value), (tieBreaker) => (draft.iceControlled = tieBreaker))
    case attributeType.errorCode:
      return keep(readErrorCode(value), (errorCode) => (draft.errorCode = errorCode))
    case attributeType.mappedAddress:
      return keep(readAddress(value), (address) => (draft.mappedAddress = address))
    case attributeType.xorMappedAddress:
      return keep(readXorAddress(value, transactionId), (address) => (draft.xorMappedAddress = address))
    case attributeType.unknownAttributes:
      return keep(readU16List(value), (types) => (draft.unknownAttributes = types))
    case attributeType.pathscope:
      return keep(readPathscope(value), (counters) => (draft.pathscope = counters))
    default:
      return readTurnAttribute(draft, type, value, transactionId)
  }
}

function readTurnAttribute(
  draft: Draft,
  type: number,
  value: Uint8Array,
  transactionId: Uint8Array,
): 'known' | 'unknown' | 'bad' {
  switch (type) {
    case attributeType.realm:
      return keep(readText(value, maxTextBytes), (realm) => (draft.realm = realm))
    case attributeType.nonce:
      return keep(readText(value, maxTextBytes), (nonce) => (draft.nonce = nonce))
    case attributeType.channelNumber:
      return keep(readU32(value), (number) => (draft.channelNumber = number >>> 16))
    case attributeType.lifetime:
      return keep(readU32(value), (seconds) => (draft.lifetimeSeconds = seconds))
    case attributeType.requestedTransport:
      return keep(readU32(value), (number) => (draft.requestedTransport = number >>> 24))
    case attributeType.requestedAddressFamily: {
      const family = readU32(value)
      if (family === undefined || (family >>> 24 !== 1 && family >>> 24 !== 2)) return 'bad'
      draft.requestedAddressFamily = family >>> 24 === 1 ? 4 : 6
      return 'known'
    }
    case attributeType.xorPeerAddress:
      return keep(readXorAddress(value, transactionId), (address) => (draft.xorPeerAddress = address))
    case attributeType.xorRelayedAddress:
      return keep(readXorAddress(value, transactionId), (address) => (draft.xorRelayedAddress = address))
    case attributeType.data:
      draft.data = value.slice()
      return 'known'
    default:
      return 'unknown'
  }
}

function keep<T>(value: T | undefined, assign: (value: T) => void): 'known' | 'bad' {
  if (value === undefined) return 'bad'
  assign(value)
  return 'known'
}

function readText(value: Uint8Array, maxBytes: number): string | undefined {
  return value.length > maxBytes ? undefined : tryFromUtf8(value)
}

function readU32(value: Uint8Array): number | undefined {
  return value.length === 4 ? viewOf(value).getUint32(0) : undefined
}

function readXorAddress(value: Uint8Array, transactionId: Uint8Array): TransportAddress | undefined {
  const plain = value.slice()
  xorAddress(plain, transactionId)
  return readAddress(plain)
}

function readU64(value: Uint8Array): bigint | undefined {
  return value.length === 8 ? viewOf(value).getBigUint64(0) : undefined
}

function readErrorCode(value: Uint8Array): { code: number; reason: string } | undefined {
  if (value.length < 4) return undefined
  const hundreds = (value[2] as number) & 7
  const rest = value[3] as number
  if (hundreds < 3 || hundreds > 6 || rest > 99) return undefined
  const reason = readText(value.subarray(4), maxTextBytes)
  return reason === undefined ? undefined : { code: hundreds * 100 + rest, reason }
}

function readAddress(value: Uint8Array): TransportAddress | undefined {
  const family = value[1] === 1 ? 4 : value[1] === 2 ? 6 : undefined
  if (!family || value.length !== (family === 4 ? 8 : 20)) return undefined
  return { family, address: formatAddress(value.subarray(4)), port: viewOf(value).getUint16(2) }
}

function readU16List(value: Uint8Array): number[] | undefined {
  if (value.length % 2 !== 0) return undefined
  const view = viewOf(value)
  return Array.from({ length: value.length / 2 }, (_, i) => view.getUint16(2 * i))
}

function readPathscope(value: Uint8Array): PathCounters | undefined {
  if (value.length < pathscopeBytes) return undefined
  const view = viewOf(value)
  return {
    pairNumber: view.getUint16(0),
    sentPackets: getU48(view, 2),
    echoSent: getU48(view, 8),
    echoReceived: getU48(view, 14),
    holdMicros: view.getUint32(20),
    flags: view.getUint32(24),
  }
}
