import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import type { Entropy } from '../../ports'

const cipherName = 'aes-128-gcm'
const tagBytes = 16
const nonceBytes = 12
const tagLength = { authTagLength: tagBytes } as const

/** Randomness and primitives of node:crypto. A key or nonce of the wrong length throws: it is a broken invariant. */
export function nodeEntropy(): Entropy {
  return {
    random: (bytes) => plainBytes(randomBytes(bytes)),
    sha256: (data) => plainBytes(createHash('sha256').update(data).digest()),
    md5: (data) => plainBytes(createHash('md5').update(data).digest()),
    hmacSha1: (key, data) => plainBytes(createHmac('sha1', key).update(data).digest()),
    hmacSha256: (key, data) => plainBytes(createHmac('sha256', key).update(data).digest()),
    seal,
    open,
    aesBlock,
  }
}

function seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, aad: Uint8Array): Uint8Array {
  assertNonce(nonce)
  const cipher = createCipheriv(cipherName, key, nonce, tagLength)
  cipher.setAAD(aad)
  const end = aad.length + plain.length
  const sealed = takeBytes(end + tagBytes)
  sealed.set(aad)
  sealed.set(cipher.update(plain), aad.length)
  cipher.final()
  sealed.set(cipher.getAuthTag(), end)
  return sealed
}

/** Sealed packets are cut from a larger piece: a buffer of its own costs each a microsecond. Never written to again. */
const pieceBytes = 65_536
let piece = new Uint8Array(pieceBytes)
let pieceUsed = 0

function takeBytes(bytes: number): Uint8Array {
  if (bytes > pieceBytes / 8) return new Uint8Array(bytes)
  if (pieceUsed + bytes > pieceBytes) {
    piece = new Uint8Array(pieceBytes)
    pieceUsed = 0
  }
  pieceUsed += bytes
  return piece.subarray(pieceUsed - bytes, pieceUsed)
}

function open(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  aad: Uint8Array,
): Uint8Array | undefined {
  assertNonce(nonce)
  if (sealed.length < tagBytes) return undefined
  const decipher = createDecipheriv(cipherName, key, nonce, tagLength)
  const bodyBytes = sealed.length - tagBytes
  decipher.setAAD(aad)
  decipher.setAuthTag(sealed.subarray(bodyBytes))
  const plain = decipher.update(sealed.subarray(0, bodyBytes))
  try {
    decipher.final()
  } catch {
    return undefined
  }
  return plainBytes(plain)
}

function aesBlock(key: Uint8Array, block: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
  return plainBytes(Buffer.concat([cipher.update(block), cipher.final()]))
}

/** GCM takes nonces of any length; the port promises one. */
function assertNonce(nonce: Uint8Array): void {
  if (nonce.length !== nonceBytes) throw new Error(`A nonce has ${nonceBytes} bytes, not ${nonce.length}`)
}

/** A Buffer's `slice` shares memory where a Uint8Array's copies: hand out the latter only. */
function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}
