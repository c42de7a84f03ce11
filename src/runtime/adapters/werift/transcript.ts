import { type HandshakeMessage, handshakeType, serializeMessage } from './wire'

export type DtlsRole = 'client' | 'server'

/**
 * Both directions' handshake messages as this side saw them on the wire, each once. werift keeps a transcript too, but
 * sorts and filters it in ways of its own; a proof has to rest on the bytes.
 */
export class Transcript {
  private readonly client: HandshakeMessage[] = []
  private readonly server: HandshakeMessage[] = []

  /** Messages must come in order of message_seq within a direction. */
  add(by: DtlsRole, message: HandshakeMessage): void {
    const messages = by === 'client' ? this.client : this.server
    messages.push(message)
  }

  /**
   * All messages in protocol order (RFC 5246 section 7.3), each as hashed. A HelloVerifyRequest and the ClientHello before
   * it are left out (RFC 6347 section 4.2.6).
   */
  ordered(): readonly HandshakeMessage[] {
    const verified = this.server[0]?.type === handshakeType.helloVerifyRequest
    const client = verified ? this.client.slice(1) : this.client
    const server = verified ? this.server.slice(1) : this.server
    const done = server.findIndex((message) => message.type === handshakeType.serverHelloDone) + 1
    return [...client.slice(0, 1), ...server.slice(0, done), ...client.slice(1), ...server.slice(done)]
  }
}

/** The hashed bytes of the messages before `end`. */
export function bytesBefore(messages: readonly HandshakeMessage[], end: number): Buffer {
  return Buffer.concat(messages.slice(0, end).map(serializeMessage))
}
