/** What is to be read in a packet of an RTP stream without its keys, see docs/protocol.md. */

/** Upper half of the SSRC of a test stream; the lower one is the stream's number. */
const streamSsrc = 0x5053
const rtpHeaderBytes = 12

export interface StreamPacket {
  readonly streamId: number
  /** The number in the stream, its low 16 bits. */
  readonly low: number
}

/** The datagram as a packet of a test stream; null when it is none. */
export function readStreamPacket(datagram: Buffer): StreamPacket | null {
  const first = datagram[0] ?? 0
  if (first < 128 || first > 191 || datagram.length < rtpHeaderBytes) return null
  if (datagram.readUInt16BE(8) !== streamSsrc) return null
  return { streamId: datagram.readUInt16BE(10), low: datagram.readUInt16BE(2) }
}

/** Tells full numbers from their low 16 bits, in each stream by the highest one that it was asked for. */
export function createIndexes(): (packet: StreamPacket) => number {
  const highest = new Map<number, number>()
  return ({ streamId, low }) => {
    const reference = highest.get(streamId)
    if (reference === undefined) {
      highest.set(streamId, low)
      return low
    }
    const distance = ((low - reference + 0x8000) & 0xffff) - 0x8000
    const index = reference + distance
    if (index > reference) highest.set(streamId, index)
    return index
  }
}
