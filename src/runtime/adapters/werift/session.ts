import type { SecureStart } from '../../../engine'
import type { SecureEvent, SecureSession } from '../../ports'
import { Association } from './association'
import type { SessionCertificate } from './certificate'
import { Handshake, type HandshakeResult } from './handshake'
import { exportKeyingMaterial } from './key-schedule'
import {
  checkAccepted,
  checkProof,
  createAccepted,
  createProof,
  isAccepted,
  type ProofContext,
  proofMark,
} from './mutual-proof'
import { openApplicationRecord, Sealer } from './records'
import type { DtlsRole } from './transcript'
import { asBuffer } from './wire'

/** How long a session waits for its peer. */
export interface SessionBounds {
  /**
   * From a Pathscope's first datagram, or from `start` with a stock peer, to `connected`: far beyond the seconds that the
   * shim needs at 1.5 s of RTT and 40 % loss.
   */
  readonly handshakeMs: number
  /**
   * From `start` to a Pathscope's first datagram: an answerer may be ready long before the person at the other end has
   * pasted the answer.
   */
  readonly silentMs: number
}

export const defaultBounds: SessionBounds = { handshakeMs: 60_000, silentMs: 3_600_000 }
/** Handshake datagrams that came before `start`. */
const maxEarly = 32
/** Our own label, so that control keys are nobody else's (RFC 5705). */
const controlLabel = 'EXPORTER-pathscope-control/1'
const srtpLabel = 'EXPORTER-pathscope-srtp/1'
/** Key and salt of RFC 7714 for each direction. */
const srtpBytes = 56

export interface SessionStats {
  /** Records and messages that were dropped without effect. */
  readonly ignored: number
}

/** One SecureSession over werift: handshake, then proof, then the channel. */
export class WeriftSession implements SecureSession {
  onEvent: (event: SecureEvent) => void = () => {}
  private begun: Begun | undefined
  private early: Uint8Array[] = []
  private closed = false

  constructor(
    private readonly certificate: SessionCertificate,
    private readonly bounds: SessionBounds = defaultBounds,
  ) {}

  get fingerprint(): string {
    return this.certificate.fingerprint
  }

  start(start: SecureStart): void {
    if (this.begun !== undefined || this.closed) throw new Error('A secure session starts once.')
    this.begun = new Begun(start, this.certificate, this.bounds, (event) => this.emit(event))
    this.begun.run()
    const { early } = this
    this.early = []
    for (const data of early) this.begun.receiveHandshake(data)
  }

  receiveHandshake(data: Uint8Array): void {
    if (this.closed) return
    if (this.begun !== undefined) this.begun.receiveHandshake(data)
    else if (this.early.length < maxEarly) this.early.push(Uint8Array.from(data))
  }

  open(record: Uint8Array): Uint8Array | undefined {
    return this.closed ? undefined : this.begun?.open(record)
  }

  deliver(plain: Uint8Array): void {
    if (!this.closed) this.begun?.deliver(plain)
  }

  sendMessage(data: Uint8Array): boolean {
    return !this.closed && (this.begun?.sendMessage(data) ?? false)
  }

  resume(): void {
    if (!this.closed) this.begun?.resume()
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.early = []
    this.begun?.end()
  }

  stats(): SessionStats {
    return { ignored: this.begun?.ignored ?? 0 }
  }

  private emit(event: SecureEvent): void {
    if (this.closed) return
    try {
      this.onEvent(event)
    } catch (error) {
      // Below this is werift, which would take a bug of the listener for a malformed packet and swallow it.
      queueMicrotask(() => {
        throw error
      })
    }
  }
}

/** A session that knows its peer. */
class Begun {
  private readonly handshake: Handshake
  private readonly association: Association
  private readonly peerRole: DtlsRole
  private result: HandshakeResult | undefined
  private sealer: Sealer | undefined
  private pendingProof: Buffer | undefined
  private connected = false
  private peerAccepted = false
  private channelStarted = false
  private ended = false
  private deadline: ReturnType<typeof setTimeout> | undefined
  private heardPeer = false
  private ignoredProofs = 0

  constructor(
    private readonly asked: SecureStart,
    private readonly certificate: SessionCertificate,
    private readonly bounds: SessionBounds,
    private readonly emit: (event: SecureEvent) => void,
  ) {
    this.peerRole = asked.dtlsRole === 'client' ? 'server' : 'client'
    this.handshake = new Handshake({
      role: asked.dtlsRole,
      certificate,
      remoteFingerprint: asked.remoteFingerprint,
      reliable: this.withPathscope,
      emit: (data) => this.emitHandshake(data),
      onDone: (result) => this.handshakeDone(result),
      onFailed: (reason, detail) => this.fail(reason, detail),
    })
    this.association = new Association(asked, {
      send: (packet) => this.sendPacket(packet),
      onOpen: () => this.tell({ kind: 'channel-open' }),
      onMessage: (data) => this.tell({ kind: 'message', data }),
      onRetransmissions: (total) => this.tell({ kind: 'retransmissions', total }),
      onClosed: (detail) => this.fail('closed', detail),
    })
  }

  get ignored(): number {
    return this.handshake.ignored + this.ignoredProofs
  }

