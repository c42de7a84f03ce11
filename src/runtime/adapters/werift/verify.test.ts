import {
  createECDH,
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  X509Certificate,
} from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { CipherContext, HashAlgorithm, SignatureAlgorithm } from 'werift'
import { createCertificate, type SessionCertificate } from './certificate'
import {
  parseCertificate,
  parseCertificateVerify,
  parseClientHello,
  parseClientKeyExchange,
  parseServerHello,
  parseServerKeyExchange,
} from './hello'
import { extendedMasterSecret, finishedData, namedCurve, sharedSecret } from './key-schedule'
import { bytesBefore, type DtlsRole, Transcript } from './transcript'
import { fingerprintOf, type OwnView, verifyFinished, verifyKeys } from './verify'
import type { HandshakeMessage } from './wire'

const clientRandom = Buffer.alloc(32, 0xc1)
const serverRandom = Buffer.alloc(32, 0x5e)

interface Parts {
  clientExtensions: number[]
  serverExtensions: number[]
  suite: number
  version: number
  curve: number
  /** What the server signs its key exchange with, and what over. */
  serverSigner: KeyObject
  signedRandom: Buffer
  clientSigner: KeyObject
  algorithm: number
  serverPublic: Buffer
  clientPublic: Buffer
  clientCertificate: Buffer | undefined
  serverCertificate: Buffer
  drop: number | undefined
}

let client: SessionCertificate
let server: SessionCertificate
const clientKey = createECDH('prime256v1')
const serverKey = createECDH('prime256v1')

beforeAll(async () => {
  ;[client, server] = await Promise.all([createCertificate(), createCertificate()])
  clientKey.generateKeys()
  serverKey.generateKeys()
})

function soundParts(): Parts {
  return {
    clientExtensions: [10, 13, 23],
    serverExtensions: [23],
    suite: 0xc02b,
    version: 0xfefd,
    curve: namedCurve.p256,
    serverSigner: server.privateKey,
    signedRandom: Buffer.concat([clientRandom, serverRandom]),
    clientSigner: client.privateKey,
    algorithm: 0x0403,
    serverPublic: serverKey.getPublicKey(),
    clientPublic: clientKey.getPublicKey(),
    clientCertificate: client.der,
    serverCertificate: server.der,
    drop: undefined,
  }
}

const u8 = (n: number): Buffer => Buffer.of(n)
const u16 = (n: number): Buffer => Buffer.of(n >> 8, n & 255)
const u24 = (n: number): Buffer => Buffer.of(n >> 16, (n >> 8) & 255, n & 255)
const v8 = (data: Buffer): Buffer => Buffer.concat([u8(data.length), data])
const v16 = (data: Buffer): Buffer => Buffer.concat([u16(data.length), data])
const v24 = (data: Buffer): Buffer => Buffer.concat([u24(data.length), data])
const extensions = (types: number[]): Buffer =>
  v16(Buffer.concat(types.map((t) => Buffer.concat([u16(t), u16(0)]))))

function handshake(changes: Partial<Parts>): HandshakeMessage[] {
  const p = { ...soundParts(), ...changes }
  const params = Buffer.concat([u8(3), u16(p.curve), v8(p.serverPublic)])
  const keySignature = sign('sha256', Buffer.concat([p.signedRandom, params]), p.serverSigner)
  const certificate = p.clientCertificate === undefined ? Buffer.alloc(0) : v24(p.clientCertificate)
  const messages: HandshakeMessage[] = [
    [
      1,
      1,
      Buffer.concat([
        u16(p.version),
        clientRandom,
        v8(Buffer.alloc(0)),
        v8(Buffer.alloc(20)),
        v16(u16(0xc02b)),
        v8(u8(0)),
        extensions(p.clientExtensions),
      ]),
    ],
    [
      2,
      1,
      Buffer.concat([
        u16(p.version),
        serverRandom,
        v8(Buffer.alloc(0)),
        u16(p.suite),
        u8(0),
        extensions(p.serverExtensions),
      ]),
    ],
    [11, 2, v24(v24(p.serverCertificate))],
    [12, 3, Buffer.concat([params, u16(p.algorithm), v16(keySignature)])],
    [13, 4, Buffer.concat([v8(u8(64)), v16(u16(0x0403)), v16(Buffer.alloc(0))])],
    [14, 5, Buffer.alloc(0)],
    [11, 2, v24(certificate)],
    [16, 3, v8(p.clientPublic)],
  ].map(([type, sequence, body]) => ({ type, sequence, body }) as HandshakeMessage)
  const proof = sign('sha256', bytesBefore(messages, 8), p.clientSigner)
  messages.push({ type: 15, sequence: 4, body: Buffer.concat([u16(p.algorithm), v16(proof)]) })
  return p.drop === undefined ? messages : messages.filter((_, i) => i !== p.drop)
}

