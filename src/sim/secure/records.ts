import type { Entropy } from '../../runtime/ports'

/** Record header of DTLS 1.2 (RFC 6347 section 4.1): type, version, epoch, 48-bit sequence number, length. */
export const headerBytes = 13
const macBytes = 16
export const recordType = { handshake: 22, applicationData: 23 } as const

export interface RecordHeader {
  readonly type: number
  readonly epoch: number
  readonly sequence: number
}

export function writeRecord(header: RecordHeader, body: Uint8Array): Uint8Array {
  const record = new Uint8Array(headerBytes + body.length)
  const view = new DataView(record.buffer)
  record[0] = header.type
  view.setUint16(1, 0xfefd)
  view.setUint16(3, header.epoch)
  view.setUint16(5, Math.floor(header.sequence / 2 ** 32))
  view.setUint32(7, header.sequence % 2 ** 32)
  view.setUint16(11, body.length)
  record.set(body, headerBytes)
  return record
}

/** Header and body of a datagram that is exactly one record, else undefined. */
export function readRecord(record: Uint8Array): { header: RecordHeader; body: Uint8Array } | undefined {
  if (record.length < headerBytes) return undefined
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength)
  if (view.getUint16(1) !== 0xfefd || view.getUint16(11) !== record.length - headerBytes) return undefined
  const sequence = view.getUint16(5) * 2 ** 32 + view.getUint32(7)
  const header = { type: record[0]!, epoch: view.getUint16(3), sequence }
  return { header, body: record.subarray(headerBytes) }
}

/** Application records of epoch 1 that authenticate but do not encrypt: a model of AES-GCM's outside. */
export function sealRecord(
  key: Uint8Array,
  sequence: number,
  plain: Uint8Array,
  hash: Entropy['hmacSha256'],
): Uint8Array {
  const body = new Uint8Array(plain.length + macBytes)
  body.set(plain)
  const record = writeRecord({ type: recordType.applicationData, epoch: 1, sequence }, body)
  const covered = record.subarray(0, record.length - macBytes)
  record.set(hash(key, covered).subarray(0, macBytes), covered.length)
  return record
}

export function openRecord(
  key: Uint8Array,
  record: Uint8Array,
  hash: Entropy['hmacSha256'],
): Uint8Array | undefined {
  const read = readRecord(record)
  if (read === undefined || read.header.type !== recordType.applicationData || read.header.epoch !== 1)
    return undefined
  if (read.body.length < macBytes) return undefined
  const end = record.length - macBytes
  const mac = hash(key, record.subarray(0, end))
  for (let at = 0; at < macBytes; at++) if (mac[at] !== record[end + at]) return undefined
  return record.slice(headerBytes, end)
}
