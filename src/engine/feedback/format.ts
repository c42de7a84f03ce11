import { getU48, setU48, viewOf } from '../bytes'

/** First byte of the plain text of a control datagram: of feedback that tells all that came, and of one that may not. */
export const feedbackType = 3
export const behindType = 4
/** Whoever has this word among the features of its hello reads the second. */
export const behindFeature = 'feedback-behind'
/** Times are told in steps of this, µs. */
const tickUs = 10
export const ticksPerMs = 1000 / tickUs
/** A plain text is at most this long: sealed within 1200 bytes. */
export const maxFeedbackBytes = 1176
const headerBytes = 7
const behindHeaderBytes = 11
const blockBytes = 16
/** What a further packet of a block takes at most: two numbers of at most seven bytes. */
const entryBytes = 14
const maxU32 = 2 ** 32 - 1
const maxSequence = 2 ** 48 - 1
/** Seven bytes of seven bits. */
const maxVarint = 2 ** 49 - 1

/**
 * What one feedback datagram says. Lists of the same length, in the order of arrival within each pair and stream; read
 * anew into the same lists each time, so that nothing is allocated for a packet.
 */
export interface Arrivals {
  /** When it was made, in its sender's engine time. */
  madeAtMs: number
  /** What came until then is told here or was before; its sender may not have read what came later. */
  completeAtMs: number
  count: number
  /** The addressee's own numbers of its pairs. */
  readonly pairs: number[]
  readonly streams: number[]
  readonly sequences: number[]
  /** In the engine time of the sender of the datagram. */
  readonly arrivedMs: number[]
}

/**
 * Writes one plain text after another. `begin`, then `add` for each packet, those of the same pair and stream one behind
 * the other, then `take`. `add` is false when there is no room: take the text, begin another, and add it again.
 */
export interface FeedbackWriter {
  /** `completeAtMs`: what came until then is told with this text; what came later may wait unread. */
  begin(madeAtMs: number, completeAtMs: number): void
  add(pair: number, stream: number, sequence: number, arrivedMs: number): boolean
  take(): Uint8Array
}

export function createFeedbackWriter(): FeedbackWriter {
  const bytes = new Uint8Array(maxFeedbackBytes)
  const view = viewOf(bytes)
  let length = 0
  let madeTicks = 0
  let blockAt = -1
  let blockPair = -1
  let blockStream = -1
  let blockCount = 0
  let lastSequence = 0
  let lastTicks = 0

  const writeVarint = (value: number): void => {
    let rest = value
    while (rest >= 128) {
      bytes[length++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    bytes[length++] = rest
  }
  const startBlock = (pair: number, stream: number, sequence: number, ticks: number): void => {
    blockAt = length
    blockPair = pair
    blockStream = stream
    blockCount = 1
    view.setUint16(length, pair)
    view.setUint16(length + 2, stream)
    view.setUint16(length + 4, 1)
    setU48(view, length + 6, sequence)
    view.setUint32(length + 12, madeTicks - ticks)
    length += blockBytes
  }

  return {
    begin(madeAtMs, completeAtMs) {
      madeTicks = Math.round(madeAtMs * ticksPerMs)
      const isBehind = completeAtMs < madeAtMs
      bytes[0] = isBehind ? behindType : feedbackType
      setU48(view, 1, madeTicks)
      if (isBehind)
        view.setUint32(headerBytes, Math.min(maxU32, Math.round((madeAtMs - completeAtMs) * ticksPerMs)))
      length = isBehind ? behindHeaderBytes : headerBytes
      blockAt = -1
    },
    add(pair, stream, sequence, arrivedMs) {
      const exact = Math.min(madeTicks, Math.max(0, Math.round(arrivedMs * ticksPerMs)))
      const ticks = Math.max(exact, madeTicks - maxU32)
      const continues = blockAt >= 0 && pair === blockPair && stream === blockStream && blockCount < 0xffff
      if (!continues) {
        if (length + blockBytes > maxFeedbackBytes) return false
        startBlock(pair, stream, sequence, ticks)
      } else {
        if (length + entryBytes > maxFeedbackBytes) return false
        blockCount += 1
        view.setUint16(blockAt + 4, blockCount)
        writeVarint(zigzag(sequence - lastSequence - 1))
        writeVarint(Math.max(0, ticks - lastTicks))
      }
      lastSequence = sequence
      lastTicks = continues ? Math.max(ticks, lastTicks) : ticks
      return true
    },
    take: () => bytes.slice(0, length),
  }
}

/** 0, -1, 1, -2, 2 … become 0, 1, 2, 3, 4 … */
function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}

export function emptyArrivals(): Arrivals {
  return { madeAtMs: 0, completeAtMs: 0, count: 0, pairs: [], streams: [], sequences: [], arrivedMs: [] }
}

/** Reads a whole plain text of type 3 or 4; false when it is malformed, and then what stands in `into` means nothing. */
export function readFeedback(plain: Uint8Array, into: Arrivals): boolean {
  const isBehind = plain[0] === behindType
  let at = isBehind ? behindHeaderBytes : headerBytes
  if (!(isBehind || plain[0] === feedbackType) || plain.length < at || plain.length > maxFeedbackBytes)
    return false
  const view = viewOf(plain)
  const madeTicks = getU48(view, 1)
  const completeTicks = madeTicks - (isBehind ? view.getUint32(headerBytes) : 0)
  if (completeTicks < 0) return false
  into.madeAtMs = madeTicks / ticksPerMs
  into.completeAtMs = completeTicks / ticksPerMs
  into.count = 0

  /** The next number, or -1. */
  const readVarint = (): number => {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = plain[at]
      if (byte === undefined || scale > maxVarint) return -1
      at += 1
      value += (byte & 127) * scale
      // A number that ends in a byte of zeros could be written shorter: each has one form.
      if (byte < 128) return byte === 0 && scale > 1 ? -1 : value
      scale *= 128
    }
  }
  const put = (pair: number, stream: number, sequence: number, ticks: number): void => {
    into.pairs[into.count] = pair
    into.streams[into.count] = stream
    into.sequences[into.count] = sequence
    into.arrivedMs[into.count] = ticks / ticksPerMs
    into.count += 1
  }

  while (at < plain.length) {
    if (at + blockBytes > plain.length) return false
    const pair = view.getUint16(at)
    const stream = view.getUint16(at + 2)
    const count = view.getUint16(at + 4)
    let sequence = getU48(view, at + 6)
    let ticks = madeTicks - view.getUint32(at + 12)
    if (count === 0 || ticks < 0) return false
    at += blockBytes
    put(pair, stream, sequence, ticks)
    for (let i = 1; i < count; i += 1) {
      const step = readVarint()
      const later = step < 0 ? -1 : readVarint()
      if (later < 0) return false
      sequence += unzigzag(step) + 1
      ticks += later
      if (sequence < 0 || sequence > maxSequence || ticks > madeTicks) return false
      put(pair, stream, sequence, ticks)
    }
  }
  return true
}