function masterSecretOf(messages: readonly HandshakeMessage[], role: DtlsRole, p: Parts): Buffer {
  const own = role === 'client' ? clientKey : serverKey
  const secret = sharedSecret(
    p.curve,
    own.getPrivateKey(),
    role === 'client' ? p.serverPublic : p.clientPublic,
  )
  const sessionHash = createHash('sha256').update(bytesBefore(messages, 8)).digest()
  return extendedMasterSecret(secret ?? Buffer.alloc(32), sessionHash)
}

/** What `role` says to a handshake with these changes; undefined when it has nothing against it. */
function problemOf(role: DtlsRole, changes: Partial<Parts>, own: Partial<OwnView> = {}): string | undefined {
  const messages = handshake(changes)
  const view: OwnView = {
    role,
    ecdhePrivateKey: (role === 'client' ? clientKey : serverKey).getPrivateKey(),
    masterSecret: masterSecretOf(messages, role, { ...soundParts(), ...changes }),
    remoteFingerprint: role === 'client' ? server.fingerprint : client.fingerprint,
    ...own,
  }
  const checked = verifyKeys(messages, view)
  return checked.ok ? undefined : checked.problem
}

const both = ['client', 'server'] as const

describe('verifyKeys', () => {
  it.each(both)('has nothing against a sound handshake, as %s', (role) => {
    expect(problemOf(role, {})).toBeUndefined()
    const lower = (role === 'client' ? server : client).fingerprint.toLowerCase()
    expect(problemOf(role, {}, { remoteFingerprint: lower })).toBeUndefined()
  })

  it.each(both)('wants extended master secret in both hellos, as %s', (role) => {
    expect(problemOf(role, { clientExtensions: [10, 13] })).toMatch(/Extended master secret/)
    expect(problemOf(role, { serverExtensions: [] })).toMatch(/Extended master secret/)
  })

  it.each(both)('wants a suite, a version and a curve that were offered, as %s', (role) => {
    expect(problemOf(role, { suite: 0xc02c })).toMatch(/cipher suite/)
    expect(problemOf(role, { version: 0xfeff })).toMatch(/DTLS 1.2/)
    expect(problemOf(role, { curve: 24 })).toMatch(/curve/)
  })

  it.each(both)('wants every message of mutual authentication in its place, as %s', (role) => {
    for (let drop = 0; drop < 9; drop++) expect(problemOf(role, { drop })).toMatch(/lacks a message/)
    expect(problemOf(role, { clientCertificate: undefined })).toMatch(/no certificate/)
  })

  it.each(both)('wants the certificate that the description names, as %s', (role) => {
    expect(problemOf(role, {}, { remoteFingerprint: fingerprintOf(Buffer.of(1)) })).toMatch(
      /description names/,
    )
  })

  it('wants the key exchange signed by the server certificate’s key over both randoms', () => {
    expect(problemOf('client', { serverSigner: client.privateKey })).toMatch(/not signed/)
    expect(problemOf('client', { signedRandom: Buffer.concat([serverRandom, clientRandom]) })).toMatch(
      /not signed/,
    )
    expect(problemOf('client', { algorithm: 0x0401 })).toMatch(/not signed/)
    expect(problemOf('client', { algorithm: 0x0203 })).toMatch(/not signed/)
  })

  it('wants CertificateVerify signed by the client certificate’s key over the transcript', () => {
    expect(problemOf('server', { clientSigner: server.privateKey })).toMatch(/did not prove/)
    expect(problemOf('server', { algorithm: 0x0401 })).toMatch(/did not prove/)
    const messages = handshake({})
    const hello = messages[0]
    if (hello) hello.body[40] = (hello.body[40] ?? 0) ^ 1
    const view = {
      role: 'server' as const,
      ecdhePrivateKey: serverKey.getPrivateKey(),
      remoteFingerprint: client.fingerprint,
    }
    const checked = verifyKeys(messages, { ...view, masterSecret: Buffer.alloc(48) })
    expect(checked).toMatchObject({ ok: false, problem: expect.stringContaining('did not prove') })
  })

  it.each(both)('wants the keys in use to be those of the transcript, as %s', (role) => {
    expect(problemOf(role, {}, { masterSecret: Buffer.alloc(48) })).toMatch(/keys in use/)
    expect(problemOf(role, {}, { masterSecret: Buffer.alloc(0) })).toMatch(/keys in use/)
  })

  it('wants a shared secret that is not all zero, even when the peer has signed for it', () => {
    const zero = Buffer.alloc(32)
    const { privateKey } = generateKeyPairSync('x25519')
    const raw = Buffer.from(String(privateKey.export({ format: 'jwk' }).d), 'base64url')
    const changes = { curve: namedCurve.x25519, serverPublic: zero, clientPublic: zero }
    const own = { ecdhePrivateKey: raw, masterSecret: Buffer.alloc(48) }
    expect(problemOf('client', changes, own)).toMatch(/no usable shared secret/)
    expect(problemOf('server', changes, own)).toMatch(/no usable shared secret/)
  })

  it('takes a server with an RSA certificate', async () => {
    const { certPem, keyPem } = await CipherContext.createSelfSignedCertificateWithKey({
      signature: SignatureAlgorithm.rsa_1,
      hash: HashAlgorithm.sha256_4,
    })
    const serverCertificate = new X509Certificate(certPem).raw
    const changes = {
      algorithm: 0x0401,
      serverSigner: createPrivateKey(keyPem),
      serverCertificate,
      suite: 0xc02f,
    }
    const own = { remoteFingerprint: fingerprintOf(serverCertificate) }
    expect(problemOf('client', changes, own)).toBeUndefined()
    expect(problemOf('client', { ...changes, algorithm: 0x0403 }, own)).toMatch(/not signed/)
  })
})