  run(): void {
    const { handshakeMs, silentMs } = this.bounds
    this.armDeadline(this.withPathscope ? silentMs : handshakeMs)
    this.handshake.start()
  }

  receiveHandshake(data: Uint8Array): void {
    if (this.ended) return
    this.notePeer()
    if (data[0] === proofMark) this.receiveProof(Buffer.from(data))
    else this.handshake.receive(data)
  }

  open(record: Uint8Array): Uint8Array | undefined {
    if (!this.connected || this.ended || this.result === undefined) return undefined
    return openApplicationRecord(this.result.traffic[this.peerRole], record)
  }

  deliver(plain: Uint8Array): void {
    if (this.connected && !this.ended) this.association.receive(asBuffer(plain))
  }

  sendMessage(data: Uint8Array): boolean {
    return !this.ended && this.association.sendMessage(data)
  }

  resume(): void {
    if (this.connected && !this.ended) this.association.resume()
  }

  end(): void {
    if (this.ended) return
    this.ended = true
    clearTimeout(this.deadline)
    this.handshake.end()
    this.association.end()
  }

  private get withPathscope(): boolean {
    return this.asked.peerKind === 'pathscope'
  }

  private handshakeDone(result: HandshakeResult): void {
    this.result = result
    this.sealer = new Sealer(result.traffic[this.asked.dtlsRole], result.nextSequence)
    if (!this.withPathscope) {
      this.connect(result)
      return
    }
    this.emitHandshake(
      createProof(this.proofContext(result), this.asked.dtlsRole, this.certificate.privateKey),
    )
    if (this.pendingProof !== undefined) this.receiveProof(this.pendingProof)
  }

  /** Proofs follow the handshake in order; the server's may only be read once werift has told that it is done. */
  private receiveProof(message: Buffer): void {
    const { result } = this
    if (!this.withPathscope) {
      this.ignoredProofs++
    } else if (result === undefined) {
      this.pendingProof ??= message
    } else if (isAccepted(message)) {
      this.receiveAccepted(this.proofContext(result), message)
    } else if (this.connected) {
      this.ignoredProofs++
    } else {
      const context = this.proofContext(result)
      const problem = checkProof(context, this.peerRole, message)
      if (problem !== undefined) {
        this.fail('proof', problem)
        return
      }
      this.connect(result)
      this.emitHandshake(createAccepted(context, this.asked.dtlsRole))
      this.startChannel()
    }
  }

  private receiveAccepted(context: ProofContext, message: Buffer): void {
    if (!checkAccepted(context, this.peerRole, message)) {
      this.fail('proof', 'The peer accepted a proof that is not ours.')
      return
    }
    this.peerAccepted = true
    this.startChannel()
  }

  private connect(result: HandshakeResult): void {
    if (this.ended) return
    this.connected = true
    clearTimeout(this.deadline)
    const exporter = exportKeyingMaterial(result.secrets, controlLabel, 32)
    const srtpExporter = exportKeyingMaterial(result.secrets, srtpLabel, srtpBytes)
    this.tell({ kind: 'connected', exporter, srtpExporter })
    if (!this.withPathscope) this.startChannel()
  }

  /** The answering side of SCTP may begin at once; the asking side waits until its first packet will be taken. */
  private startChannel(): void {
    const asks = this.asked.iceRole === 'controlling'
    if (this.ended || this.channelStarted || !this.connected) return
    if (this.withPathscope && asks && !this.peerAccepted) return
    this.channelStarted = true
    this.association.connect()
  }

  private sendPacket(packet: Buffer): void {
    if (this.sealer !== undefined) this.tell({ kind: 'record', data: this.sealer.seal(packet) })
  }

  private emitHandshake(data: Buffer): void {
    this.tell({ kind: 'handshake', data })
  }

  private proofContext(result: HandshakeResult): ProofContext {
    const { secrets, clientCertificate, serverCertificate } = result
    const { descriptionsHash, proofKey } = this.asked
    return { secrets, clientCertificate, serverCertificate, descriptionsHash, proofKey }
  }

  private notePeer(): void {
    if (this.heardPeer) return
    this.heardPeer = true
    if (this.withPathscope) this.armDeadline(this.bounds.handshakeMs)
  }

  private armDeadline(afterMs: number): void {
    clearTimeout(this.deadline)
    this.deadline = setTimeout(() => {
      const { reason, detail } = this.explain()
      this.fail(reason, `${detail} It had ${Math.round(afterMs / 1000)} s.`)
    }, afterMs)
  }

  private explain(): { readonly reason: 'proof' | 'handshake'; readonly detail: string } {
    if (!this.heardPeer) return { reason: 'handshake', detail: 'The peer never began the DTLS handshake.' }
    if (this.result === undefined) return this.handshake.explain()
    return { reason: 'handshake', detail: 'The peer did not prove itself after the DTLS handshake.' }
  }

  private tell(event: SecureEvent): void {
    if (!this.ended) this.emit(event)
  }

  private fail(reason: 'proof' | 'handshake' | 'closed', detail: string): void {
    if (this.ended) return
    this.end()
    this.emit({ kind: 'failed', reason, detail })
  }
}
