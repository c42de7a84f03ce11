/** A model of DTLS and a data channel: deterministic, in virtual time, and as touchy as the real ones. */
import { firstApplicationRecord, type SecureStart } from '../../engine'
import type { Clock, Entropy, SecureEvent, SecureSession, SecureSessions } from '../../runtime/ports'
import type { Handshake, HandshakeStep } from './handshake'
import { createHandshake, fingerprintOf } from './handshake'
import { openRecord, sealRecord } from './records'
import { createMessageStream } from './stream'

export function modelSecure(clock: Clock, entropy: Entropy): SecureSessions {
  return { create: () => Promise.resolve(createModelSession(clock, entropy)) }
}

interface Keys {
  readonly send: Uint8Array
  readonly receive: Uint8Array
}

function createModelSession(clock: Clock, entropy: Entropy): SecureSession {
  const certificate = entropy.random(64)
  let handshake: Handshake | undefined
  let role: SecureStart['dtlsRole'] = 'client'
  let keys: Keys | undefined
  let nextSequence = firstApplicationRecord
  let closed = false

  const tell = (event: SecureEvent) => session.onEvent(event)
  const stream = createMessageStream(clock, {
    send(chunk) {
      if (keys === undefined || closed) return
      const data = sealRecord(keys.send, nextSequence++, chunk, (key, of) => entropy.hmacSha256(key, of))
      tell({ kind: 'record', data })
    },
    onOpen: () => tell({ kind: 'channel-open' }),
    onMessage: (data) => tell({ kind: 'message', data }),
    onRetransmissions: (total) => tell({ kind: 'retransmissions', total }),
  })

  function take(steps: readonly HandshakeStep[]): void {
    for (const step of steps) {
      if (step.kind === 'send') tell({ kind: 'handshake', data: step.data })
      if (step.kind === 'failed') fail(step.reason, step.detail)
      if (step.kind === 'done') {
        keys = { send: step.sendKey, receive: step.receiveKey }
        tell({ kind: 'connected', exporter: step.exporter, srtpExporter: step.srtpExporter })
        if (role === 'client') stream.open()
      }
    }
  }

  function fail(reason: 'proof' | 'handshake', detail: string): void {
    closed = true
    stream.close()
    tell({ kind: 'failed', reason, detail })
  }

  const session: SecureSession = {
    fingerprint: fingerprintOf(certificate, entropy),
    start(start) {
      if (handshake !== undefined) throw new Error('the secure session was started twice')
      role = start.dtlsRole
      handshake = createHandshake(start, certificate, entropy)
      take(handshake.begin())
    },
    receiveHandshake(data) {
      if (closed) return
      if (handshake === undefined) return fail('handshake', 'a handshake message came before the start')
      take(handshake.receive(data))
    },
    open: (record) =>
      keys === undefined
        ? undefined
        : openRecord(keys.receive, record, (key, of) => entropy.hmacSha256(key, of)),
    deliver: (plain) => stream.receive(plain),
    sendMessage: (data) => !closed && stream.sendMessage(data),
    resume: () => stream.resume(),
    close() {
      closed = true
      stream.close()
    },
    onEvent: () => undefined,
  }
  return session
}
