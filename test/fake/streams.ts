/** Made-up test streams: what the window asks for runs, and the figures grow as they would. */
import type { EngineEvent, StreamBreak, StreamRest, StreamSnapshot, StreamSpec } from '../../src/engine'

interface FakeStream {
  readonly id: number
  readonly direction: StreamSnapshot['direction']
  spec: StreamSpec
  by: StreamSnapshot['by']
  readonly startedAtMs: number
  stoppedAtMs: number | null
  packets: number
  lastMs: number
  lost: number
  broken: StreamBreak | null
  rests: StreamRest[]
  deadlineMs: number
}

export interface FakeStreams {
  start(
    direction: StreamSnapshot['direction'],
    spec: StreamSpec,
    by: StreamSnapshot['by'],
    atMs: number,
  ): EngineEvent
  change(direction: StreamSnapshot['direction'], id: number, spec: StreamSpec, atMs: number): EngineEvent[]
  setDeadline(id: number, deadlineMs: number, atMs: number): EngineEvent[]
  stop(
    direction: StreamSnapshot['direction'],
    id: number,
    atMs: number,
    by?: StreamSnapshot['by'],
  ): EngineEvent[]
  /** The circuit breaker stops one that is sent. */
  breakOff(id: number, why: StreamBreak, atMs: number): EngineEvent[]
  /** A path rests for one that is sent. */
  rest(id: number, why: StreamBreak, atMs: number): EngineEvent[]
  /** Whether one runs towards the peer. */
  sending(atMs: number): boolean
  /** Of those that do. */
  kinds(atMs: number): StreamSpec['kind'][]
  views(atMs: number, copies: number): StreamSnapshot[]
}

export function createFakeStreams(random: () => number): FakeStreams {
  const streams: FakeStream[] = []
  const find = (direction: StreamSnapshot['direction'], id: number): FakeStream | undefined =>
    streams.find((stream) => stream.direction === direction && stream.id === id)
  const told = (kind: 'started' | 'changed' | 'stopped', stream: FakeStream, atMs: number): EngineEvent => {
    const { id, direction, spec, by } = stream
    return { kind: `stream-${kind}`, id, direction, spec, by, atMs }
  }
  const sendingAt = (atMs: number): FakeStream[] =>
    streams.filter(
      ({ direction, startedAtMs, stoppedAtMs }) =>
        direction === 'sent' && startedAtMs <= atMs && stoppedAtMs === null,
    )
  return {
    start(direction, spec, by, atMs) {
      const id = streams.filter((stream) => stream.direction === direction).length + 1
      const stream = {
        id,
        direction,
        spec,
        by,
        startedAtMs: atMs,
        stoppedAtMs: null,
        packets: 0,
        lastMs: atMs,
        lost: 0,
        broken: null,
        rests: [],
        deadlineMs: spec.kind === 'voice' ? 150 : spec.kind === 'bulk' ? 500 : 200,
      }
      streams.push(stream)
      return told('started', stream, atMs)
    },
    change(direction, id, spec, atMs) {
      const stream = find(direction, id)
      if (stream === undefined) return []
      stream.spec = spec
      return [told('changed', stream, atMs)]
    },
    setDeadline(id, deadlineMs, atMs) {
      const stream = find('received', id)
      if (stream === undefined) return []
      const { spec, deadlineMs: wasMs } = stream
      stream.deadlineMs = deadlineMs
      return [{ kind: 'stream-deadline', direction: 'received', id, spec, deadlineMs, wasMs, atMs }]
    },
    breakOff(id, why, atMs) {
      const stream = find('sent', id)
      if (stream === undefined) return []
      stream.stoppedAtMs = atMs
      stream.broken = why
      return [{ kind: 'stream-broken', atMs, direction: 'sent', id, spec: stream.spec, ...why }]
    },
    rest(id, why, atMs) {
      const stream = find('sent', id)
      if (stream === undefined) return []
      const restMs = 40_000
      stream.rests = [{ ...why, state: 'resting', times: 3, restedMs: 41_000, againAtMs: atMs + restMs }]
      const { spec } = stream
      return [{ kind: 'stream-path-rests', atMs, direction: 'sent', id, spec, restMs, ...why }]
    },
    stop(direction, id, atMs, by = 'us') {
      const stream = find(direction, id)
      if (stream === undefined) return []
      stream.stoppedAtMs = atMs
      stream.by = by
      return [told('stopped', stream, atMs)]
    },
    sending: (atMs) => sendingAt(atMs).length > 0,
    kinds: (atMs) => sendingAt(atMs).map(({ spec }) => spec.kind),
    views: (atMs, copies) =>
      streams
        .filter(({ startedAtMs }) => startedAtMs <= atMs)
        .map((stream) => view(stream, atMs, copies, random)),
  }
}

