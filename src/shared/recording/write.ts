/** Turns what a session tells into lines of its recording. */
import type { EngineSnapshot, PairSnapshot, StreamSnapshot } from '../../engine'
import type { SessionUpdate } from '../session'
import { messageColumns, pairColumns, sessionColumns, toRow } from './columns'
import { type Cell, recordingSchema, type RecordingHeader, type RecordingLine } from './lines'
import { pathCells, restCells, streamColumns } from './stream-columns'

const pairsAtFullRate = 64
const slowerAbove: readonly { readonly bytes: number; readonly factor: number }[] = [
  { bytes: 256e6, factor: 10 },
  { bytes: 128e6, factor: 5 },
  { bytes: 64e6, factor: 2 },
]

/** Time between two samples: 1 s, more with over 64 pairs, and ×2, ×5, ×10 above 64, 128, 256 MB of file. */
export function sampleIntervalMs(pairs: number, fileBytes: number): number {
  const bySize = slowerAbove.find(({ bytes }) => fileBytes >= bytes)?.factor ?? 1
  return 1000 * bySize * Math.max(1, Math.ceil(pairs / pairsAtFullRate))
}

/** What the writer remembers between two updates. */
export interface RecordingState {
  readonly columnsWritten: boolean
  readonly lastSampleMs: number | null
  readonly newest: EngineSnapshot | null
  /** The newest snapshot when it has not been written as a sample. */
  readonly unwritten: EngineSnapshot | null
  /** Medians of RTT since the last sample, by pair id. */
  readonly rtt: ReadonlyMap<number, readonly number[]>
  /** Longest gap of each stream since the last sample. */
  readonly gaps: ReadonlyMap<string, number>
  /** What was last written of each pair, of the peer, and of what was dropped unread. */
  readonly pairs: ReadonlyMap<number, string>
  readonly peer: string | null
  readonly unread: string
}

export const recordingStart: RecordingState = {
  columnsWritten: false,
  lastSampleMs: null,
  newest: null,
  unwritten: null,
  rtt: new Map(),
  gaps: new Map(),
  pairs: new Map(),
  peer: null,
  unread: '[]',
}

export interface Lines {
  readonly lines: readonly RecordingLine[]
  readonly state: RecordingState
}

export function headerLine(header: RecordingHeader): RecordingLine {
  return { l: 'header', schema: recordingSchema, ...header }
}

/** Lines for one update. Events come at once; snapshots become a sample when one is due, the last one always does. */
export function toLines(update: SessionUpdate, state: RecordingState, fileBytes = 0): Lines {
  switch (update.kind) {
    case 'started': {
      const { wallMs, appVersion, os, interfaces } = update
      return { state, lines: [{ l: 'started', wallMs, appVersion, os, interfaces }] }
    }
    case 'local-description':
      return { state, lines: [{ l: 'description', side: 'local', type: update.text.type }] }
    case 'paste-accepted':
      return { state, lines: [{ l: 'description', side: 'remote', type: update.type }] }
    case 'paste-refused': {
      const { kind, message } = update.problem
      return { state, lines: [{ l: 'refused', problem: kind, message }] }
    }
    case 'event':
      return { state, lines: [{ l: 'event', event: update.event }] }
    case 'warning':
      return { state, lines: [{ l: 'warning', atMs: update.atMs, ...update.warning }] }
    case 'snapshot':
      return takeSnapshot(update.snapshot, state, fileBytes)
    case 'ended': {
      const flushed = flushSample(state)
      const { atMs, reason, detail } = update
      return { state: flushed.state, lines: [...flushed.lines, { l: 'end', atMs, reason, detail }] }
    }
  }
}

/** A sample of the newest snapshot if it is not in the file yet. */
export function flushSample(state: RecordingState): Lines {
  return state.unwritten === null ? { lines: [], state } : sample(state.unwritten, state)
}

/** Snapshots are not exact to the millisecond: one a little early counts for its second. */
const earlyMs = 60

function takeSnapshot(snapshot: EngineSnapshot, state: RecordingState, fileBytes: number): Lines {
  const left = goneLines(snapshot, state)
  const after = addSnapshot(snapshot, left.state, fileBytes)
  return { lines: [...left.lines, ...after.lines], state: after.state }
}

/** The pairs that this snapshot lists no more, as the one before it has them, and what they did for streams. */
function goneLines({ pairs }: EngineSnapshot, state: RecordingState): Lines {
  const listed = new Set(pairs.map(({ id }) => id))
  const gone = (state.newest?.pairs ?? []).filter(({ id }) => !listed.has(id))
  if (gone.length === 0) return { lines: [], state }
  const told = pairLines(gone, state.pairs)
  const streams = state.newest?.streams.flatMap((stream): (readonly Cell[])[] => {
    const paths = stream.paths.filter(({ pairId }) => !listed.has(pairId))
    return paths.length === 0 ? [] : [[stream.direction, stream.id, ...pathCells(paths)]]
  })
  const p = gone.map((pair) => toRow(pairColumns, { ...pair, rttIntervalMs: null }))
  const written = new Map([...told.pairs].filter(([id]) => listed.has(id)))
  return {
    lines: [...columnsLines(state), ...told.lines, { l: 'gone', p, r: streams ?? [] }],
    state: { ...state, columnsWritten: true, pairs: written },
  }
}

