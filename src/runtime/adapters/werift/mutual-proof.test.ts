import { beforeAll, describe, expect, it } from 'vitest'
import { createCertificate, type SessionCertificate } from './certificate'
import {
  checkAccepted,
  checkProof,
  createAccepted,
  createProof,
  isAccepted,
  type ProofContext,
  proofMark,
} from './mutual-proof'

let client: SessionCertificate
let server: SessionCertificate

beforeAll(async () => {
  ;[client, server] = await Promise.all([createCertificate(), createCertificate()])
})

function context(changes: Partial<ProofContext> = {}): ProofContext {
  return {
    secrets: {
      masterSecret: Buffer.alloc(48, 1),
      clientRandom: Buffer.alloc(32, 2),
      serverRandom: Buffer.alloc(32, 3),
    },
    clientCertificate: client.der,
    serverCertificate: server.der,
    descriptionsHash: new Uint8Array(32).fill(4),
    proofKey: new Uint8Array(32).fill(5),
    ...changes,
  }
}

describe('a proof', () => {
  it('holds for its sender’s role, and for that alone', () => {
    const proof = createProof(context(), 'client', client.privateKey)
    expect(proof[0]).toBe(proofMark)
    expect(checkProof(context(), 'client', proof)).toBeUndefined()
    expect(checkProof(context(), 'server', proof)).toMatch(/does not know/)
    // Even made with the other's key, it says who made it.
    const crossed = createProof(context(), 'client', server.privateKey)
    expect(checkProof(context(), 'server', crossed)).toMatch(/does not know/)
    expect(checkProof(context(), 'client', crossed)).toMatch(/not signed/)
  })

  it('holds for one session, one pair of certificates and one pair of descriptions', () => {
    const proof = createProof(context(), 'server', server.privateKey)
    const secrets = { ...context().secrets, masterSecret: Buffer.alloc(48, 9) }
    for (const other of [
      { secrets },
      { clientCertificate: server.der },
      { serverCertificate: client.der },
      { descriptionsHash: new Uint8Array(32) },
      { proofKey: new Uint8Array(32) },
    ]) {
      expect(checkProof(context(other), 'server', proof)).toBeDefined()
    }
  })

  it('that is cut or changed anywhere does not hold', () => {
    const proof = createProof(context(), 'client', client.privateKey)
    for (let length = 0; length < proof.length; length++) {
      expect(checkProof(context(), 'client', proof.subarray(0, length))).toBeDefined()
    }
    for (let at = 1; at < proof.length; at++) {
      const changed = Buffer.from(proof)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(checkProof(context(), 'client', changed), `byte ${at}`).toBeDefined()
    }
  })
})

describe('an acceptance', () => {
  it('holds for its sender’s role and session alone', () => {
    const accepted = createAccepted(context(), 'client')
    expect(isAccepted(accepted)).toBe(true)
    expect(isAccepted(createProof(context(), 'client', client.privateKey))).toBe(false)
    expect(checkAccepted(context(), 'client', accepted)).toBe(true)
    expect(checkAccepted(context(), 'server', accepted)).toBe(false)
    expect(checkAccepted(context({ proofKey: new Uint8Array(32) }), 'client', accepted)).toBe(false)
    expect(checkAccepted(context(), 'client', accepted.subarray(0, 33))).toBe(false)
  })
})
