import { RTCDataChannel, RTCDataChannelParameters, type RTCDtlsTransport, RTCSctpTransport } from 'werift'
import type { SecureStart } from '../../../engine'
import { type SctpInternals, sctpInternals } from './internals'
import { isSetup, RetransmissionCount } from './sctp-packet'

/** Bytes that may wait in front of SCTP; beyond it a message is refused. */
export const bufferedLimitBytes = 262_144
/**
 * Messages that may wait there. Few, because in werift every waiting message is woken at every acknowledgement, which
 * costs the square of their number: thousands of them would stop the session after an outage.
 */
export const waitingMessagesLimit = 64
/**
 * How often INIT and COOKIE ECHO are sent again. werift waits 3 s, by which one lost packet would hold up the channel for
 * as long; repetitions are harmless (RFC 9260 section 5.2).
 */
const setupResendMs = 500
const channelLabel = 'pathscope'
const ownPort = 5000
/** Negotiated between two Pathscopes, so that no opening exchange is needed (RFC 8831 section 6.4). */
const negotiatedId = 0

export type AssociationPeer = Pick<
  SecureStart,
  'peerKind' | 'iceRole' | 'dtlsRole' | 'sctpPort' | 'maxMessageSize'
>

export interface AssociationEvents {
  /** An SCTP packet to be sealed and sent. */
  readonly send: (packet: Buffer) => void
  readonly onOpen: () => void
  readonly onMessage: (data: Uint8Array) => void
  readonly onRetransmissions: (total: number) => void
  readonly onClosed: (detail: string) => void
}

/** werift's SCTP association and one reliable, ordered data channel over records that we seal ourselves. */
export class Association {
  private readonly sctp = new RTCSctpTransport(ownPort)
  private readonly internals: SctpInternals
  private readonly retransmissions = new RetransmissionCount()
  private channel: RTCDataChannel | undefined
  private setupTimer: ReturnType<typeof setInterval> | undefined
  /** Sizes of the messages that wait in front of SCTP, oldest first; brought up to date when one is added. */
  private readonly waiting: number[] = []
  private open = false
  private ended = false

  constructor(
    private readonly peer: AssociationPeer,
    private readonly events: AssociationEvents,
  ) {
    this.sctp.setDtlsTransport(this.lowerLayer())
    this.internals = sctpInternals(this.sctp)
    this.sctp.setRemoteMaxMessageSize(peer.maxMessageSize)
    this.sctp.onDataChannel.subscribe((channel) => this.use(channel))
    // werift drops the promise of its handler: a malformed message would be an unhandled rejection.
    this.sctp.sctp.onReceive.allUnsubscribe()
    this.sctp.sctp.onReceive.subscribe((stream, protocol, data) => {
      this.internals.datachannelReceive(stream, protocol, data).catch(ignoreMalformed)
    })
    this.sctp.sctp.stateChanged.connected.subscribe(() => clearInterval(this.setupTimer))
    this.sctp.sctp.stateChanged.closed.subscribe(() => this.closed(this.whyClosed()))
  }

  /** Makes the channel and, as the controlling side, sends INIT: werift takes the SCTP role from the ICE role. */
  connect(): void {
    const { peerKind, iceRole, dtlsRole, sctpPort } = this.peer
    if (peerKind === 'pathscope') {
      this.use(this.createChannel({ negotiated: true, id: negotiatedId }))
    } else if (iceRole === 'controlling') {
      // RFC 8832 section 6: the DTLS client opens channels with even ids, the server with odd ones.
      this.use(this.createChannel({ negotiated: false, id: dtlsRole === 'client' ? 0 : 1 }))
    }
    this.sctp.start(sctpPort).catch((error) => this.closed(`SCTP did not start: ${String(error)}.`))
  }

  /** An authenticated SCTP packet. */
  receive(packet: Buffer): void {
    if (this.ended) return
    this.internals.handleData(packet).catch(ignoreMalformed)
  }

