import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { CipherContext, HashAlgorithm, NamedCurveAlgorithm, SignatureAlgorithm } from 'werift'
import { fingerprintOf } from './verify'

/** A certificate of one session and its key. */
export interface SessionCertificate {
  readonly certPem: string
  readonly keyPem: string
  readonly der: Buffer
  readonly privateKey: KeyObject
  readonly fingerprint: string
}

export const signatureHash = { signature: SignatureAlgorithm.ecdsa_3, hash: HashAlgorithm.sha256_4 } as const

let underWay: Promise<unknown> = Promise.resolve()

/**
 * Resolves when no certificate is being made. A thread that ends while a key of its is being made takes the whole process with
 * it (seen in Node 18, which Electron's main process may be).
 */
export function noCertificateUnderWay(): Promise<unknown> {
  return underWay
}

export function createCertificate(): Promise<SessionCertificate> {
  const made = makeCertificate()
  underWay = Promise.allSettled([underWay, made])
  return made
}

/**
 * A fresh self-signed ECDSA P-256 certificate. werift's default is one for the whole process, by which two sessions could
 * be told to be of one user.
 */
async function makeCertificate(): Promise<SessionCertificate> {
  const { certPem, keyPem } = await CipherContext.createSelfSignedCertificateWithKey(
    signatureHash,
    NamedCurveAlgorithm.secp256r1_23,
  )
  const der = new X509Certificate(certPem).raw
  return { certPem, keyPem, der, privateKey: createPrivateKey(keyPem), fingerprint: fingerprintOf(der) }
}
