/** What of an SCTP packet matters here (RFC 9260 section 3). */

const commonHeaderBytes = 12
const dataChunk = 0
const initChunk = 1
const cookieEchoChunk = 10

/** Transmission sequence numbers of the DATA chunks in a packet; a malformed tail ends the list. */
export function dataTsns(packet: Buffer): number[] {
  const tsns: number[] = []
  let at = commonHeaderBytes
  while (at + 4 <= packet.length) {
    const length = packet.readUInt16BE(at + 2)
    if (length < 4 || at + length > packet.length) break
    if (packet[at] === dataChunk && length >= 16) tsns.push(packet.readUInt32BE(at + 4))
    at += length + ((4 - (length % 4)) % 4)
  }
  return tsns
}

/** Whether the packet asks for the next step of setting up the association: INIT or COOKIE ECHO, each alone or first. */
export function isSetup(packet: Buffer): boolean {
  const type = packet[commonHeaderBytes]
  return type === initChunk || type === cookieEchoChunk
}

/**
 * Counts the DATA chunks sent again by looking at what is sent: every TSN that does not go beyond the highest so far was
 * sent before, whichever timer or rule of SCTP made it so. TSNs wrap at 2^32 (RFC 9260 section 1.6).
 */
export class RetransmissionCount {
  total = 0
  private highest: number | undefined

  /** Whether the packet held anything sent before. */
  add(packet: Buffer): boolean {
    const before = this.total
    for (const tsn of dataTsns(packet)) {
      if (this.highest !== undefined && ((tsn - this.highest) | 0) <= 0) this.total++
      else this.highest = tsn
    }
    return this.total > before
  }
}
