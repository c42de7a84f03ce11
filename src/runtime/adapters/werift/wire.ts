/** DTLS 1.2 records and handshake messages as bytes (RFC 6347 sections 4.1 and 4.2.2). Parsers never throw. */

export const contentType = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const

export const handshakeType = {
  clientHello: 1,
  serverHello: 2,
  helloVerifyRequest: 3,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const

/** DTLS 1.2 on the wire. */
export const dtls12 = 0xfefd

export const recordHeaderBytes = 13
const handshakeHeaderBytes = 12

export interface DtlsRecord {
  readonly type: number
  readonly version: number
  readonly epoch: number
  readonly sequence: number
  readonly payload: Buffer
  /** The record with its header. */
  readonly bytes: Buffer
}

/** One fragment of a handshake message; a whole message has offset 0 and all its bytes. */
export interface HandshakeFragment {
  readonly type: number
  readonly length: number
  readonly sequence: number
  readonly offset: number
  readonly body: Buffer
}

/** A whole handshake message as it enters the transcript: 12-byte header of the unfragmented form, then the body. */
export interface HandshakeMessage {
  readonly type: number
  readonly sequence: number
  readonly body: Buffer
}

/** The same memory as a Buffer. */
export function asBuffer(data: Uint8Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
}

/** The records of a datagram; a malformed tail ends the list, and a datagram that starts malformed gives none. */
export function parseRecords(datagram: Buffer): DtlsRecord[] {
  const records: DtlsRecord[] = []
  let at = 0
  while (datagram.length - at >= recordHeaderBytes) {
    const length = datagram.readUInt16BE(at + 11)
    const end = at + recordHeaderBytes + length
    if (end > datagram.length) break
    records.push({
      type: datagram.readUInt8(at),
      version: datagram.readUInt16BE(at + 1),
      epoch: datagram.readUInt16BE(at + 3),
      sequence: datagram.readUIntBE(at + 5, 6),
      payload: datagram.subarray(at + recordHeaderBytes, end),
      bytes: datagram.subarray(at, end),
    })
    at = end
  }
  return records
}

/** The handshake fragments in a plaintext record; ends at the first malformed one. */
export function parseFragments(payload: Buffer): HandshakeFragment[] {
  const fragments: HandshakeFragment[] = []
  let at = 0
  while (payload.length - at >= handshakeHeaderBytes) {
    const length = payload.readUIntBE(at + 1, 3)
    const offset = payload.readUIntBE(at + 6, 3)
    const fragmentLength = payload.readUIntBE(at + 9, 3)
    const start = at + handshakeHeaderBytes
    const end = start + fragmentLength
    if (end > payload.length || offset + fragmentLength > length) break
    fragments.push({
      type: payload.readUInt8(at),
      length,
      sequence: payload.readUInt16BE(at + 4),
      offset,
      body: payload.subarray(start, end),
    })
    at = end
  }
  return fragments
}

/** A message as it is hashed and as it travels unfragmented (RFC 6347 section 4.2.6). */
export function serializeMessage(message: HandshakeMessage): Buffer {
  const header = Buffer.alloc(handshakeHeaderBytes)
  header.writeUInt8(message.type, 0)
  header.writeUIntBE(message.body.length, 1, 3)
  header.writeUInt16BE(message.sequence, 4)
  header.writeUIntBE(message.body.length, 9, 3)
  return Buffer.concat([header, message.body])
}

/** A plaintext handshake record around one whole message. */
export function handshakeRecord(message: HandshakeMessage, sequence: number): Buffer {
  const payload = serializeMessage(message)
  return Buffer.concat([recordHeader(contentType.handshake, 0, sequence, payload.length), payload])
}

export function recordHeader(type: number, epoch: number, sequence: number, length: number): Buffer {
  const header = Buffer.alloc(recordHeaderBytes)
  header.writeUInt8(type, 0)
  header.writeUInt16BE(dtls12, 1)
  header.writeUInt16BE(epoch, 3)
  header.writeUIntBE(sequence, 5, 6)
  header.writeUInt16BE(length, 11)
  return header
}
