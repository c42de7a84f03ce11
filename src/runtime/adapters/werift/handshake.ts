import { DtlsClient, DtlsServer } from 'werift'
import { firstApplicationRecord } from '../../../engine'
import { type SessionCertificate, signatureHash } from './certificate'
import { type SessionSecrets, type TrafficKeys, trafficKeys } from './key-schedule'
import { parseClientHello, parseServerHello } from './hello'
import { demandDtlsInternals } from './internals'
import { Reassembly } from './reassembly'
import { openRecord, sealRecord } from './records'
import { type DtlsRole, Transcript } from './transcript'
import { type AgreedKeys, type Checked, verifyFinished, verifyKeys } from './verify'
import {
  asBuffer,
  contentType,
  type DtlsRecord,
  type HandshakeMessage,
  handshakeRecord,
  handshakeType,
  parseFragments,
  parseRecords,
  recordHeader,
  serializeMessage,
} from './wire'

/** First wait for a stock peer's answer; doubles up to `maxResendMs` (RFC 6347 section 4.2.4.1). */
const firstResendMs = 1000
const maxResendMs = 8000
/** SRTP_AEAD_AES_128_GCM and SRTP_AES128_CM_HMAC_SHA1_80 (RFC 7714 section 14.2, RFC 5764 section 4.1.2), as browsers offer. */
const stockSrtpProfiles: NonNullable<ConstructorParameters<typeof DtlsClient>[0]['srtpProfiles']> = [7, 1]
/** Protected records held while messages before them are missing. */
const maxHeld = 4
/** Answers to repetitions of a stock client's Finished, whose record numbers are kept free for them. */
const maxFinalResends = 20

export interface HandshakeOptions {
  readonly role: DtlsRole
  readonly certificate: SessionCertificate
  readonly remoteFingerprint: string
  /** Whether the datagrams go through a reliable, ordered, exactly-once channel. */
  readonly reliable: boolean
  readonly emit: (datagram: Buffer) => void
  readonly onDone: (result: HandshakeResult) => void
  readonly onFailed: (reason: 'proof' | 'handshake' | 'closed', detail: string) => void
}

export interface HandshakeResult extends AgreedKeys {
  readonly traffic: TrafficKeys
  /** The first sequence number of epoch 1 that is free for our application records. */
  readonly nextSequence: number
}

/**
 * Thrown out of `send` behind the last datagram of a flight. It ends werift's flight before that makes its retransmission
 * timer, which cannot be cancelled, repeats flights that a reliable channel has already taken, and gives up after 33 s of
 * waits. Sending again, where it is needed at all, is done here.
 */
const flightSent = Symbol('flight sent')

/**
 * werift's DTLS handshake between two fences. Inwards, each of the peer's messages reaches werift once, whole and in
 * order; the peer's Finished reaches it only when transcript, signature and keys have been verified. Outwards, each
 * datagram leaves once. Nothing that werift would read as an alert, a renegotiation or application data ever reaches it.
 */
export class Handshake {
  private readonly socket: DtlsClient | DtlsServer
  private readonly transcript = new Transcript()
  private readonly incoming = new Reassembly()
  private readonly outgoing = new Reassembly()
  private readonly peerRole: DtlsRole
  private readonly emitted = new Set<string>()
  private held: DtlsRecord[] = []
  private fed = 0
  private state: 'running' | 'done' | 'ended' = 'running'
  private verified: { readonly keys: AgreedKeys; readonly traffic: TrafficKeys } | undefined
  /** The highest number used in epoch 0. */
  private plainSequence = 0
  private ownFinished: HandshakeMessage | undefined
  /** The highest number used in epoch 1. */
  private finishedSequence: number | undefined
  private flight: Buffer[] = []
  /** Whether the peer has said something new since the flight left; the next datagram then begins another. */
  private flightAnswered = false
  private resendTimer: ReturnType<typeof setTimeout> | undefined
  private finalResends = 0
  private peerAlert: number | undefined
  private unreadable = 0
  /** Datagrams' records that had no business here. */
  ignored = 0

