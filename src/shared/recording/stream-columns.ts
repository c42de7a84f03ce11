/** How RTP streams become rows of cells and back. */
import type {
  PlayoutSnapshot,
  StreamBreak,
  StreamPath,
  StreamRest,
  StreamSnapshot,
  StreamSpec,
} from '../../engine'
import { type Column, distribution, RowReader } from './columns'
import type { Cell } from './lines'

/** A stream as sampled: `deliveryGapIntervalMs` is the longest of what the snapshots since the last sample said. */
export const streamColumns: readonly Column<StreamSnapshot>[] = [
  ['id', (stream) => stream.id],
  ['direction', (stream) => stream.direction],
  ['kind', (stream) => stream.spec.kind],
  ['rateBps', ({ spec }) => ('rateBps' in spec ? spec.rateBps : null)],
  ['sizeBytes', ({ spec }) => ('sizeBytes' in spec ? spec.sizeBytes : null)],
  ['running', (stream) => stream.running],
  ['by', (stream) => stream.by],
  ['startedAtMs', (stream) => stream.startedAtMs],
  ['stoppedAtMs', (stream) => stream.stoppedAtMs],
  ['broken.pairId', (stream) => stream.broken?.pairId ?? null],
  ['broken.label', (stream) => stream.broken?.label ?? null],
  ['broken.sentBps', (stream) => stream.broken?.sentBps ?? null],
  ['broken.lostPercent', (stream) => stream.broken?.lostPercent ?? null],
  ['sent', (stream) => stream.sent],
  ['received', (stream) => stream.received],
  ['lost', (stream) => stream.lost],
  ['duplicates', (stream) => stream.duplicates],
  ['reordered', (stream) => stream.reordered],
  ['bytes', (stream) => stream.bytes],
  ['goodputBps', (stream) => stream.goodputBps],
  ...distribution<StreamSnapshot>('latencyMs', (stream) => stream.latencyMs),
  ['jitterMs', (stream) => stream.jitterMs],
  ['deliveryGapMaxMs', (stream) => stream.deliveryGapMaxMs],
  ['deliveryGapIntervalMs', (stream) => stream.deliveryGapIntervalMs],
  ['inOrderGapMaxMs', (stream) => stream.inOrderGapMaxMs],
  ['playout.deadlineMs', (stream) => stream.playout?.deadlineMs ?? null],
  ['playout.inOrder', (stream) => stream.playout?.inOrder ?? null],
  ['playout.late', (stream) => stream.playout?.late ?? null],
  ['playout.held', (stream) => stream.playout?.held ?? null],
  ...distribution<StreamSnapshot>('playout.holdMs', (stream) => stream.playout?.holdMs ?? null),
  ['playout.waiting', (stream) => stream.playout?.waiting ?? null],
  ['playout.gapsGivenUp', (stream) => stream.playout?.gapsGivenUp ?? null],
  ['playout.reorderingExtentMax', (stream) => stream.playout?.reorderingExtentMax ?? null],
  ['overheadFactor', (stream) => stream.overheadFactor],
  ['skipped', (stream) => stream.skipped],
]

/** What each pair did for a stream, one after the other: four cells a pair. */
export function pathCells(paths: readonly StreamPath[]): readonly Cell[] {
  return paths.flatMap(({ pairId, packets, bytes, firstArrivals }) => [pairId, packets, bytes, firstArrivals])
}

/** The paths that rested for a stream, one after the other: eight cells a path. */
export function restCells(rests: readonly StreamRest[]): readonly Cell[] {
  return rests.flatMap(({ pairId, label, sentBps, lostPercent, state, times, restedMs, againAtMs }) => [
    pairId,
    label,
    sentBps,
    lostPercent,
    state,
    times,
    restedMs,
    againAtMs,
  ])
}

