/**
 * The latest packets of one sender, each with the path it went out on and when. Whatever is sent on one path alone can be
 * kept here, records and RTP alike; what must not be sent twice in the same form is made anew from what is kept.
 */
export interface SentRing<T> {
  /** Times must not go back. The oldest packet makes room when the ring is full. */
  add(pathId: number, packet: T, nowMs: number): void
  /** Takes out what went out over a path at `sinceMs` or later, oldest first. A packet is given once. */
  take(pathId: number, sinceMs: number): T[]
}

interface Sent<T> {
  readonly pathId: number
  readonly atMs: number
  readonly packet: T
}

export function createSentRing<T>(maxPackets: number): SentRing<T> {
  const slots: (Sent<T> | undefined)[] = new Array<Sent<T> | undefined>(maxPackets).fill(undefined)
  let next = 0

  return {
    add(pathId, packet, atMs) {
      slots[next] = { pathId, atMs, packet }
      next = (next + 1) % maxPackets
    },
    take(pathId, sinceMs) {
      const taken: T[] = []
      for (let back = 1; back <= maxPackets; back += 1) {
        const place = (next - back + maxPackets) % maxPackets
        const sent = slots[place]
        if (sent === undefined) continue
        if (sent.atMs < sinceMs) break
        if (sent.pathId !== pathId) continue
        slots[place] = undefined
        taken.push(sent.packet)
      }
      return taken.reverse()
    },
  }
}
