import { viewOf } from '../bytes'

/**
 * What stands in one frame (docs/protocol.md). Every frame says what its sender has received: all below `ack`, and of
 * the ones above those whose bit is set (bit i of `selective` is ack + 1 + i, lowest bit of a byte first).
 */
export interface Frame {
  readonly ack: number
  readonly selective: Uint8Array
  /** The stamp of the data that this frame answers; null when it answers none. */
  readonly echo: number | null
  readonly data: FrameData | null
}

export interface FrameData {
  readonly sequence: number
  /** The sender's clock when this copy was sent, ms modulo 2^16. */
  readonly stamp: number
  /** Whether it is the last of its message. */
  readonly endsMessage: boolean
  readonly payload: Uint8Array
}

const flag = { data: 1, endsMessage: 2, echo: 4 } as const
const knownFlags = 7
const maxSelectiveBytes = 32
/** Frames that one selective acknowledgement can tell of. */
export const maxSelectiveFrames = maxSelectiveBytes * 8
/** The most that a frame adds to its payload. */
export const reliableOverheadBytes = 1 + 4 + 2 + 1 + maxSelectiveBytes + 4 + 2

export function encodeFrame(frame: Frame): Uint8Array {
  const { data, echo, selective } = frame
  const length = 6 + (echo === null ? 0 : 2) + selective.length + (data ? 6 + data.payload.length : 0)
  const bytes = new Uint8Array(length)
  const view = viewOf(bytes)
  bytes[0] =
    (data ? flag.data : 0) | (data?.endsMessage ? flag.endsMessage : 0) | (echo === null ? 0 : flag.echo)
  view.setUint32(1, frame.ack)
  let at = 5
  if (echo !== null) {
    view.setUint16(at, echo)
    at += 2
  }
  bytes[at] = selective.length
  bytes.set(selective, at + 1)
  at += 1 + selective.length
  if (data) {
    view.setUint32(at, data.sequence)
    view.setUint16(at + 4, data.stamp)
    bytes.set(data.payload, at + 6)
  }
  return bytes
}

export function decodeFrame(bytes: Uint8Array): Frame | undefined {
  if (bytes.length < 6) return undefined
  const view = viewOf(bytes)
  const flags = bytes[0] as number
  const hasData = (flags & flag.data) !== 0
  const endsMessage = (flags & flag.endsMessage) !== 0
  if ((flags & ~knownFlags) !== 0 || (endsMessage && !hasData)) return undefined
  let at = 5
  let echo: number | null = null
  if (flags & flag.echo) {
    if (bytes.length < 8) return undefined
    echo = view.getUint16(at)
    at += 2
  }
  const selectiveLength = bytes[at] as number
  if (selectiveLength > maxSelectiveBytes) return undefined
  const selective = bytes.subarray(at + 1, at + 1 + selectiveLength)
  at += 1 + selectiveLength
  if (bytes.length < at + (hasData ? 6 : 0) || (!hasData && bytes.length !== at)) return undefined
  const data = hasData
    ? {
        sequence: view.getUint32(at),
        stamp: view.getUint16(at + 4),
        endsMessage,
        payload: bytes.slice(at + 6),
      }
    : null
  return { ack: view.getUint32(1), selective, echo, data }
}
