import { type KeyObject, timingSafeEqual, verify, X509Certificate } from 'node:crypto'
import {
  type Hello,
  parseCertificate,
  parseCertificateVerify,
  parseClientHello,
  parseClientKeyExchange,
  parseServerHello,
  parseServerKeyExchange,
  type ServerKeyExchange,
  type Signed,
} from './hello'
import {
  extendedMasterSecret,
  finishedData,
  namedCurve,
  type SessionSecrets,
  sha256,
  sharedSecret,
} from './key-schedule'
import { bytesBefore, type DtlsRole } from './transcript'
import { dtls12, type HandshakeMessage, handshakeType } from './wire'

/** ECDHE with AES-128-GCM and SHA-256, by ECDSA and by RSA: all that werift offers. */
const cipherSuites = [0xc02b, 0xc02f]
const extendedMasterSecretExtension = 23
export const ecdsaSha256 = 0x0403
const rsaSha256 = 0x0401

/** A failed check is a sentence on what the peer did not prove. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string }

/** What this side knows by itself, apart from the wire. */
export interface OwnView {
  readonly role: DtlsRole
  /** Our ECDHE private key of this handshake. */
  readonly ecdhePrivateKey: Buffer
  /** The master secret that werift came to. */
  readonly masterSecret: Buffer
  /** What the peer's description promised, "AB:CD:…". */
  readonly remoteFingerprint: string
}

export interface AgreedKeys {
  readonly secrets: SessionSecrets
  readonly clientCertificate: Buffer
  readonly serverCertificate: Buffer
}

interface Flights {
  readonly messages: readonly HandshakeMessage[]
  readonly clientHello: Hello
  readonly serverHello: Hello
  readonly keyExchange: ServerKeyExchange
  readonly clientPublic: Buffer
  readonly clientCertificate: Buffer
  readonly serverCertificate: Buffer
  /** Where CertificateVerify stands in `messages`. */
  readonly verifyAt: number
  readonly certificateVerify: Signed
  readonly keyExchangeAt: number
}

/** The order a full handshake with client authentication has; nothing else may stand in it. */
const order = [
  handshakeType.clientHello,
  handshakeType.serverHello,
  handshakeType.certificate,
  handshakeType.serverKeyExchange,
  handshakeType.certificateRequest,
  handshakeType.serverHelloDone,
  handshakeType.certificate,
  handshakeType.clientKeyExchange,
  handshakeType.certificateVerify,
] as const

/**
 * Everything that can be checked before Finished: message order, suite, extended master secret on both sides, the peer's
 * fingerprint, its signature, a sound shared secret, and that werift's master secret is the one these bytes make.
 */
export function verifyKeys(transcript: readonly HandshakeMessage[], own: OwnView): Checked<AgreedKeys> {
  const flights = readFlights(transcript)
  if (!flights.ok) return flights
  const problem = checkParameters(flights.value) ?? checkPeer(flights.value, own)
  if (problem !== undefined) return { ok: false, problem }
  return agreeKeys(flights.value, own)
}

/** The peer's Finished against the transcript before it (RFC 5246 section 7.4.9). */
export function verifyFinished(
  before: readonly HandshakeMessage[],
  finished: HandshakeMessage,
  by: DtlsRole,
  masterSecret: Buffer,
): Checked<null> {
  const expected = finishedData(masterSecret, by, sha256(bytesBefore(before, before.length)))
  const fits = finished.body.length === expected.length && timingSafeEqual(finished.body, expected)
  return fits
    ? { ok: true, value: null }
    : failed("The peer's Finished does not fit the handshake that was seen.")
}

function failed(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem }
}

