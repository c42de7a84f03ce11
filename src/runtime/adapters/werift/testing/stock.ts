/** For this folder's tests: werift's own stack as the peer, as it stands in werift's RTCPeerConnection. */
import {
  Event,
  RTCCertificate,
  type RTCDataChannel,
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  RTCDtlsTransport,
  type RTCIceTransport,
  RTCSctpTransport,
} from 'werift'
import { createCertificate, signatureHash } from '../certificate'
import type { Watched, Way } from './join'
import { contentType } from '../wire'

export interface StockPeer {
  readonly fingerprint: string
  readonly dtls: RTCDtlsTransport
  readonly sctp: RTCSctpTransport
  /** Channels opened by the other end. */
  readonly channels: RTCDataChannel[]
  readonly onData: Event<[Buffer]>
  onSend: (data: Buffer) => void
  stop(): void
}

/** What RTCPeerConnection gives, also where there is a data channel alone. */
const srtpProfiles: ConstructorParameters<typeof RTCDtlsTransport>[3] = [7, 1]

export async function stockPeer(
  role: 'client' | 'server',
  iceRole: 'controlling' | 'controlled',
): Promise<StockPeer> {
  const certificate = await createCertificate()
  const onData = new Event<[Buffer]>()
  const connection = {
    onData,
    send: async (data: Buffer): Promise<void> => peer.onSend(data),
    close: async (): Promise<void> => {},
  }
  const ice = { role: iceRole, connection, stop: async (): Promise<void> => {} } as unknown as RTCIceTransport
  const own = new RTCCertificate(certificate.keyPem, certificate.certPem, signatureHash)
  const dtls = new RTCDtlsTransport({} as never, ice, own, srtpProfiles)
  dtls.role = role
  const sctp = new RTCSctpTransport()
  sctp.setDtlsTransport(dtls)
  const channels: RTCDataChannel[] = []
  sctp.onDataChannel.subscribe((channel) => channels.push(channel))
  const peer: StockPeer = {
    fingerprint: certificate.fingerprint,
    dtls,
    sctp,
    channels,
    onData,
    onSend: () => {},
    stop: () => {
      peer.onSend = () => {}
      sctp.stop().catch(() => {})
    },
  }
  return peer
}

/** Joins a session to a stock peer as a driver towards one would: by the type of each datagram's first record. */
export function joinStock(session: Watched, stock: StockPeer, both: Way = (data, pass) => pass(data)): void {
  session.session.onEvent = (event) => {
    session.note(event)
    if (event.kind !== 'handshake' && event.kind !== 'record') return
    both(event.data, (data) => setImmediate(() => stock.onData.execute(Buffer.from(data))))
  }
  stock.onSend = (datagram) => {
    both(datagram, (data) =>
      setImmediate(() => {
        if (data[0] === contentType.applicationData) session.takeRecord(data)
        else session.session.receiveHandshake(data)
      }),
    )
  }
}

export function startStock(stock: StockPeer, remoteFingerprint: string): Promise<void> {
  stock.dtls.setRemoteParams(
    new RTCDtlsParameters([new RTCDtlsFingerprint('sha-256', remoteFingerprint)], 'auto'),
  )
  return stock.dtls.start()
}
