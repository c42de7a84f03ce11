import { decodeFrame, encodeFrame, maxSelectiveFrames } from './frame'
import { Receiver } from './receiver'
import { Sender } from './sender'

export interface ReliableOptions {
  /** Frames held in each direction, 1..256; the peer's must not be larger. */
  readonly maxFrames: number
  /** Payload of one frame; a frame is at most `reliableOverheadBytes` longer. The peer's must not be larger. */
  readonly maxPayloadBytes: number
  /** Longest message, at most maxFrames * maxPayloadBytes. The peer's must not be larger. */
  readonly maxMessageBytes: number
}

/**
 * One end of the channel. It repeats what is not acknowledged for ever, with growing pauses of at most 3 s: when to
 * give up is for its owner to say, who may send each frame on several paths and need not drop copies on arrival.
 */
export interface Reliable {
  /** Queues a message; false when it is too long or there is no room for all of it (nothing is queued then). */
  send(message: Uint8Array, nowMs: number): boolean
  /** Takes in a frame that the peer's `poll` gave. `bad` frames change nothing. */
  receive(frame: Uint8Array, nowMs: number): 'ok' | 'duplicate' | 'bad'
  /** The peer's next message, in order, once. As long as nobody asks, no more than `maxFrames` are taken in. */
  next(): Uint8Array | undefined
  /** The next frame to transmit now: data, data again, or a bare acknowledgement. Call until undefined. */
  poll(nowMs: number): Uint8Array | undefined
  /** When `poll` should be called next; undefined while nothing is under way. */
  nextDeadline(): number | undefined
  /** The timeout that the paths' round trips suggest, ms; 300 until set. Kept within 50..3000. */
  setRto(rtoMs: number): void
  /** Frames not acknowledged yet, those not yet sent included. */
  readonly unacked: number
  /** When the oldest of them was queued. */
  oldestUnackedSinceMs(): number | undefined
}

/** Pauses between two acknowledgements: short for new data, so that a burst costs few, longer for copies. */
const ackSpacingMs = 5
const duplicateAckSpacingMs = 20

/** Throws a RangeError when the options do not fit each other. */
export function createReliable(options: ReliableOptions): Reliable {
  checkOptions(options)
  const sender = new Sender(options.maxFrames, options.maxPayloadBytes)
  const receiver = new Receiver(options)
  let lastAckAtMs = Number.NEGATIVE_INFINITY
  let ackDueAtMs: number | undefined
  let echo: number | null = null

  const dueAck = (nowMs: number, spacingMs: number) => {
    const dueAtMs = Math.max(nowMs, lastAckAtMs + spacingMs)
    ackDueAtMs = ackDueAtMs === undefined ? dueAtMs : Math.min(ackDueAtMs, dueAtMs)
  }

  return {
    send(message, nowMs) {
      return message.length <= options.maxMessageBytes && sender.send(message, nowMs)
    },
    receive(bytes, nowMs) {
      const frame = decodeFrame(bytes)
      if (!frame || !sender.accepts(frame)) return 'bad'
      const reception = frame.data ? receiver.receive(frame.data) : undefined
      if (reception !== 'refused') sender.acknowledged(frame, nowMs)
      if (!frame.data) return 'ok'
      dueAck(nowMs, reception === 'new' ? ackSpacingMs : duplicateAckSpacingMs)
      // A copy that came late by a slow path says nothing about the way an answer would take.
      if (reception === 'new') echo = frame.data.stamp
      return reception === 'new' ? 'ok' : reception === 'duplicate' ? 'duplicate' : 'bad'
    },
    next: () => receiver.next(),
    poll(nowMs) {
      const data = sender.poll(nowMs) ?? null
      if (!data && (ackDueAtMs === undefined || ackDueAtMs > nowMs)) return undefined
      const frame = encodeFrame({ ack: receiver.ack, selective: receiver.selective(), echo, data })
      if (ackDueAtMs !== undefined) lastAckAtMs = nowMs
      ackDueAtMs = undefined
      echo = null
      return frame
    },
    nextDeadline() {
      const sendAtMs = sender.nextDeadline()
      if (sendAtMs === undefined || ackDueAtMs === undefined) return sendAtMs ?? ackDueAtMs
      return Math.min(sendAtMs, ackDueAtMs)
    },
    setRto: (rtoMs) => sender.setRto(rtoMs),
    get unacked() {
      return sender.unacked
    },
    oldestUnackedSinceMs: () => sender.oldestQueuedAtMs,
  }
}

function checkOptions({ maxFrames, maxPayloadBytes, maxMessageBytes }: ReliableOptions): void {
  if (!(maxFrames >= 1 && maxFrames <= maxSelectiveFrames)) throw new RangeError(`maxFrames: ${maxFrames}`)
  if (!(maxPayloadBytes >= 1)) throw new RangeError(`maxPayloadBytes: ${maxPayloadBytes}`)
  if (!(maxMessageBytes >= 1 && maxMessageBytes <= maxFrames * maxPayloadBytes)) {
    throw new RangeError(`maxMessageBytes: ${maxMessageBytes} does not fit into ${maxFrames} frames`)
  }
}