/** At its pace, with a stumble each quarter of a minute. */
function gapOf(spec: StreamSpec, atMs: number): number {
  const paceMs = 1000 / packetsASecond(spec)
  return Math.floor(atMs / 200) % 75 === 0 ? Math.max(38.4, 2 * paceMs) : 1.6 * paceMs
}

function packetsASecond(spec: StreamSpec): number {
  if (spec.kind === 'voice') return 50
  if (spec.kind === 'bulk') return 3750
  return spec.rateBps / 8 / (spec.kind === 'cbr' ? spec.sizeBytes : 1100)
}

function view(stream: FakeStream, atMs: number, copies: number, random: () => number): StreamSnapshot {
  const { spec, direction } = stream
  const untilMs = stream.stoppedAtMs ?? atMs
  const due = Math.max(0, untilMs - stream.lastMs)
  stream.lastMs = untilMs
  stream.packets += (due / 1000) * packetsASecond(spec) * (spec.kind === 'bulk' ? 0.95 + random() / 10 : 1)
  if (spec.kind === 'bulk' && due > 0 && random() < 0.02) stream.lost += 1
  const sent = Math.floor(stream.packets)
  if (stream.broken !== null) stream.lost = Math.round((sent * stream.broken.lostPercent) / 100)
  const got = direction === 'received'
  const received = Math.max(0, sent - stream.lost)
  const payload = spec.kind === 'voice' ? 160 : spec.kind === 'cbr' ? spec.sizeBytes : 1100
  const spanMs = Math.max(1, untilMs - stream.startedAtMs)
  const spread = {
    n: received,
    min: 0,
    p50: 1.4,
    p95: 5.2,
    p99: 11.8,
    p999: received < 1000 ? null : 31.2,
    max: 46.1,
  }
  return {
    id: stream.id,
    direction,
    spec,
    running: stream.stoppedAtMs === null,
    by: stream.by,
    startedAtMs: stream.startedAtMs,
    stoppedAtMs: stream.stoppedAtMs,
    broken: stream.broken,
    rests: stream.rests,
    sent,
    received,
    lost: stream.lost,
    duplicates: got ? Math.round(received * (copies - 1)) : 0,
    reordered: got ? Math.round(received * 0.002) : 0,
    bytes: sent * payload,
    goodputBps: (8000 * received * payload) / spanMs,
    latencyMs: received === 0 ? null : spread,
    jitterMs: 0.9,
    deliveryGapMaxMs: 38.4,
    deliveryGapIntervalMs: received === 0 ? null : gapOf(spec, atMs),
    inOrderGapMaxMs: 41.7,
    playout: {
      deadlineMs: stream.deadlineMs,
      inOrder: received,
      late: 0,
      held: Math.round(received * 0.012),
      holdMs: received < 100 ? null : { ...spread, n: Math.round(received * 0.012), min: 0.4, p999: null },
      waiting: 0,
      gapsGivenUp: stream.lost,
      reorderingExtentMax: 7,
    },
    overheadFactor: got ? null : copies,
    skipped: got ? null : 0,
    paths: [1, 6, 11].map((pairId, at) => ({
      pairId,
      packets: Math.round(received * (0.52 - at * 0.19)),
      bytes: Math.round(received * payload * (0.52 - at * 0.19)),
      firstArrivals: got ? Math.round(received * (0.52 - at * 0.19)) : null,
    })),
  }
}
