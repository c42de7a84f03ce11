/** History of test streams: mean and longest time between new packets, and their payload. Tracks have negative numbers. */
import { streamLimits } from '../../shared/streams'
import type { EngineSnapshot, StreamSnapshot } from '../../shared/view'
import { gap, metrics, noSample, type Row } from './level'

/** Streams whose history is kept: all that a session may have, in both directions. */
export const trackedStreamsLimit = 2 * streamLimits.streamsPerSession

/** Goodput is an average over this time; of what we send over that between two words of the peer, if longer. */
const windowMs = 1000

/** After this long without a new packet a stream that was stopped has no more history. */
const silentMs = 3000

const spacingAt = metrics.indexOf('spacing')
const longestAt = metrics.indexOf('longestGap')
const goodputAt = metrics.indexOf('goodput')

/** The track of a stream among those of the pairs, whose numbers are positive. */
export function streamTrack({ direction, id }: Pick<StreamSnapshot, 'direction' | 'id'>): number {
  return direction === 'sent' ? -2 * id : -2 * id - 1
}

interface Count {
  readonly atMs: number
  readonly received: number
}

interface Memory {
  /** When the count of received packets grew, oldest first; at least `windowMs` of it. */
  readonly counts: Count[]
  /** Nothing new came in the last row's time. */
  waits: boolean
  /** Longest gap of the rows since the last second's. */
  longestMs: number
  last: Row
}

export interface StreamTracks {
  rows(snapshot: EngineSnapshot): ReadonlyMap<number, Row>
  /** Of the second that ended with the last rows: its mean spacing and the longest gap in it. */
  second(): ReadonlyMap<number, Row>
}

export function createStreamTracks(): StreamTracks {
  const memories = new Map<number, Memory>()
  return {
    rows({ streams, atMs }) {
      const rows = new Map<number, Row>()
      for (const stream of streams) {
        const track = streamTrack(stream)
        const memory = memories.get(track) ?? newMemory(stream)
        if (!memories.has(track) && memories.size >= trackedStreamsLimit) continue
        memories.set(track, memory)
        memory.last = rowOf(stream, memory, atMs)
        memory.longestMs = Math.max(memory.longestMs, memory.last[longestAt] ?? noSample)
        rows.set(track, memory.last)
      }
      return rows
    },
    second() {
      const rows = new Map<number, Row>()
      for (const [track, memory] of memories) {
        const row = Float32Array.from(memory.last)
        const meanMs = meanSpacingMs(memory.counts)
        if (meanMs !== null && (row[spacingAt] ?? noSample) >= 0 && !memory.waits) row[spacingAt] = meanMs
        if (memory.longestMs >= 0) row[longestAt] = memory.longestMs
        memory.longestMs = noSample
        rows.set(track, row)
      }
      return rows
    },
  }
}

function newMemory({ startedAtMs }: StreamSnapshot): Memory {
  return {
    counts: [{ atMs: startedAtMs, received: 0 }],
    waits: false,
    longestMs: noSample,
    last: new Float32Array(metrics.length).fill(gap),
  }
}

function rowOf(stream: StreamSnapshot, memory: Memory, atMs: number): Row {
  const row = new Float32Array(metrics.length).fill(gap)
  const { counts } = memory
  const before = counts[counts.length - 1]
  const received = stream.received ?? 0
  if (before === undefined) return row
  memory.waits = received <= before.received
  row[longestAt] = stream.deliveryGapIntervalMs ?? noSample
  if (received <= before.received) {
    const waitedMs = atMs - before.atMs
    if (!stream.running && waitedMs > silentMs) return row.fill(gap)
    // Of what we send, the peer's next word says more; of what comes here, nothing came.
    if (stream.direction === 'received' && stream.running) {
      row[spacingAt] = waitedMs
      row[longestAt] = Math.max(waitedMs, stream.deliveryGapIntervalMs ?? 0)
    } else row[spacingAt] = noSample
    row[goodputAt] = waitedMs > silentMs ? 0 : noSample
    return row
  }
  counts.push({ atMs, received })
  while (counts.length > 2 && atMs - (counts[1]?.atMs ?? atMs) >= windowMs) counts.shift()
  row[spacingAt] = (atMs - before.atMs) / (received - before.received)
  row[goodputAt] = goodputBps(stream, counts)
  return row
}

/** Over the window of `counts`; null before a packet in it. */
function meanSpacingMs(counts: readonly Count[]): number | null {
  const [first, last] = [counts[0], counts[counts.length - 1]]
  if (first === undefined || last === undefined || last.received <= first.received) return null
  return (last.atMs - first.atMs) / (last.received - first.received)
}

function goodputBps({ direction, bytes, sent, received }: StreamSnapshot, counts: readonly Count[]): number {
  const [first, last] = [counts[0], counts[counts.length - 1]]
  const packets = direction === 'sent' ? sent : received
  if (first === undefined || last === undefined || last.atMs <= first.atMs || !packets) return gap
  return (8000 * (bytes / packets) * (last.received - first.received)) / (last.atMs - first.atMs)
}
