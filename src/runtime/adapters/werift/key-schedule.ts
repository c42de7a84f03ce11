/**
 * TLS 1.2 keys from the parts of a handshake (RFC 5246 sections 5 and 6.3, RFC 7627, RFC 5705), computed here from the
 * transcript and compared with what werift uses, so that both ends are known to speak of the same handshake.
 */
import {
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
} from 'node:crypto'

export const namedCurve = { p256: 23, x25519: 29 } as const

/** P_SHA256 (RFC 5246 section 5). */
export function prf(secret: Buffer, label: string, seed: Buffer, length: number): Buffer {
  const labelled = Buffer.concat([Buffer.from(label, 'ascii'), seed])
  const blocks: Buffer[] = []
  let a = labelled
  for (let have = 0; have < length; have += 32) {
    a = createHmac('sha256', secret).update(a).digest()
    blocks.push(
      createHmac('sha256', secret)
        .update(Buffer.concat([a, labelled]))
        .digest(),
    )
  }
  return Buffer.concat(blocks, length)
}

export function sha256(data: Uint8Array): Buffer {
  return createHash('sha256').update(data).digest()
}

/**
 * The ECDHE shared secret, or undefined when the peer's value is no good: not a point of the curve, or one that makes the
 * secret all zero whatever our key is (RFC 7748 section 6.1).
 */
export function sharedSecret(curve: number, privateKey: Buffer, peerPublic: Buffer): Buffer | undefined {
  try {
    const secret = curve === namedCurve.x25519 ? x25519(privateKey, peerPublic) : p256(privateKey, peerPublic)
    return secret.some((byte) => byte !== 0) ? secret : undefined
  } catch {
    return undefined
  }
}

/** RFC 8410 wrappings of a raw X25519 key. */
const x25519Pkcs8 = Buffer.from('302e020100300506032b656e04220420', 'hex')
const x25519Spki = Buffer.from('302a300506032b656e032100', 'hex')

function x25519(privateKey: Buffer, peerPublic: Buffer): Buffer {
  if (privateKey.length !== 32 || peerPublic.length !== 32) throw new Error('an X25519 key has 32 bytes')
  return diffieHellman({
    privateKey: createPrivateKey({
      key: Buffer.concat([x25519Pkcs8, privateKey]),
      format: 'der',
      type: 'pkcs8',
    }),
    publicKey: createPublicKey({ key: Buffer.concat([x25519Spki, peerPublic]), format: 'der', type: 'spki' }),
  })
}

function p256(privateKey: Buffer, peerPublic: Buffer): Buffer {
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(privateKey)
  return ecdh.computeSecret(peerPublic)
}

export function extendedMasterSecret(preMaster: Buffer, sessionHash: Buffer): Buffer {
  return prf(preMaster, 'extended master secret', sessionHash, 48)
}

export interface SessionSecrets {
  readonly masterSecret: Buffer
  readonly clientRandom: Buffer
  readonly serverRandom: Buffer
}

/** Keys and implicit nonces of AES-128-GCM in both directions (RFC 5288). */
export interface TrafficKeys {
  readonly client: { readonly key: Buffer; readonly salt: Buffer }
  readonly server: { readonly key: Buffer; readonly salt: Buffer }
}

export function trafficKeys(secrets: SessionSecrets): TrafficKeys {
  const seed = Buffer.concat([secrets.serverRandom, secrets.clientRandom])
  const block = prf(secrets.masterSecret, 'key expansion', seed, 40)
  return {
    client: { key: block.subarray(0, 16), salt: block.subarray(32, 36) },
    server: { key: block.subarray(16, 32), salt: block.subarray(36, 40) },
  }
}

export function finishedData(masterSecret: Buffer, by: 'client' | 'server', transcriptHash: Buffer): Buffer {
  return prf(masterSecret, `${by} finished`, transcriptHash, 12)
}

/** Keying material for a label of our own (RFC 5705, without context). */
export function exportKeyingMaterial(secrets: SessionSecrets, label: string, length: number): Buffer {
  const seed = Buffer.concat([secrets.clientRandom, secrets.serverRandom])
  return prf(secrets.masterSecret, label, seed, length)
}
