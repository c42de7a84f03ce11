import type { HandshakeFragment, HandshakeMessage } from './wire'

/** Longest handshake message taken, bytes. */
const maxMessageBytes = 16_384
/** How far ahead of the next message a fragment may be. */
const maxAhead = 16

interface Partial {
  readonly type: number
  readonly body: Buffer
  readonly seen: Uint8Array
  missing: number
}

/**
 * Puts one direction's handshake messages together: each message once, whole, in order of message_seq (RFC 6347 section
 * 4.2.2). The first bytes seen for a place count; repetitions, whatever they hold, change nothing.
 */
export class Reassembly {
  private next = 0
  private readonly partials = new Map<number, Partial>()

  /** message_seq of the first message that is not complete. */
  get expected(): number {
    return this.next
  }

  /** Takes a fragment; returns the messages that are now complete and in order. */
  add(fragment: HandshakeFragment): HandshakeMessage[] {
    if (fragment.sequence < this.next || fragment.sequence >= this.next + maxAhead) return []
    if (fragment.length > maxMessageBytes) return []
    this.place(fragment)
    return this.takeComplete()
  }

  private place(fragment: HandshakeFragment): void {
    let partial = this.partials.get(fragment.sequence)
    if (partial === undefined) {
      partial = {
        type: fragment.type,
        body: Buffer.alloc(fragment.length),
        seen: new Uint8Array(fragment.length),
        missing: fragment.length,
      }
      this.partials.set(fragment.sequence, partial)
    }
    if (partial.type !== fragment.type || partial.body.length !== fragment.length) return
    for (const [i, byte] of fragment.body.entries()) {
      const at = fragment.offset + i
      if (partial.seen[at] === 1) continue
      partial.seen[at] = 1
      partial.body[at] = byte
      partial.missing--
    }
  }

  private takeComplete(): HandshakeMessage[] {
    const messages: HandshakeMessage[] = []
    for (;;) {
      const partial = this.partials.get(this.next)
      if (partial === undefined || partial.missing > 0) return messages
      messages.push({ type: partial.type, sequence: this.next, body: partial.body })
      this.partials.delete(this.next)
      this.next++
    }
  }
}