function readFlights(messages: readonly HandshakeMessage[]): Checked<Flights> {
  if (order.some((type, i) => messages[i]?.type !== type)) {
    return failed('The handshake lacks a message of full mutual authentication or has one out of place.')
  }
  const body = (at: number): Buffer => messages[at]?.body ?? Buffer.alloc(0)
  const clientHello = parseClientHello(body(0))
  const serverHello = parseServerHello(body(1))
  const serverCertificate = parseCertificate(body(2))
  const keyExchange = parseServerKeyExchange(body(3))
  const clientCertificate = parseCertificate(body(6))
  const clientPublic = parseClientKeyExchange(body(7))
  const certificateVerify = parseCertificateVerify(body(8))
  if (!clientHello || !serverHello || !keyExchange || !clientPublic || !certificateVerify) {
    return failed('A handshake message is malformed.')
  }
  if (!serverCertificate || !clientCertificate)
    return failed('A side of the handshake showed no certificate.')
  const certificates = { clientCertificate, serverCertificate }
  const places = { keyExchangeAt: 7, verifyAt: 8 }
  return {
    ok: true,
    value: {
      messages,
      clientHello,
      serverHello,
      keyExchange,
      clientPublic,
      certificateVerify,
      ...certificates,
      ...places,
    },
  }
}

function checkParameters(flights: Flights): string | undefined {
  const { clientHello, serverHello, keyExchange } = flights
  if (serverHello.version !== dtls12) return 'The handshake did not settle on DTLS 1.2.'
  if (serverHello.cipherSuite === null || !cipherSuites.includes(serverHello.cipherSuite)) {
    return 'The handshake settled on a cipher suite that was not offered.'
  }
  for (const hello of [clientHello, serverHello]) {
    if (!hello.extensions.has(extendedMasterSecretExtension)) {
      return 'Extended master secret was not negotiated, so somebody between the two ends could share the keys.'
    }
  }
  if (keyExchange.curve !== namedCurve.x25519 && keyExchange.curve !== namedCurve.p256) {
    return 'The handshake settled on a curve that was not offered.'
  }
  return undefined
}

function checkPeer(flights: Flights, own: OwnView): string | undefined {
  const { clientHello, serverHello, keyExchange, certificateVerify } = flights
  const certificate = own.role === 'client' ? flights.serverCertificate : flights.clientCertificate
  if (fingerprintOf(certificate) !== own.remoteFingerprint.toUpperCase()) {
    return "The peer's certificate is not the one its description names."
  }
  const key = publicKeyOf(certificate)
  if (key === undefined) return "The peer's certificate cannot be read."
  if (own.role === 'client') {
    const signed = Buffer.concat([clientHello.random, serverHello.random, keyExchange.params])
    if (signatureFits(key, keyExchange, signed)) return undefined
    return "The server's key exchange is not signed by its certificate's key."
  }
  if (signatureFits(key, certificateVerify, bytesBefore(flights.messages, flights.verifyAt))) return undefined
  return "The client did not prove that it has its certificate's key."
}

function agreeKeys(flights: Flights, own: OwnView): Checked<AgreedKeys> {
  const { keyExchange, clientPublic, clientCertificate, serverCertificate } = flights
  const peerPublic = own.role === 'client' ? keyExchange.publicKey : clientPublic
  const preMaster = sharedSecret(keyExchange.curve, own.ecdhePrivateKey, peerPublic)
  if (preMaster === undefined) return failed('The key exchange gave no usable shared secret.')
  const sessionHash = sha256(bytesBefore(flights.messages, flights.keyExchangeAt + 1))
  const masterSecret = extendedMasterSecret(preMaster, sessionHash)
  if (own.masterSecret.length !== masterSecret.length || !timingSafeEqual(own.masterSecret, masterSecret)) {
    return failed('The keys in use are not those of the handshake that was seen.')
  }
  const randoms = { clientRandom: flights.clientHello.random, serverRandom: flights.serverHello.random }
  return { ok: true, value: { secrets: { masterSecret, ...randoms }, clientCertificate, serverCertificate } }
}

/** "AB:CD:…" over the DER. */
export function fingerprintOf(certificate: Buffer): string {
  const hex = sha256(certificate).toString('hex').toUpperCase()
  return (hex.match(/../g) ?? []).join(':')
}

export function publicKeyOf(certificate: Buffer): KeyObject | undefined {
  try {
    return new X509Certificate(certificate).publicKey
  } catch {
    return undefined
  }
}

export function signatureFits(key: KeyObject, signed: Signed, data: Buffer): boolean {
  const wanted = signed.algorithm === ecdsaSha256 ? 'ec' : signed.algorithm === rsaSha256 ? 'rsa' : undefined
  if (wanted === undefined || key.asymmetricKeyType !== wanted) return false
  try {
    return verify('sha256', data, key, signed.signature)
  } catch {
    return false
  }
}
