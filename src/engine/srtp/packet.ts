/** An RTP header without CSRCs and extensions (RFC 3550 section 5.1). */
export const rtpHeaderBytes = 12
export const srtpTagBytes = 16
/** What SRTP adds to a payload. */
export const srtpOverheadBytes = rtpHeaderBytes + srtpTagBytes

/** The sequence number on the wire is the low 16 bits of a packet's index (RFC 3711 section 3.3.1). */
export const sequenceSpan = 65_536
export const maxIndex = 2 ** 48 - 1

/** What an RTP header of ours says beside the sequence number. */
export interface RtpFields {
  readonly ssrc: number
  readonly payloadType: number
  readonly marker: boolean
  /** Modulo 2^32. */
  readonly timestamp: number
}

/** Writes the header into the first 12 bytes. */
export function writeRtpHeader(packet: Uint8Array, fields: RtpFields, sequence: number): void {
  packet[0] = 0x80
  packet[1] = (fields.marker ? 0x80 : 0) | fields.payloadType
  packet[2] = sequence >>> 8
  packet[3] = sequence
  writeU32(packet, 4, fields.timestamp)
  writeU32(packet, 8, fields.ssrc)
}

/**
 * Where the payload begins (RFC 3550 section 5.1, 5.3.1); 0 for what is not RTP of version 2, too short to be sealed, or
 * padded: padding is part of the sealed text and nobody here pads.
 */
export function payloadStart(packet: Uint8Array): number {
  const first = packet[0] as number
  if (packet.length < srtpOverheadBytes || first >>> 6 !== 2 || (first & 0x20) !== 0) return 0
  let at = rtpHeaderBytes + 4 * (first & 0x0f)
  if ((first & 0x10) !== 0) {
    if (at + 4 + srtpTagBytes > packet.length) return 0
    at += 4 + 4 * (((packet[at + 2] as number) << 8) | (packet[at + 3] as number))
  }
  return at + srtpTagBytes <= packet.length ? at : 0
}

export function readU16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
}

export function readU32(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at) * sequenceSpan + readU16(bytes, at + 2)
}

export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

/**
 * RFC 7714 section 8.1: two zero bytes, SSRC, rollover counter and sequence number, XORed with the session salt. Written
 * over `nonce`, which is used again for the next packet.
 */
export function writeNonce(nonce: Uint8Array, salt: Uint8Array, ssrc: number, index: number): void {
  nonce[0] = salt[0] as number
  nonce[1] = salt[1] as number
  xorU32(nonce, 2, salt, ssrc)
  xorU32(nonce, 6, salt, Math.floor(index / sequenceSpan))
  nonce[10] = (salt[10] as number) ^ ((index >>> 8) & 0xff)
  nonce[11] = (salt[11] as number) ^ (index & 0xff)
}

function xorU32(nonce: Uint8Array, at: number, salt: Uint8Array, value: number): void {
  nonce[at] = (salt[at] as number) ^ (value >>> 24)
  nonce[at + 1] = (salt[at + 1] as number) ^ ((value >>> 16) & 0xff)
  nonce[at + 2] = (salt[at + 2] as number) ^ ((value >>> 8) & 0xff)
  nonce[at + 3] = (salt[at + 3] as number) ^ (value & 0xff)
}