function columnsLines({ columnsWritten }: RecordingState): RecordingLine[] {
  if (columnsWritten) return []
  const names = (columns: readonly (readonly [string, unknown])[]) => columns.map(([name]) => name)
  const [session, messages, pair] = [names(sessionColumns), names(messageColumns), names(pairColumns)]
  return [{ l: 'columns', session, messages, pair, stream: names(streamColumns) }]
}

/** What stays the same of pairs, where that is not written yet; and what is written then. */
function pairLines(
  pairs: readonly PairSnapshot[],
  before: RecordingState['pairs'],
): { readonly lines: RecordingLine[]; readonly pairs: ReadonlyMap<number, string> } {
  const written = new Map(before)
  const lines: RecordingLine[] = []
  for (const { id, label, local, remote, straight } of pairs) {
    const info = { id, label, local, remote, straight }
    const text = JSON.stringify(info)
    if (written.get(id) !== text) lines.push({ l: 'pair', ...info })
    written.set(id, text)
  }
  return { lines, pairs: written }
}

function addSnapshot(snapshot: EngineSnapshot, state: RecordingState, fileBytes: number): Lines {
  const next: RecordingState = {
    ...state,
    newest: snapshot,
    unwritten: snapshot,
    rtt: withRtt(state.rtt, snapshot.pairs),
    gaps: withGaps(state.gaps, snapshot.streams),
  }
  const interval = sampleIntervalMs(snapshot.pairs.length, fileBytes)
  const isDue = state.lastSampleMs === null || snapshot.atMs - state.lastSampleMs >= interval - earlyMs
  return isDue ? sample(snapshot, next) : { lines: [], state: next }
}

const rttKept = 64

function withRtt(
  before: RecordingState['rtt'],
  pairs: readonly PairSnapshot[],
): ReadonlyMap<number, readonly number[]> {
  const after = new Map(before)
  for (const { id, rttIntervalMs } of pairs) {
    if (rttIntervalMs !== null) after.set(id, [...(after.get(id) ?? []).slice(1 - rttKept), rttIntervalMs])
  }
  return after
}

function withGaps(
  before: RecordingState['gaps'],
  streams: readonly StreamSnapshot[],
): ReadonlyMap<string, number> {
  const after = new Map(before)
  for (const stream of streams) {
    const { deliveryGapIntervalMs } = stream
    if (deliveryGapIntervalMs === null) continue
    const key = keyOf(stream)
    after.set(key, Math.max(after.get(key) ?? 0, deliveryGapIntervalMs))
  }
  return after
}

function keyOf({ direction, id }: StreamSnapshot): string {
  return `${direction} ${id}`
}

export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  if (upper === undefined) return null
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[sorted.length / 2 - 1] ?? upper)) / 2
}

function sample(snapshot: EngineSnapshot, state: RecordingState): Lines {
  const lines = columnsLines(state)
  const peer = JSON.stringify(snapshot.peer)
  if (peer !== state.peer) lines.push({ l: 'peer', peer: snapshot.peer })
  const unread = JSON.stringify(snapshot.droppedUnread)
  if (unread !== state.unread) lines.push({ l: 'unread', dropped: snapshot.droppedUnread })
  const told = pairLines(snapshot.pairs, state.pairs)
  lines.push(...told.lines)
  lines.push({
    l: 'sample',
    atMs: Math.round(snapshot.atMs * 1000) / 1000,
    s: toRow(sessionColumns, snapshot),
    d: Object.fromEntries(Object.entries(snapshot.dropped).filter(([, total]) => total > 0)),
    m: snapshot.messages.map((stream) => toRow(messageColumns, stream)),
    p: snapshot.pairs.map((pair) =>
      toRow(pairColumns, { ...pair, rttIntervalMs: median(state.rtt.get(pair.id) ?? []) }),
    ),
    ...(snapshot.streams.length > 0 && {
      r: snapshot.streams.map((stream) =>
        toRow(streamColumns, { ...stream, deliveryGapIntervalMs: state.gaps.get(keyOf(stream)) ?? null }),
      ),
      rp: snapshot.streams.map(({ paths }) => pathCells(paths)),
    }),
    ...(snapshot.streams.some(({ rests }) => rests.length > 0) && {
      rr: snapshot.streams.map(({ rests }) => restCells(rests)),
    }),
  })
  const after = {
    columnsWritten: true,
    lastSampleMs: snapshot.atMs,
    unwritten: null,
    rtt: new Map(),
    gaps: new Map(),
    newest: snapshot,
    pairs: told.pairs,
    peer,
    unread,
  }
  return { lines, state: after }
}
