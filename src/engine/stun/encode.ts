import { parseAddress } from '../address'
import { setU48, utf8, viewOf } from '../bytes'
import type { TransportAddress } from '../face/address'
import type { EnginePrimitives } from '../face/io'
import {
  attributeType,
  crc32,
  fingerprintXor,
  headerBytes,
  integrity256Bytes,
  integrityBytes,
  magicCookie,
  maxTextBytes,
  maxUsernameBytes,
  messageType,
  pathscopeBytes,
} from './format'
import type { Integrity, PathCounters, StunAttributes, StunMessage } from './message'

/**
 * The message's bytes: attributes in a fixed order, MESSAGE-INTEGRITY or MESSAGE-INTEGRITY-SHA256 when a key is given,
 * FINGERPRINT last.
 * Throws a RangeError on a value that does not fit its field.
 */
export function encodeStun(
  message: StunMessage,
  integrityKey: Uint8Array | null,
  primitives: EnginePrimitives,
  integrity: Integrity = 'sha1',
): Uint8Array {
  if (message.transactionId.length !== 12) throw new RangeError('a transaction id has 12 bytes')
  if (!(message.method >= 0 && message.method <= 0xfff)) throw new RangeError('a method has 12 bits')
  const writer = new Writer(messageType(message.class, message.method), message.transactionId)
  writeAttributes(writer, message)
  if (integrityKey) {
    // The HMAC covers a header whose length already counts the attribute itself (RFC 8489 section 14.5).
    if (integrity === 'sha1') {
      const covered = writer.withLengthPlus(4 + integrityBytes)
      writer.attribute(attributeType.messageIntegrity, primitives.hmacSha1(integrityKey, covered))
    } else {
      const covered = writer.withLengthPlus(4 + integrity256Bytes.whole)
      writer.attribute(attributeType.messageIntegritySha256, primitives.hmacSha256(integrityKey, covered))
    }
  }
  const crc = crc32(writer.withLengthPlus(8)) ^ fingerprintXor
  writer.u32(attributeType.fingerprint, crc >>> 0)
  return writer.finish()
}

function writeAttributes(writer: Writer, { attributes: a, transactionId }: StunMessage): void {
  if (a.errorCode) writer.attribute(attributeType.errorCode, errorCodeValue(a.errorCode))
  if (a.unknownAttributes) writer.attribute(attributeType.unknownAttributes, u16List(a.unknownAttributes))
  if (a.username !== undefined) writer.text(attributeType.username, a.username, maxUsernameBytes)
  writeTurnAttributes(writer, a, transactionId)
  if (a.mappedAddress) writer.attribute(attributeType.mappedAddress, addressValue(a.mappedAddress, null))
  if (a.xorMappedAddress) {
    writer.attribute(attributeType.xorMappedAddress, addressValue(a.xorMappedAddress, transactionId))
  }
  if (a.priority !== undefined) writer.u32(attributeType.priority, a.priority)
  if (a.useCandidate) writer.attribute(attributeType.useCandidate, new Uint8Array(0))
  if (a.iceControlled !== undefined) writer.u64(attributeType.iceControlled, a.iceControlled)
  if (a.iceControlling !== undefined) writer.u64(attributeType.iceControlling, a.iceControlling)
  if (a.pathscope) writer.attribute(attributeType.pathscope, pathscopeValue(a.pathscope))
  if (a.software !== undefined) writer.text(attributeType.software, a.software, maxTextBytes)
}

function writeTurnAttributes(writer: Writer, a: StunAttributes, transactionId: Uint8Array): void {
  if (a.realm !== undefined) writer.text(attributeType.realm, a.realm, maxTextBytes)
  if (a.nonce !== undefined) writer.text(attributeType.nonce, a.nonce, maxTextBytes)
  if (a.channelNumber !== undefined)
    writer.u32(attributeType.channelNumber, checkUint(a.channelNumber, 16) * 2 ** 16)
  if (a.lifetimeSeconds !== undefined) writer.u32(attributeType.lifetime, a.lifetimeSeconds)
  if (a.requestedTransport !== undefined)
    writer.u32(attributeType.requestedTransport, checkUint(a.requestedTransport, 8) * 2 ** 24)
  if (a.requestedAddressFamily !== undefined)
    writer.u32(attributeType.requestedAddressFamily, (a.requestedAddressFamily === 4 ? 1 : 2) * 2 ** 24)
  if (a.xorPeerAddress)
    writer.attribute(attributeType.xorPeerAddress, addressValue(a.xorPeerAddress, transactionId))
  if (a.xorRelayedAddress)
    writer.attribute(attributeType.xorRelayedAddress, addressValue(a.xorRelayedAddress, transactionId))
  if (a.data) writer.attribute(attributeType.data, a.data)
}