describe('sharedSecret', () => {
  it('is refused for every small-order X25519 value and for a point off the P-256 curve', () => {
    const raw = Buffer.alloc(32, 0x42)
    const one = Buffer.alloc(32)
    one[0] = 1
    const order8 = Buffer.from('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', 'hex')
    for (const value of [Buffer.alloc(32), one, order8, Buffer.alloc(31), Buffer.alloc(0)]) {
      expect(sharedSecret(namedCurve.x25519, raw, value)).toBeUndefined()
    }
    const off = Buffer.from(serverKey.getPublicKey())
    off[64] = (off[64] ?? 0) ^ 1
    expect(sharedSecret(namedCurve.p256, clientKey.getPrivateKey(), off)).toBeUndefined()
    expect(sharedSecret(namedCurve.p256, clientKey.getPrivateKey(), serverKey.getPublicKey())).toHaveLength(
      32,
    )
  })

  it('of X25519 is the same at both ends', () => {
    const [a, b] = [generateKeyPairSync('x25519'), generateKeyPairSync('x25519')].map(({ privateKey }) => {
      const { d, x } = privateKey.export({ format: 'jwk' })
      return { d: Buffer.from(String(d), 'base64url'), x: Buffer.from(String(x), 'base64url') }
    })
    if (a === undefined || b === undefined) throw new Error('unreachable')
    const secret = sharedSecret(namedCurve.x25519, a.d, b.x)
    expect(secret).toHaveLength(32)
    expect(secret).toEqual(sharedSecret(namedCurve.x25519, b.d, a.x))
  })
})

describe('verifyFinished', () => {
  it('accepts the right role’s verify_data over the right transcript alone', () => {
    const before = handshake({})
    const master = Buffer.alloc(48, 9)
    const hash = createHash('sha256').update(bytesBefore(before, before.length)).digest()
    const finished = (body: Buffer): HandshakeMessage => ({ type: 20, sequence: 5, body })
    const right = finishedData(master, 'client', hash)
    expect(verifyFinished(before, finished(right), 'client', master).ok).toBe(true)
    expect(verifyFinished(before, finished(right), 'server', master).ok).toBe(false)
    expect(verifyFinished(before.slice(0, -1), finished(right), 'client', master).ok).toBe(false)
    expect(verifyFinished(before, finished(right.subarray(0, 11)), 'client', master).ok).toBe(false)
    expect(verifyFinished(before, finished(Buffer.alloc(0)), 'client', master).ok).toBe(false)
  })
})

describe('the transcript', () => {
  it('leaves out HelloVerifyRequest and the hello before it, and puts the flights in order', () => {
    const transcript = new Transcript()
    const add = (by: DtlsRole, type: number, sequence: number): void =>
      transcript.add(by, { type, sequence, body: Buffer.alloc(0) })
    add('client', 1, 0)
    add('server', 3, 0)
    add('client', 1, 1)
    for (const [i, type] of [2, 11, 12, 13, 14].entries()) add('server', type, i + 1)
    for (const [i, type] of [11, 16, 15, 20].entries()) add('client', type, i + 2)
    add('server', 20, 6)
    expect(transcript.ordered().map(({ type }) => type)).toEqual([1, 2, 11, 12, 13, 14, 11, 16, 15, 20, 20])
    expect(transcript.ordered()[0]?.sequence).toBe(1)
  })
})

describe('the parsers of handshake messages', () => {
  it('never throw, whatever they are given', () => {
    const parsers = [
      parseCertificate,
      parseCertificateVerify,
      parseClientHello,
      parseClientKeyExchange,
      parseServerHello,
      parseServerKeyExchange,
    ]
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const parse of parsers) parse(Buffer.from(bytes))
      }),
    )
  })

  it('refuse every cut of a sound message', () => {
    const parsers = [parseClientHello, parseServerHello, parseCertificate, parseServerKeyExchange]
    for (const [i, parse] of parsers.entries()) {
      const body = handshake({})[i]?.body ?? Buffer.alloc(0)
      expect(parse(body)).toBeDefined()
      // A hello may end before its extensions; nothing else may end early.
      const shortest = i < 2 ? 36 : 0
      for (let length = shortest; length < body.length; length++) {
        const parsed = parse(body.subarray(0, length))
        const bareHello =
          i < 2 && parsed !== undefined && 'extensions' in parsed && parsed.extensions.size === 0
        expect(parsed === undefined || bareHello).toBe(true)
      }
    }
  })
})