  private readonly transport = {
    type: 'pathscope',
    address: {} as never,
    closed: false,
    onData: (_data: Buffer): void => {},
    send: (data: Buffer): Promise<void> => {
      this.send(data)
      return Promise.resolve()
    },
    close: (): Promise<void> => Promise.resolve(),
  }

  constructor(private readonly options: HandshakeOptions) {
    this.peerRole = options.role === 'client' ? 'server' : 'client'
    const { certPem, keyPem } = options.certificate
    const common = {
      cert: certPem,
      key: keyPem,
      signatureHash,
      transport: this.transport,
      extendedMasterSecret: true,
      // Stock werift fails the finished handshake without, although nothing here ever sends SRTP with its keys.
      ...(options.reliable ? {} : { srtpProfiles: stockSrtpProfiles }),
    }
    this.socket =
      options.role === 'client'
        ? new DtlsClient(common)
        : new DtlsServer({ ...common, certificateRequest: true })
    demandDtlsInternals(this.socket)
    this.socket.onConnect.subscribe(() => this.finish())
    this.socket.onError.subscribe((error: unknown) => this.weriftFailed(error))
  }

  /** The client's first message goes out; the server waits for it. */
  start(): void {
    if (this.socket instanceof DtlsClient) this.socket.connect().catch((error) => this.weriftFailed(error))
  }

  receive(datagram: Uint8Array): void {
    for (const record of parseRecords(Buffer.from(datagram))) {
      if (this.state === 'ended') return
      if (this.state === 'done') this.receiveLate(record)
      else this.receiveRecord(record)
    }
  }

  /** Why a handshake that did not come to its end most likely did not. */
  explain(): { readonly reason: 'proof' | 'handshake'; readonly detail: string } {
    if (this.unreadable > 0) {
      return {
        reason: 'proof',
        detail: "The peer's Finished could not be read with the keys of the handshake.",
      }
    }
    const alert = this.peerAlert === undefined ? '' : ` It had sent the DTLS alert ${this.peerAlert}.`
    return { reason: 'handshake', detail: `The peer did not finish the DTLS handshake.${alert}` }
  }

  end(): void {
    this.state = 'ended'
    clearTimeout(this.resendTimer)
    this.socket.onConnect.allUnsubscribe()
    this.socket.onError.allUnsubscribe()
  }

  // Inwards

  private receiveRecord(record: DtlsRecord): void {
    if (record.type === contentType.handshake && record.epoch === 0) {
      for (const fragment of parseFragments(record.payload)) {
        for (const message of this.incoming.add(fragment)) this.accept(message)
      }
      this.tryFinished()
    } else if (record.type === contentType.handshake && record.epoch === 1) {
      if (this.held.length < maxHeld) this.held.push(record)
      this.tryFinished()
    } else if (record.type === contentType.alert && record.epoch === 0) {
      this.notePlainAlert(record)
    } else if (record.type !== contentType.changeCipherSpec) {
      this.ignored++
    }
  }

  private accept(message: HandshakeMessage): void {
    if (this.state !== 'running') return
    this.transcript.add(this.peerRole, message)
    this.flightAnswered = true
    this.transport.onData(handshakeRecord(message, this.fed++))
  }

  /** The peer's Finished, once everything before it is there. */
  private tryFinished(): void {
    if (this.state !== 'running' || this.verified !== undefined || this.held.length === 0) return
    const traffic = this.currentTrafficKeys()
    if (traffic === undefined) return
    const waiting = this.held
    this.held = []
    for (const record of waiting) {
      const finished = readFinished(traffic[this.peerRole], record)
      if (finished === undefined) this.refuseUnreadable()
      else if (finished.sequence > this.incoming.expected) this.held.push(record)
      else this.checkFinished(record, finished, traffic)
      if (this.state !== 'running' || this.verified !== undefined) return
    }
  }

