import type { StreamBreak, StreamFigures, StreamSnapshot, StreamSpec } from '../face/streams'
import type { StreamCounts } from './received'
import { createLongest } from './longest'
import { createRests, type Rests } from './rests'
import { type BulkGate, createSource, type StreamSource } from './source'

/** One stream of ours: what it sends, what it has sent, and what the peer says arrived. */
export interface SentStream {
  readonly id: number
  readonly spec: StreamSpec
  readonly running: boolean
  readonly by: 'us' | 'peer'
  /** Its next packet's due time comes from here. */
  readonly source: StreamSource
  /** Paths that are too narrow for it. */
  readonly rests: Rests
  /** Packets made; also the sequence number of the next. */
  readonly sent: number
  /** The packet that is due has been made. */
  made(payloadBytes: number): void
  /** A copy of it of this many bytes, SRTP included, went over a pair. */
  copied(pairId: number, datagramBytes: number, first: boolean): void
  change(spec: StreamSpec, by: 'us' | 'peer', nowMs: number): void
  /** `broken`: why, when the circuit breaker stops it. */
  stop(by: 'us' | 'peer', nowMs: number, broken?: StreamBreak): void
  /** Counts only grow: an older report that comes late changes nothing. An older peer tells no figures. */
  peerReport(counts: StreamCounts, figures?: StreamFigures): void
  /** The pair is no more: what it did stays in the stream's own figures. */
  forgetPath(pairId: number): void
  /** `takeInterval`: the gaps that the peer told since the last such snapshot are used up by it. */
  snapshot(nowMs: number, takeInterval: boolean): StreamSnapshot
}

const noFigures: StreamFigures = {
  goodputBps: null,
  latencyMs: null,
  jitterMs: null,
  deliveryGapMaxMs: null,
  deliveryGapIntervalMs: null,
  inOrderGapMaxMs: null,
  playout: null,
}

interface PathCopies {
  readonly pairId: number
  packets: number
  bytes: number
}

export function createSentStream(
  id: number,
  initial: StreamSpec,
  startedBy: 'us' | 'peer',
  startedAtMs: number,
  gate: BulkGate,
): SentStream {
  const paths = new Map<number, PathCopies>()
  const rests = createRests()
  let spec = initial
  let source = createSource(spec, startedAtMs, gate)
  let skippedBefore = 0
  let running = true
  let by = startedBy
  let stoppedAtMs: number | null = null
  let sent = 0
  let bytes = 0
  let neededBytes = 0
  let copyBytes = 0
  let report: StreamCounts | null = null
  let reportedFigures = noFigures
  const toldGaps = createLongest()
  let broken: StreamBreak | null = null

  return {
    id,
    get spec() {
      return spec
    },
    get running() {
      return running
    },
    get by() {
      return by
    },
    get source() {
      return source
    },
    rests,
    get sent() {
      return sent
    },
    made(payloadBytes) {
      sent += 1
      bytes += payloadBytes
    },
    copied(pairId, datagramBytes, first) {
      let path = paths.get(pairId)
      if (path === undefined) {
        path = { pairId, packets: 0, bytes: 0 }
        paths.set(pairId, path)
      }
      path.packets += 1
      path.bytes += datagramBytes
      copyBytes += datagramBytes
      if (first) neededBytes += datagramBytes
    },
    change(next, whose, nowMs) {
      spec = next
      by = whose
      skippedBefore += source.skipped
      source = createSource(spec, nowMs, gate)
    },
    stop(whose, nowMs, why) {
      if (!running) return
      broken = why ?? null
      rests.end(null, nowMs)
      running = false
      by = whose
      stoppedAtMs = nowMs
    },
    peerReport(counts, figures) {
      if (report !== null && counts.received < report.received) return
      report = counts
      reportedFigures = figures ?? noFigures
      const { deliveryGapIntervalMs } = reportedFigures
      if (deliveryGapIntervalMs !== null) toldGaps.add(deliveryGapIntervalMs)
    },
    forgetPath: (pairId) => void paths.delete(pairId),
    snapshot: (nowMs, takeInterval) => ({
      id,
      direction: 'sent',
      spec,
      running,
      by,
      startedAtMs,
      stoppedAtMs,
      broken,
      rests: rests.view(nowMs),
      sent,
      received: report?.received ?? null,
      lost: report?.lost ?? null,
      duplicates: report?.duplicates ?? null,
      reordered: report?.reordered ?? null,
      bytes,
      goodputBps: reportedFigures.goodputBps,
      latencyMs: reportedFigures.latencyMs,
      jitterMs: reportedFigures.jitterMs,
      deliveryGapMaxMs: reportedFigures.deliveryGapMaxMs,
      deliveryGapIntervalMs: takeInterval ? toldGaps.take() : null,
      inOrderGapMaxMs: reportedFigures.inOrderGapMaxMs,
      playout: reportedFigures.playout,
      overheadFactor: neededBytes === 0 ? null : copyBytes / neededBytes,
      skipped: skippedBefore + source.skipped,
      paths: [...paths.values()].map((path) => ({ ...path, firstArrivals: null })),
    }),
  }
}
