import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto'
import type { Entropy } from '../../runtime/ports'
import type { Random } from '../world'

const tagBytes = 16

/** Real hashes and a real AEAD over seeded randomness: a session replays exactly. Never for a real session. */
export function createSeededEntropy(random: Random): Entropy {
  return {
    random: (bytes) => random.bytes(bytes),
    sha256: (data) => plain(createHash('sha256').update(data).digest()),
    md5: (data) => plain(createHash('md5').update(data).digest()),
    hmacSha1: (key, data) => plain(createHmac('sha1', key).update(data).digest()),
    hmacSha256: (key, data) => plain(createHmac('sha256', key).update(data).digest()),
    seal(key, nonce, data, aad) {
      const cipher = createCipheriv('aes-128-gcm', key, nonce).setAAD(aad)
      return plain(Buffer.concat([aad, cipher.update(data), cipher.final(), cipher.getAuthTag()]))
    },
    open(key, nonce, sealed, aad) {
      if (sealed.length < tagBytes) return undefined
      const end = sealed.length - tagBytes
      const decipher = createDecipheriv('aes-128-gcm', key, nonce).setAAD(aad)
      decipher.setAuthTag(sealed.subarray(end))
      try {
        return plain(Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]))
      } catch {
        return undefined
      }
    },
    aesBlock(key, block) {
      const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
      return plain(Buffer.concat([cipher.update(block), cipher.final()]))
    },
  }
}

function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}