  private checkFinished(record: DtlsRecord, finished: HandshakeMessage, traffic: TrafficKeys): void {
    const keys = this.verify(finished)
    if (!keys.ok) {
      this.fail('proof', keys.problem)
      return
    }
    this.verified = { keys: keys.value, traffic }
    this.transport.onData(record.bytes)
  }

  private verify(finished: HandshakeMessage): Checked<AgreedKeys> {
    const before = this.transcript.ordered()
    const { cipher } = this.socket
    const { role, remoteFingerprint } = this.options
    const ecdhePrivateKey = cipher.localKeyPair.privateKey
    const own = { role, remoteFingerprint, ecdhePrivateKey, masterSecret: cipher.masterSecret }
    const keys = verifyKeys(before, own)
    if (!keys.ok) return keys
    const finish = verifyFinished(before, finished, this.peerRole, keys.value.secrets.masterSecret)
    return finish.ok ? keys : finish
  }

  private refuseUnreadable(): void {
    this.unreadable++
    // Over the shim nothing was lost or altered on the way, so keys differ because somebody stood between.
    if (this.options.reliable) this.fail('proof', this.explain().detail)
  }

  /** Anybody can write a plaintext alert, so it ends nothing; it helps to explain a handshake that times out. */
  private notePlainAlert(record: DtlsRecord): void {
    this.ignored++
    this.peerAlert = record.payload[1]
  }

  /** Keys as werift has them, before they are verified; only good for reading what is to be verified with them. */
  private currentTrafficKeys(): TrafficKeys | undefined {
    const secrets = this.currentSecrets()
    return secrets === undefined ? undefined : trafficKeys(secrets)
  }

  private currentSecrets(): SessionSecrets | undefined {
    const [client, server] = this.transcript.ordered()
    const masterSecret: Buffer | undefined = this.socket.cipher.masterSecret
    if (client === undefined || server === undefined || masterSecret === undefined) return undefined
    const clientRandom = parseClientHello(client.body)?.random
    const serverRandom = parseServerHello(server.body)?.random
    if (clientRandom === undefined || serverRandom === undefined) return undefined
    return { masterSecret, clientRandom, serverRandom }
  }

  // Outwards

  private send(datagram: Buffer): void {
    if (this.state !== 'running') return
    const records = parseRecords(datagram)
    const fresh = records.filter((record) => !this.emitted.has(identityOf(record)))
    if (fresh.length === 0) return
    for (const record of fresh) {
      this.emitted.add(identityOf(record))
      this.noteOwn(record)
    }
    this.remember(datagram)
    this.options.emit(datagram)
    if (this.endsFlight(records)) throw flightSent
  }

  private noteOwn(record: DtlsRecord): void {
    if (record.epoch === 0) this.plainSequence = Math.max(this.plainSequence, record.sequence)
    if (record.type !== contentType.handshake) return
    if (record.epoch === 0) {
      for (const fragment of parseFragments(record.payload)) {
        for (const message of this.outgoing.add(fragment)) this.transcript.add(this.options.role, message)
      }
      return
    }
    this.finishedSequence = record.sequence
    const traffic = this.currentTrafficKeys()
    const finished = traffic === undefined ? undefined : readFinished(traffic[this.options.role], record)
    if (finished === undefined) return
    this.ownFinished = finished
    this.transcript.add(this.options.role, finished)
  }

  private remember(datagram: Buffer): void {
    if (this.flightAnswered) this.flight = []
    this.flightAnswered = false
    this.flight.push(datagram)
    if (!this.options.reliable) this.armResend(firstResendMs)
  }

  /** The flights after which werift would wait and repeat: ClientHello, ServerHelloDone, the client's Finished. */
  private endsFlight(records: readonly DtlsRecord[]): boolean {
    return records.some((record) => {
      if (record.type !== contentType.handshake) return false
      if (record.epoch === 1) return this.options.role === 'client'
      const type = record.payload[0]
      return type === handshakeType.clientHello || type === handshakeType.serverHelloDone
    })
  }

