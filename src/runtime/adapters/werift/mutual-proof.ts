import { createHmac, type KeyObject, sign, timingSafeEqual } from 'node:crypto'
import { exportKeyingMaterial, type SessionSecrets, sha256 } from './key-schedule'
import type { DtlsRole } from './transcript'
import { ecdsaSha256, publicKeyOf, signatureFits } from './verify'

/** First byte of our messages among handshake datagrams; no DTLS record (20 to 63) and no STUN begins so. */
export const proofMark = 0xf2
const kindProof = 1
const kindAccepted = 2
const macBytes = 32
const proofHeaderBytes = 2 + macBytes

/** What both sides must agree on; either side can compute it for either sender. */
export interface ProofContext {
  readonly secrets: SessionSecrets
  readonly clientCertificate: Buffer
  readonly serverCertificate: Buffer
  /** 32 bytes. */
  readonly descriptionsHash: Uint8Array
  /** 32 bytes, from both ICE passwords. */
  readonly proofKey: Uint8Array
}

/**
 * A proof: mark, kind, HMAC-SHA256 by the key from both ICE passwords, ECDSA signature by the certificate's key, both over
 * the sender's role, an exporter of the handshake, both certificates and the hash of both descriptions. The role keeps a
 * proof from being reflected.
 */
export function createProof(context: ProofContext, by: DtlsRole, privateKey: KeyObject): Buffer {
  const statement = proofStatement(context, by)
  const mac = createHmac('sha256', context.proofKey).update(statement).digest()
  return Buffer.concat([Buffer.of(proofMark, kindProof), mac, sign('sha256', statement, privateKey)])
}

/** A sentence on what is wrong with the peer's proof, or undefined when it holds. */
export function checkProof(context: ProofContext, by: DtlsRole, message: Buffer): string | undefined {
  if (message.length <= proofHeaderBytes || message[1] !== kindProof) return "The peer's proof is malformed."
  const statement = proofStatement(context, by)
  const mac = createHmac('sha256', context.proofKey).update(statement).digest()
  if (!timingSafeEqual(mac, message.subarray(2, proofHeaderBytes))) {
    return 'The peer does not know both descriptions and both ICE passwords of this session.'
  }
  const key = publicKeyOf(by === 'client' ? context.clientCertificate : context.serverCertificate)
  const signed = { algorithm: ecdsaSha256, signature: message.subarray(proofHeaderBytes) }
  return key !== undefined && signatureFits(key, signed, statement)
    ? undefined
    : "The peer's proof is not signed by its certificate's key."
}

/**
 * Says that the sender has accepted the peer's proof and takes application data from now on, so that SCTP's first packet
 * does not come too early and wait for a timer of seconds.
 */
export function createAccepted(context: ProofContext, by: DtlsRole): Buffer {
  return Buffer.concat([Buffer.of(proofMark, kindAccepted), acceptedMac(context, by)])
}

export function isAccepted(message: Buffer): boolean {
  return message[0] === proofMark && message[1] === kindAccepted
}

export function checkAccepted(context: ProofContext, by: DtlsRole, message: Buffer): boolean {
  const mac = message.subarray(2)
  return mac.length === macBytes && timingSafeEqual(mac, acceptedMac(context, by))
}

function proofStatement(context: ProofContext, by: DtlsRole): Buffer {
  return statement('pathscope mutual proof/1', context, by)
}

function acceptedMac(context: ProofContext, by: DtlsRole): Buffer {
  const accepted = statement('pathscope proof accepted/1', context, by)
  return createHmac('sha256', context.proofKey).update(accepted).digest()
}

/** Every part has a fixed length or an end mark, so no two contexts make one statement. */
function statement(label: string, context: ProofContext, by: DtlsRole): Buffer {
  return Buffer.concat([
    Buffer.from(`${label}\0${by}\0`, 'ascii'),
    exportKeyingMaterial(context.secrets, 'EXPORTER-pathscope-proof/1', 32),
    sha256(context.clientCertificate),
    sha256(context.serverCertificate),
    sha256(context.descriptionsHash),
  ])
}
