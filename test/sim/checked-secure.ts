import type { SecureEvent, SecureSession, SecureSessions } from '../../src/runtime/ports'
import type { Report } from './checked-engine'

/** One message's way, by the sender's count. */
export interface MessageTrace {
  readonly data: Uint8Array
  readonly sentAtMs: number
  deliveredAtMs: number | null
}

/** Messages of one direction: what the sender's channel accepted, and how far the receiver's came. */
export interface MessageFlow {
  readonly messages: MessageTrace[]
  delivered: number
}

export function createFlow(): MessageFlow {
  return { messages: [], delivered: 0 }
}

/**
 * A secure session that is held to exactly-once delivery: no record reaches SCTP twice, and messages arrive as they
 * were sent, in order.
 */
export function checkSecure(
  sessions: SecureSessions,
  nowMs: () => number,
  outward: MessageFlow,
  inward: MessageFlow,
  report: Report,
): SecureSessions {
  return {
    async create() {
      const inner = await sessions.create()
      const opened = new Map<Uint8Array, number>()
      const delivered = new Set<number>()

      function take(event: SecureEvent): void {
        if (event.kind === 'message') takeMessage(inward, event.data, nowMs(), report)
        checked.onEvent(event)
      }

      function deliver(plain: Uint8Array): void {
        const sequence = opened.get(plain)
        if (sequence === undefined) report('a plain text was delivered that was never opened')
        else if (delivered.has(sequence)) report(`record ${sequence} was delivered twice`)
        else delivered.add(sequence)
        opened.delete(plain)
        inner.deliver(plain)
      }

      const checked: SecureSession = {
        fingerprint: inner.fingerprint,
        start: (start) => inner.start(start),
        receiveHandshake: (data) => inner.receiveHandshake(data),
        open(record) {
          const plain = inner.open(record)
          if (plain !== undefined) opened.set(plain, sequenceOf(record))
          return plain
        },
        deliver,
        sendMessage(data) {
          outward.messages.push({ data: data.slice(), sentAtMs: nowMs(), deliveredAtMs: null })
          const taken = inner.sendMessage(data)
          // Refused, nothing of it was sent: it is still the last.
          if (!taken) outward.messages.pop()
          return taken
        },
        resume: () => inner.resume(),
        close: () => inner.close(),
        onEvent: () => undefined,
      }
      inner.onEvent = take
      return checked
    },
  }
}

function takeMessage(flow: MessageFlow, data: Uint8Array, nowMs: number, report: Report): void {
  const due = flow.messages[flow.delivered]
  if (due === undefined) return report('a message arrived that was not sent')
  if (Buffer.compare(due.data, data) !== 0)
    return report(`message ${flow.delivered} arrived changed or out of order`)
  due.deliveredAtMs = nowMs
  flow.delivered++
}

function sequenceOf(record: Uint8Array): number {
  return new DataView(record.buffer, record.byteOffset).getUint32(7)
}
