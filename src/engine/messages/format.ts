import { limits } from '../face/limits'

/**
 * A test message, big-endian:
 *
 *     0  u8   version, 1
 *     1  u8   flags: 1 = an echo follows, 2 = first message after a start or a pause; others 0, ignored when read
 *     2  u48  sequence number, from 1: also how many messages the sender has sent, this one included
 *     8  u64  sender's engine time, µs
 *    16  u48  echo: sequence number of the last message received from the peer
 *    22  u64  echo: that message's sender time, µs, as it stood in it
 *    30  u32  echo: µs from its arrival to this sending
 *    34  …    zeros up to the message's size, 64 bytes at least
 *
 * Echo and hold are the LSR and DLSR of RTCP (RFC 3550 section 6.4.1), in µs.
 */
export interface Message {
  readonly sequence: number
  readonly sentAtMs: number
  readonly restarted: boolean
  readonly echo: Echo | null
}

/** The peer's last message as it is echoed back to it. */
export interface Echo {
  readonly sequence: number
  /** In the peer's engine time. */
  readonly sentAtMs: number
  /** From its arrival here to the sending of the echo. */
  readonly holdMs: number
}

export const minMessageBytes = 64
const version = 1
const flagEcho = 1
const flagRestarted = 2
const two32 = 2 ** 32
const maxSequence = 2 ** 48 - 1
/** Whole µs up to 2^53, which is 285 years. */
const maxTimeHigh = 2 ** 21

export function encodeMessage(message: Message, sizeBytes: number): Uint8Array {
  const data = new Uint8Array(sizeBytes)
  const view = new DataView(data.buffer)
  // A hold of more than 71 minutes does not fit, and such an echo tells nothing.
  const echo = message.echo !== null && message.echo.holdMs * 1000 < two32 - 1 ? message.echo : null
  view.setUint8(0, version)
  view.setUint8(1, (echo === null ? 0 : flagEcho) | (message.restarted ? flagRestarted : 0))
  writeSequence(view, 2, message.sequence)
  writeTime(view, 8, message.sentAtMs)
  if (echo !== null) {
    writeSequence(view, 16, echo.sequence)
    writeTime(view, 22, echo.sentAtMs)
    view.setUint32(30, Math.round(Math.max(0, echo.holdMs) * 1000))
  }
  return data
}

/** The message, or a sentence on what is wrong with it. */
export function decodeMessage(data: Uint8Array): Message | string {
  if (data.length < minMessageBytes)
    return `a test message has at least ${minMessageBytes} bytes, not ${data.length}`
  if (data.length > limits.messageBytes) return `a test message has at most ${limits.messageBytes} bytes`
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  if (view.getUint8(0) !== version) return `test message of unknown version ${view.getUint8(0)}`
  const flags = view.getUint8(1)
  const sequence = readSequence(view, 2)
  if (sequence === 0) return 'test messages are numbered from 1, not 0'
  const sentAtMs = readTime(view, 8)
  if (sentAtMs === undefined) return 'the time in a test message is out of range'
  if ((flags & flagEcho) === 0)
    return { sequence, sentAtMs, restarted: (flags & flagRestarted) !== 0, echo: null }
  const echoedAtMs = readTime(view, 22)
  if (echoedAtMs === undefined) return 'the echoed time in a test message is out of range'
  return {
    sequence,
    sentAtMs,
    restarted: (flags & flagRestarted) !== 0,
    echo: { sequence: readSequence(view, 16), sentAtMs: echoedAtMs, holdMs: view.getUint32(30) / 1000 },
  }
}

function writeSequence(view: DataView, at: number, sequence: number): void {
  if (!(sequence >= 0 && sequence <= maxSequence)) throw new RangeError(`message number ${sequence}`)
  view.setUint16(at, Math.floor(sequence / two32))
  view.setUint32(at + 2, sequence % two32)
}

function readSequence(view: DataView, at: number): number {
  return view.getUint16(at) * two32 + view.getUint32(at + 2)
}

function writeTime(view: DataView, at: number, timeMs: number): void {
  const timeUs = Math.round(Math.max(0, timeMs) * 1000)
  view.setUint32(at, Math.floor(timeUs / two32))
  view.setUint32(at + 4, timeUs % two32)
}

function readTime(view: DataView, at: number): number | undefined {
  const high = view.getUint32(at)
  return high >= maxTimeHigh ? undefined : (high * two32 + view.getUint32(at + 4)) / 1000
}
