/** STUN as an attacker makes it: right in form, wrong in what only the two ends know (RFC 8489 section 5). */
import { crc32 } from 'node:zlib'

export function forgedStun(
  type: number,
  transactionId: Buffer,
  username: string | null,
  mac: Buffer,
): Buffer {
  const attributes = [
    ...(username === null ? [] : [attribute(0x0006, Buffer.from(username))]),
    attribute(0x0024, Buffer.of(110, 0, 1, 255)),
    attribute(0x802a, Buffer.alloc(8, 1)),
    attribute(0x0008, mac),
  ]
  const body = Buffer.concat(attributes)
  const message = Buffer.alloc(20 + body.length + 8)
  message.writeUInt16BE(type, 0)
  message.writeUInt16BE(body.length + 8, 2)
  message.writeUInt32BE(0x2112a442, 4)
  transactionId.copy(message, 8)
  body.copy(message, 20)
  const end = 20 + body.length
  message.writeUInt16BE(0x8028, end)
  message.writeUInt16BE(4, end + 2)
  message.writeUInt32BE((crc32(message.subarray(0, end)) ^ 0x5354554e) >>> 0, end + 4)
  return message
}

function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + ((value.length + 3) & ~3))
  bytes.writeUInt16BE(type, 0)
  bytes.writeUInt16BE(value.length, 2)
  value.copy(bytes, 4)
  return bytes
}

export function attributeBytes(message: Buffer, type: number): Buffer | undefined {
  for (let at = 20; at + 4 <= message.length; at += 4 + ((message.readUInt16BE(at + 2) + 3) & ~3)) {
    const length = message.readUInt16BE(at + 2)
    if (message.readUInt16BE(at) === type) return message.subarray(at + 4, at + 4 + length)
  }
  return undefined
}
