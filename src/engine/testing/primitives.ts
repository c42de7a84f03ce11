/** The engine's primitives over node:crypto, for tests only. `random` repeats itself for a given seed. */
import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto'
import type { EnginePrimitives } from '../face/io'
import { seededRandom } from './random'

const own = (data: Uint8Array) => new Uint8Array(data)

export function testPrimitives(seed = 1): EnginePrimitives {
  const next = seededRandom(seed)
  return {
    random: (bytes) => Uint8Array.from({ length: bytes }, () => Math.floor(next() * 256)),
    sha256: (data) => own(createHash('sha256').update(data).digest()),
    md5: (data) => own(createHash('md5').update(data).digest()),
    hmacSha1: (key, data) => own(createHmac('sha1', key).update(data).digest()),
    hmacSha256: (key, data) => own(createHmac('sha256', key).update(data).digest()),
    seal: (key, nonce, plain, aad) => {
      const cipher = createCipheriv('aes-128-gcm', key, nonce).setAAD(aad)
      return own(Buffer.concat([aad, cipher.update(plain), cipher.final(), cipher.getAuthTag()]))
    },
    open: (key, nonce, sealed, aad) => {
      if (sealed.length < 16) return undefined
      const decipher = createDecipheriv('aes-128-gcm', key, nonce).setAAD(aad)
      decipher.setAuthTag(sealed.subarray(sealed.length - 16))
      const plain = decipher.update(sealed.subarray(0, sealed.length - 16))
      try {
        return own(Buffer.concat([plain, decipher.final()]))
      } catch {
        return undefined
      }
    },
    aesBlock: (key, block) => {
      const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
      return own(Buffer.concat([cipher.update(block), cipher.final()]))
    },
  }
}
