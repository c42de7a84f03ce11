import type { SecureStart } from '../../engine'
import type { Entropy } from '../../runtime/ports'
import { readRecord, recordType, writeRecord } from './records'

/** How the model's handshake goes on: each message that is due is one datagram. */
export type HandshakeStep =
  | { readonly kind: 'send'; readonly data: Uint8Array }
  | {
      readonly kind: 'done'
      readonly exporter: Uint8Array
      readonly srtpExporter: Uint8Array
      readonly sendKey: Uint8Array
      readonly receiveKey: Uint8Array
    }
  | { readonly kind: 'failed'; readonly reason: 'handshake' | 'proof'; readonly detail: string }

export interface Handshake {
  begin(): readonly HandshakeStep[]
  receive(datagram: Uint8Array): readonly HandshakeStep[]
}

/** In order: the client's hello, the server's two, the client's two, the server's last. */
const script = [
  { from: 'client', message: 'hello' },
  { from: 'server', message: 'hello' },
  { from: 'server', message: 'certificate' },
  { from: 'client', message: 'certificate' },
  { from: 'client', message: 'finished' },
  { from: 'server', message: 'finished' },
] as const

/**
 * Shaped as a DTLS 1.2 handshake of four flights, and as intolerant as werift's: anything out of order, twice or
 * missing fails it for good. Without real cryptography: it shows that the layers below work, nothing else.
 */
export function createHandshake(start: SecureStart, certificate: Uint8Array, entropy: Entropy): Handshake {
  const us = start.dtlsRole
  const transcript: Uint8Array[] = []
  let at = 0
  let sentSequence = 0
  let receivedSequence = 0
  let remoteCertificate: Uint8Array | undefined

  function body(message: (typeof script)[number]['message']): Uint8Array {
    if (message === 'hello') return entropy.random(32)
    return message === 'certificate' ? certificate : finished(us)
  }

  function finished(of: 'client' | 'server'): Uint8Array {
    const covered = [start.descriptionsHash, new Uint8Array([of === 'client' ? 1 : 2]), ...transcript]
    return entropy.hmacSha256(start.proofKey, concat(covered))
  }

  function goOn(): HandshakeStep[] {
    const steps: HandshakeStep[] = []
    for (let due = script[at]; due !== undefined && due.from === us; due = script[at]) {
      const made = concat([new Uint8Array([at]), body(due.message)])
      transcript.push(made)
      at++
      const header = { type: recordType.handshake, epoch: 0, sequence: sentSequence++ }
      steps.push({ kind: 'send', data: writeRecord(header, made) })
    }
    if (at === script.length) steps.push(done())
    return steps
  }

  function done(): HandshakeStep {
    const secret = entropy.sha256(concat(transcript))
    const derive = (label: string) =>
      entropy.hmacSha256(secret, new Uint8Array([...label].map((c) => c.charCodeAt(0))))
    const keys = { client: derive('client'), server: derive('server') }
    const them = us === 'client' ? 'server' : 'client'
    const exporter = derive('exporter')
    const srtpExporter = concat([derive('srtp 1'), derive('srtp 2')]).slice(0, 56)
    return { kind: 'done', exporter, srtpExporter, sendKey: keys[us], receiveKey: keys[them] }
  }

  function fail(reason: 'handshake' | 'proof', detail: string): HandshakeStep[] {
    at = script.length + 1
    return [{ kind: 'failed', reason, detail }]
  }

  return {
    begin: goOn,
    receive(datagram) {
      const due = script[at]
      const read = readRecord(datagram)
      if (read === undefined || read.header.type !== recordType.handshake)
        return fail('handshake', 'not a handshake record')
      const { header, body: made } = read
      if (header.sequence !== receivedSequence || made[0] !== at || due === undefined || due.from === us) {
        return fail('handshake', `message ${header.sequence} came when ${receivedSequence} was due`)
      }
      receivedSequence++
      if (due.message === 'certificate') {
        remoteCertificate = made.slice(1)
        if (fingerprintOf(remoteCertificate, entropy) !== start.remoteFingerprint.toUpperCase()) {
          return fail('proof', 'the certificate does not have the fingerprint of the description')
        }
      }
      if (due.message === 'finished' && !equal(made.subarray(1), finished(due.from))) {
        return fail('proof', 'the peer does not know what both descriptions say')
      }
      transcript.push(made.slice())
      at++
      return goOn()
    },
  }
}

export function fingerprintOf(certificate: Uint8Array, entropy: Entropy): string {
  return [...entropy.sha256(certificate)]
    .map((byte) => byte.toString(16).padStart(2, '0').toUpperCase())
    .join(':')
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
