import { Association } from './association'
import type { SessionCertificate } from './certificate'
import { Handshake } from './handshake'

/**
 * Throws, naming what is missing, when the installed werift is not one that this folder can work with. Builds the layers
 * of a session and starts none of them.
 */
export function demandFittingWerift(certificate: SessionCertificate): void {
  const nothing = (): void => {}
  for (const role of ['client', 'server'] as const) {
    new Handshake({
      role,
      certificate,
      remoteFingerprint: certificate.fingerprint,
      reliable: true,
      emit: nothing,
      onDone: nothing,
      onFailed: nothing,
    }).end()
  }
  const events = {
    send: nothing,
    onOpen: nothing,
    onMessage: nothing,
    onRetransmissions: nothing,
    onClosed: nothing,
  }
  new Association(
    { peerKind: 'pathscope', iceRole: 'controlled', dtlsRole: 'server', sctpPort: 5000, maxMessageSize: 0 },
    events,
  ).end()
}
