/** Numbers of the STUN wire format: RFC 8489 sections 5 and 18.3, RFC 8445 section 16.1, RFC 8656 section 18. */

export const magicCookie = 0x2112a442
export const headerBytes = 20
export const fingerprintXor = 0x5354554e
export const integrityBytes = 20
/** MESSAGE-INTEGRITY-SHA256 may be cut to so many bytes where a usage of STUN allows it (RFC 8489 section 14.6). */
export const integrity256Bytes = { least: 16, whole: 32 } as const
/** Attributes of one message that are looked at; a message with more is refused. */
export const maxAttributes = 64
/** USERNAME must be shorter than 509 bytes; SOFTWARE and reason phrases shorter than 763 (RFC 8489 section 14). */
export const maxUsernameBytes = 508
export const maxTextBytes = 762

export const attributeType = {
  mappedAddress: 0x0001,
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  messageIntegritySha256: 0x001c,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  channelNumber: 0x000c,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedAddressFamily: 0x0017,
  requestedTransport: 0x0019,
  software: 0x8022,
  fingerprint: 0x8028,
  iceControlled: 0x8029,
  iceControlling: 0x802a,
  /**
   * Ours. From the range for comprehension-optional attributes that anybody may register (0xC000-0xFFFF), unassigned
   * in the IANA registry; a peer that does not know it skips it.
   */
  pathscope: 0xd5c0,
} as const

/** Bytes of our attribute's value; a longer one comes from a later protocol and is read as far as it is known. */
export const pathscopeBytes = 28

/**
 * Types below 0x8000 that may stand in a response and change nothing for us, so that they do not count as unknown:
 * RESPONSE-ADDRESS to REFLECTED-FROM of RFC 3489, which old servers still send.
 */
export const ignoredInResponses: ReadonlySet<number> = new Set([0x0002, 0x0004, 0x0005, 0x000b])

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

/** CRC-32 as in ITU V.42, which FINGERPRINT uses (RFC 8489 section 14.7). */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 255] as number)
  return (crc ^ 0xffffffff) >>> 0
}

/** The method's bits stand around the two class bits (RFC 8489 section 5). */
const classBits = { request: 0x000, indication: 0x010, success: 0x100, error: 0x110 } as const
const classesByBits = ['request', 'indication', 'success', 'error'] as const

export type ClassName = keyof typeof classBits

export function messageType(className: ClassName, method: number): number {
  return (method & 0xf) | ((method & 0x70) << 1) | ((method & 0xf80) << 2) | classBits[className]
}

export function splitMessageType(type: number): { className: ClassName; method: number } {
  const bits = ((type >> 4) & 1) | ((type >> 7) & 2)
  const method = (type & 0xf) | ((type >> 1) & 0x70) | ((type >> 2) & 0xf80)
  return { className: classesByBits[bits] as ClassName, method }
}