function errorCodeValue({ code, reason }: { code: number; reason: string }): Uint8Array {
  if (!Number.isInteger(code) || code < 300 || code > 699)
    throw new RangeError(`not a STUN error code: ${code}`)
  const text = utf8(reason)
  if (text.length > maxTextBytes) throw new RangeError('reason phrase too long')
  const value = new Uint8Array(4 + text.length)
  value[2] = Math.floor(code / 100)
  value[3] = code % 100
  value.set(text, 4)
  return value
}

function u16List(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(2 * values.length)
  const view = viewOf(bytes)
  for (const [i, value] of values.entries()) view.setUint16(2 * i, checkUint(value, 16))
  return bytes
}

/** XORed with cookie and transaction id when the latter is given (RFC 8489 section 14.2). */
function addressValue(address: TransportAddress, transactionId: Uint8Array | null): Uint8Array {
  const parsed = parseAddress(address.address)
  if (!parsed || parsed.family !== address.family)
    throw new RangeError(`not an IP address: ${address.address}`)
  const value = new Uint8Array(4 + parsed.bytes.length)
  const view = viewOf(value)
  view.setUint8(1, parsed.family === 4 ? 1 : 2)
  view.setUint16(2, checkUint(address.port, 16))
  value.set(parsed.bytes, 4)
  if (transactionId) xorAddress(value, transactionId)
  return value
}

/** Turns a MAPPED-ADDRESS value into a XOR-MAPPED-ADDRESS one or back, in place. */
export function xorAddress(value: Uint8Array, transactionId: Uint8Array): void {
  const mask = new Uint8Array(16)
  viewOf(mask).setUint32(0, magicCookie)
  mask.set(transactionId, 4)
  for (let i = 2; i < value.length; i++) {
    // The port is masked by the cookie's first half, the address by the cookie from its start.
    value[i] = (value[i] as number) ^ (mask[i < 4 ? i - 2 : i - 4] as number)
  }
}

function pathscopeValue(counters: PathCounters): Uint8Array {
  const value = new Uint8Array(pathscopeBytes)
  const view = viewOf(value)
  view.setUint16(0, checkUint(counters.pairNumber, 16))
  setU48(view, 2, counters.sentPackets)
  setU48(view, 8, counters.echoSent)
  setU48(view, 14, counters.echoReceived)
  view.setUint32(20, Math.min(0xffffffff, Math.max(0, Math.round(counters.holdMicros))))
  view.setUint32(24, checkUint(counters.flags ?? 0, 32))
  return value
}

function checkUint(value: number, bits: 8 | 16 | 32): number {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** bits)
    throw new RangeError(`not a u${bits}: ${value}`)
  return value
}

/** A growing message whose header length is right at every step. */
class Writer {
  private bytes = new Uint8Array(256)
  private length = headerBytes

  constructor(type: number, transactionId: Uint8Array) {
    const view = viewOf(this.bytes)
    view.setUint16(0, type)
    view.setUint32(4, magicCookie)
    this.bytes.set(transactionId, 8)
  }

  attribute(type: number, value: Uint8Array): void {
    const padded = (value.length + 3) & ~3
    this.reserve(4 + padded)
    const view = viewOf(this.bytes)
    view.setUint16(this.length, type)
    view.setUint16(this.length + 2, value.length)
    this.bytes.set(value, this.length + 4)
    this.length += 4 + padded
    this.setLength(0)
  }

  u32(type: number, value: number): void {
    const bytes = new Uint8Array(4)
    viewOf(bytes).setUint32(0, checkUint(value, 32))
    this.attribute(type, bytes)
  }

  u64(type: number, value: bigint): void {
    if (value < 0n || value >= 1n << 64n) throw new RangeError('not a u64')
    const bytes = new Uint8Array(8)
    viewOf(bytes).setBigUint64(0, value)
    this.attribute(type, bytes)
  }

  text(type: number, text: string, maxBytes: number): void {
    const bytes = utf8(text)
    if (bytes.length > maxBytes) throw new RangeError(`text of ${bytes.length} bytes in STUN attribute`)
    this.attribute(type, bytes)
  }

  /** What was written so far, with a length field that counts `more` bytes to come. */
  withLengthPlus(more: number): Uint8Array {
    this.setLength(more)
    return this.bytes.subarray(0, this.length)
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }

  private setLength(more: number): void {
    viewOf(this.bytes).setUint16(2, this.length - headerBytes + more)
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more))
    larger.set(this.bytes)
    this.bytes = larger
  }
}