export function streamFrom(
  row: RowReader,
  pathRow: readonly unknown[],
  restRow: readonly unknown[],
): StreamSnapshot {
  return {
    id: row.number('id'),
    direction: row.word('direction', ['sent', 'received']),
    spec: specFrom(row),
    running: row.flag('running'),
    by: row.word('by', ['us', 'peer']),
    startedAtMs: row.number('startedAtMs'),
    stoppedAtMs: row.measured('stoppedAtMs'),
    broken: brokenFrom(row),
    rests: itemsFrom(restRow, restPlaces, restFrom),
    sent: row.measured('sent'),
    received: row.measured('received'),
    lost: row.measured('lost'),
    duplicates: row.measured('duplicates'),
    reordered: row.measured('reordered'),
    bytes: row.number('bytes'),
    goodputBps: row.measured('goodputBps'),
    latencyMs: row.distribution('latencyMs'),
    jitterMs: row.measured('jitterMs'),
    deliveryGapMaxMs: row.measured('deliveryGapMaxMs'),
    deliveryGapIntervalMs: row.measured('deliveryGapIntervalMs'),
    inOrderGapMaxMs: row.measured('inOrderGapMaxMs'),
    playout: playoutFrom(row),
    overheadFactor: row.measured('overheadFactor'),
    skipped: row.measured('skipped'),
    paths: pathsFrom(pathRow),
  }
}

/** Null unless the circuit breaker stopped it. */
function brokenFrom(row: RowReader): StreamBreak | null {
  const [sentBps, lostPercent] = [row.measured('broken.sentBps'), row.measured('broken.lostPercent')]
  if (sentBps === null || lostPercent === null) return null
  const label = row.cell('broken.label')
  const pairId = row.measured('broken.pairId')
  return { pairId, label: typeof label === 'string' ? label : null, sentBps, lostPercent }
}

/** Null for streams that we send while the peer has not told, and in recordings made before it was told. */
function playoutFrom(row: RowReader): PlayoutSnapshot | null {
  const deadlineMs = row.measured('playout.deadlineMs')
  if (deadlineMs === null) return null
  return {
    deadlineMs,
    inOrder: row.number('playout.inOrder'),
    late: row.number('playout.late'),
    held: row.number('playout.held'),
    holdMs: row.distribution('playout.holdMs'),
    waiting: row.number('playout.waiting'),
    gapsGivenUp: row.number('playout.gapsGivenUp'),
    reorderingExtentMax: row.number('playout.reorderingExtentMax'),
  }
}

function specFrom(row: RowReader): StreamSpec {
  const kind = row.word('kind', ['voice', 'video', 'cbr', 'bulk'])
  switch (kind) {
    case 'voice':
    case 'bulk':
      return { kind }
    case 'video':
      return { kind, rateBps: row.number('rateBps') }
    case 'cbr':
      return { kind, rateBps: row.number('rateBps'), sizeBytes: row.number('sizeBytes') }
  }
}

const placesOf = (names: readonly string[]): ReadonlyMap<string, number> =>
  new Map(names.map((name, at) => [name, at]))

export function pathsFrom(cells: readonly unknown[]): readonly StreamPath[] {
  return itemsFrom(cells, pathPlaces, pathFrom)
}

const pathPlaces = placesOf(['pairId', 'packets', 'bytes', 'firstArrivals'])

function pathFrom(row: RowReader): StreamPath {
  return {
    pairId: row.number('pairId'),
    packets: row.number('packets'),
    bytes: row.number('bytes'),
    firstArrivals: row.measured('firstArrivals'),
  }
}

const restPlaces = placesOf([
  'pairId',
  'label',
  'sentBps',
  'lostPercent',
  'state',
  'times',
  'restedMs',
  'againAtMs',
])

function restFrom(row: RowReader): StreamRest {
  const label = row.cell('label')
  return {
    pairId: row.measured('pairId'),
    label: typeof label === 'string' ? label : null,
    sentBps: row.number('sentBps'),
    lostPercent: row.number('lostPercent'),
    state: row.word('state', ['resting', 'tried', 'over']),
    times: row.number('times'),
    restedMs: row.number('restedMs'),
    againAtMs: row.measured('againAtMs'),
  }
}

/** Up to the first that cannot be read. */
function itemsFrom<T>(
  cells: readonly unknown[],
  places: ReadonlyMap<string, number>,
  read: (row: RowReader) => T,
): T[] {
  const items: T[] = []
  for (let at = 0; at + places.size <= cells.length; at += places.size) {
    const row = new RowReader(places, cells.slice(at, at + places.size))
    const item = read(row)
    if (!row.isReadable) break
    items.push(item)
  }
  return items
}
