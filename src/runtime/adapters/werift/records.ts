import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { TrafficKeys } from './key-schedule'
import { asBuffer, contentType, type DtlsRecord, dtls12, parseRecords, recordHeader } from './wire'

const saltBytes = 4
const explicitNonceBytes = 8
const tagBytes = 16
/** Largest plain text of a record (RFC 5246 section 6.2.1). */
const maxPlainBytes = 16_384

type Direction = TrafficKeys['client']

/** Opens a protected record of epoch 1, or undefined when it does not authenticate (RFC 5288, RFC 6347 section 4.1.2.1). */
export function openRecord(from: Direction, record: DtlsRecord): Buffer | undefined {
  const { payload } = record
  const plainLength = payload.length - explicitNonceBytes - tagBytes
  if (record.epoch !== 1 || record.version !== dtls12) return undefined
  if (plainLength < 0 || plainLength > maxPlainBytes) return undefined
  try {
    const nonce = Buffer.concat(
      [from.salt, payload.subarray(0, explicitNonceBytes)],
      saltBytes + explicitNonceBytes,
    )
    const decipher = createDecipheriv('aes-128-gcm', from.key, nonce, { authTagLength: tagBytes })
    decipher.setAAD(additionalData(record.type, record.sequence, plainLength))
    decipher.setAuthTag(payload.subarray(payload.length - tagBytes))
    const plain = decipher.update(payload.subarray(explicitNonceBytes, payload.length - tagBytes))
    decipher.final()
    return plain
  } catch {
    return undefined
  }
}

/** Opens a datagram that is exactly one application record. */
export function openApplicationRecord(from: Direction, datagram: Uint8Array): Buffer | undefined {
  const buffer = asBuffer(datagram)
  const [record] = parseRecords(buffer)
  if (record === undefined || record.bytes.length !== buffer.length) return undefined
  if (record.type !== contentType.applicationData) return undefined
  return openRecord(from, record)
}

/**
 * Seals our application records. The counter is ours alone: werift starts its own again at 1 after Finished, where it can
 * meet the number that Finished used, and AES-GCM must never see a nonce twice.
 */
export class Sealer {
  constructor(
    private readonly to: Direction,
    /** The first record's sequence number, above Finished's. */
    private sequence: number,
  ) {}

  seal(plain: Buffer): Buffer {
    return sealRecord(this.to, contentType.applicationData, this.sequence++, plain)
  }
}

/** A protected record of epoch 1; its explicit nonce is epoch and sequence number, as everybody has it. */
export function sealRecord(to: Direction, type: number, sequence: number, plain: Buffer): Buffer {
  const explicit = Buffer.alloc(explicitNonceBytes)
  explicit.writeUInt16BE(1, 0)
  explicit.writeUIntBE(sequence, 2, 6)
  const nonce = Buffer.concat([to.salt, explicit])
  const cipher = createCipheriv('aes-128-gcm', to.key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(additionalData(type, sequence, plain.length))
  const sealed = cipher.update(plain)
  cipher.final()
  const header = recordHeader(type, 1, sequence, explicitNonceBytes + plain.length + tagBytes)
  return Buffer.concat([header, explicit, sealed, cipher.getAuthTag()])
}

function additionalData(type: number, sequence: number, plainLength: number): Buffer {
  const aad = Buffer.alloc(13)
  aad.writeUInt16BE(1, 0)
  aad.writeUIntBE(sequence, 2, 6)
  aad.writeUInt8(type, 8)
  aad.writeUInt16BE(dtls12, 9)
  aad.writeUInt16BE(plainLength, 11)
  return aad
}
