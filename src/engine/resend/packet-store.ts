/** A stream packet that went out on one path alone. Its bytes are the same on every path. */
export interface StoredPacket {
  readonly streamId: number
  sequence: number
  /** Good until so many later ones of the stream are kept. */
  data: Uint8Array
  /** When it was made. */
  madeMs: number
  /** The path it last went out on, and when; 0 = it waits for one that has room. */
  pathId: number
  atMs: number
  /** Times it was sent again. */
  hops: number
}

/**
 * The latest packets of each stream, found by number or by the path they went out on. Each is copied into memory of its
 * place, which is used again and again: to hold on to what was sealed would keep far more alive.
 */
export interface PacketStore {
  add(streamId: number, sequence: number, pathId: number, data: Uint8Array, nowMs: number): void
  find(streamId: number, sequence: number): StoredPacket | undefined
  /** What last went out over a path at `sinceMs` or later, oldest first, one stream after the other. */
  since(pathId: number, sinceMs: number): StoredPacket[]
  /** Lets go of streams of which nothing was kept for some seconds, as where most packets take several paths. */
  forgetIdle(nowMs: number): void
}

/** A packet that was sent again may be this much older than its last sending, ms. */
const longestWayMs = 2000
/** A stream of which nothing new was kept for this long is forgotten, ms. */
const idleMs = 5000

interface Kept {
  readonly packets: StoredPacket[]
  newest: number
  newestMs: number
}

/** `size`: packets kept of a stream, a power of two. */
export function createPacketStore(size: number): PacketStore {
  const mask = size - 1
  const streams = new Map<number, Kept>()

  const keptOf = (streamId: number, nowMs: number): Kept => {
    const known = streams.get(streamId)
    if (known !== undefined) return known
    const kept = { packets: [], newest: -1, newestMs: nowMs }
    streams.set(streamId, kept)
    return kept
  }

  const at = ({ packets }: Kept, sequence: number): StoredPacket | undefined => {
    const packet = packets[sequence & mask]
    return packet?.sequence === sequence ? packet : undefined
  }

  return {
    add(streamId, sequence, pathId, data, nowMs) {
      const kept = keptOf(streamId, nowMs)
      kept.newest = Math.max(kept.newest, sequence)
      kept.newestMs = nowMs
      const known = kept.packets[sequence & mask]
      if (known === undefined) {
        kept.packets[sequence & mask] = {
          streamId,
          sequence,
          data: new Uint8Array(data),
          madeMs: nowMs,
          pathId,
          atMs: nowMs,
          hops: 0,
        }
        return
      }
      known.sequence = sequence
      known.data = inPlaceOf(known.data, data)
      known.madeMs = nowMs
      known.pathId = pathId
      known.atMs = nowMs
      known.hops = 0
    },
    find(streamId, sequence) {
      const kept = streams.get(streamId)
      return kept && at(kept, sequence)
    },
    since(pathId, sinceMs) {
      const found: StoredPacket[] = []
      for (const kept of streams.values()) {
        const before = found.length
        for (let back = 0; back < size && back <= kept.newest; back += 1) {
          const packet = at(kept, kept.newest - back)
          if (packet === undefined) continue
          if (packet.madeMs < sinceMs - longestWayMs) break
          if (packet.pathId === pathId && packet.atMs >= sinceMs) found.push(packet)
        }
        found.push(...found.splice(before).reverse())
      }
      return found
    },
    forgetIdle(nowMs) {
      for (const [id, { newestMs }] of streams) if (nowMs - newestMs > idleMs) streams.delete(id)
    },
  }
}

/** `data` in the memory of what is not needed any more, where that is large enough. */
function inPlaceOf(old: Uint8Array, data: Uint8Array): Uint8Array {
  if (old.buffer.byteLength < data.length) return new Uint8Array(data)
  const kept = old.length === data.length ? old : new Uint8Array(old.buffer, 0, data.length)
  kept.set(data)
  return kept
}