  private armResend(afterMs: number): void {
    clearTimeout(this.resendTimer)
    this.resendTimer = setTimeout(() => {
      if (this.state !== 'running') return
      // A peer that has begun its answer has our flight; what is missing of the answer is the peer's to send again.
      if (!this.flightAnswered) this.resendFlight()
      this.armResend(Math.min(afterMs * 2, maxResendMs))
    }, afterMs)
  }

  private resendFlight(): void {
    for (const datagram of this.flight) {
      this.options.emit(Buffer.concat(parseRecords(datagram).map((record) => this.renumbered(record))))
    }
  }

  /** A record sent again has a number of its own, or a peer drops it as a replay (RFC 6347 section 4.2.4). */
  private renumbered(record: DtlsRecord): Buffer {
    if (record.epoch === 0) {
      const header = recordHeader(record.type, 0, ++this.plainSequence, record.payload.length)
      return Buffer.concat([header, record.payload])
    }
    const traffic = this.verified?.traffic ?? this.currentTrafficKeys()
    if (traffic === undefined || this.ownFinished === undefined || this.finishedSequence === undefined) {
      return record.bytes
    }
    const plain = serializeMessage(this.ownFinished)
    return sealRecord(traffic[this.options.role], contentType.handshake, ++this.finishedSequence, plain)
  }

  // The end

  private finish(): void {
    if (this.state !== 'running' || this.verified === undefined || this.finishedSequence === undefined) return
    this.state = 'done'
    clearTimeout(this.resendTimer)
    const { keys, traffic } = this.verified
    const free = this.finishedSequence + 1
    // Finished's number is small, as a flight is never repeated to a Pathscope; its nonce is never used again.
    const nextSequence = this.options.reliable
      ? Math.max(free, firstApplicationRecord)
      : free + maxFinalResends
    this.options.onDone({ ...keys, traffic, nextSequence })
  }

  /** After the handshake only what authenticates counts: an alert, or a stock client that did not get our Finished. */
  private receiveLate(record: DtlsRecord): void {
    const plain =
      this.verified && record.epoch === 1 && openRecord(this.verified.traffic[this.peerRole], record)
    if (!plain) {
      this.ignored++
    } else if (record.type === contentType.alert) {
      this.fail('closed', `The peer closed the session (DTLS alert ${plain[1] ?? 'unknown'}).`)
    } else if (
      record.type === contentType.handshake &&
      !this.options.reliable &&
      this.options.role === 'server'
    ) {
      if (this.finalResends++ < maxFinalResends) this.resendFlight()
    } else {
      this.ignored++
    }
  }

  private weriftFailed(error: unknown): void {
    if (error === flightSent) return
    const why = error instanceof Error ? error.message : String(error)
    this.fail('handshake', `The DTLS handshake broke off: ${why}.`)
  }

  private fail(reason: 'proof' | 'handshake' | 'closed', detail: string): void {
    if (this.state === 'ended') return
    this.end()
    this.options.onFailed(reason, detail)
  }
}

/** What a record is, however often it is sent: RFC 6347 numbers messages for the whole handshake. */
function identityOf(record: DtlsRecord): string {
  const [fragment] =
    record.type === contentType.handshake && record.epoch === 0 ? parseFragments(record.payload) : []
  if (fragment === undefined) return `${record.type}/${record.epoch}`
  return `${record.type}/0/${fragment.type}/${fragment.sequence}/${fragment.offset}`
}

function readFinished(from: TrafficKeys['client'], record: DtlsRecord): HandshakeMessage | undefined {
  const plain = openRecord(from, record)
  const [fragment] = plain === undefined ? [] : parseFragments(plain)
  if (fragment?.type !== handshakeType.finished || fragment.body.length !== fragment.length) return undefined
  return { type: fragment.type, sequence: fragment.sequence, body: asBuffer(fragment.body) }
}