  /** After a silence: what is not acknowledged goes out now, and not when its timer runs out. */
  resume(): void {
    if (!this.ended && this.open) this.internals.sendAgain()
  }

  sendMessage(data: Uint8Array): boolean {
    const { channel } = this
    if (this.ended || !this.open || channel === undefined) return false
    // werift would count an empty message in its stream and never send it, which stalls all that follow.
    if (data.length === 0) return false
    const { maxMessageSize } = this.peer
    if (maxMessageSize > 0 && data.length > maxMessageSize) return false
    if (channel.bufferedAmount + data.length > bufferedLimitBytes) return false
    if (this.countWaiting(channel.bufferedAmount) >= waitingMessagesLimit) return false
    this.waiting.push(data.length)
    channel.send(Buffer.from(data))
    return true
  }

  /** How many messages the buffered bytes are: they leave in the order in which they came. */
  private countWaiting(bufferedBytes: number): number {
    let bytes = this.waiting.reduce((sum, size) => sum + size, 0)
    while (bytes > bufferedBytes) bytes -= this.waiting.shift() ?? bytes
    return this.waiting.length
  }

  end(): void {
    if (this.ended) return
    this.ended = true
    clearInterval(this.setupTimer)
    this.stopTimers()
    // A packet being handled right now may start one more timer behind our back, within this turn of the event loop.
    setImmediate(() => this.stopTimers())
  }

  private stopTimers(): void {
    this.sctp.stop().catch(ignoreMalformed)
  }

  private createChannel(how: { negotiated: boolean; id: number }): RTCDataChannel {
    return new RTCDataChannel(
      this.sctp,
      new RTCDataChannelParameters({ label: channelLabel, ordered: true, ...how }),
    )
  }

  /** Messages of any channel count; the first one carries ours. */
  private use(channel: RTCDataChannel): void {
    this.channel ??= channel
    channel.onMessage.subscribe((data) => {
      if (!this.ended) this.events.onMessage(typeof data === 'string' ? Buffer.from(data) : data)
    })
    channel.stateChange.subscribe((state) => {
      if (state === 'open') this.opened(channel)
      else if (channel === this.channel) this.closed(this.whyClosed())
    })
  }

  private opened(channel: RTCDataChannel): void {
    if (this.ended || this.open || channel !== this.channel) return
    this.open = true
    this.events.onOpen()
  }

  private whyClosed(): string {
    if (!this.open) return 'SCTP over the finished handshake did not reach the peer.'
    const whole = this.sctp.sctp.state === 'closed'
    return whole ? 'The peer ended the SCTP association.' : 'The peer closed the data channel.'
  }

  private closed(detail: string): void {
    if (this.ended) return
    this.end()
    this.events.onClosed(detail)
  }

  private sendPacket(packet: Buffer): void {
    if (this.ended) return
    if (isSetup(packet)) this.repeatSetup(packet)
    this.events.send(packet)
    if (this.retransmissions.add(packet) && !this.ended)
      this.events.onRetransmissions(this.retransmissions.total)
  }

  private repeatSetup(packet: Buffer): void {
    clearInterval(this.setupTimer)
    this.setupTimer = setInterval(() => this.events.send(packet), setupResendMs)
  }

  /** What RTCSctpTransport uses of a DTLS transport, and nothing more. */
  private lowerLayer(): RTCDtlsTransport {
    const lower = {
      id: 'pathscope',
      iceTransport: { role: this.peer.iceRole },
      onStateChange: { subscribe: () => ({ unSubscribe: () => {} }) },
      dataReceiver: () => {},
      sendData: (packet: Buffer): Promise<void> => {
        this.sendPacket(packet)
        return Promise.resolve()
      },
    }
    return lower as unknown as RTCDtlsTransport
  }
}

/** The peer has authenticated itself, yet may send nonsense; werift throws on it, and there is nothing to do about it. */
function ignoreMalformed(): void {}
