/**
 * One resolution of a session's history: rows of one value per metric and pair, in typed arrays. When it is full it
 * either drops its older half (a ring) or merges neighbours, so that its bins are twice as wide (the whole session).
 */

/** Metrics of a pair or a stream in a row, in the order they are stored. */
export const metrics = [
  'rtt',
  'rttLow',
  'rttHigh',
  'lossSent',
  'lossReceived',
  'rateSent',
  'rateReceived',
  'weight',
  'share',
  'queue',
  'capacity',
  // Of streams, which have tracks of their own.
  'spacing',
  'longestGap',
  'goodput',
] as const
export type Metric = (typeof metrics)[number]

/** In place of a value: nothing is known, the line has a gap. */
export const gap = Number.NaN
/** In place of a value: no sample fell into this row though the pair is alive; the line goes on to the next one. */
export const noSample = -1

export type Row = Float32Array

export interface Level {
  /** Engine ms of each row. */
  readonly times: Float64Array
  readonly tracks: ReadonlyMap<number, readonly Float32Array[]>
  length(): number
  /** Width of a row in ms. */
  binMs(): number
  append(atMs: number, rows: ReadonlyMap<number, Row>): void
  /** Gives up a track, and makes room for another. */
  forget(track: number): void
}

export interface LevelOptions {
  readonly binMs: number
  /** Rows kept. */
  readonly capacity: number
  readonly whenFull: 'drop-oldest' | 'merge'
  /** Pairs kept; later ones are not recorded here. */
  readonly tracksLimit: number
}

export function createLevel(options: LevelOptions): Level {
  const times = new Float64Array(options.capacity)
  const tracks = new Map<number, Float32Array[]>()
  let length = 0
  let mergedRows = 1
  let rowsInLast = 1

  const trackOf = (pairId: number): Float32Array[] | undefined => {
    const old = tracks.get(pairId)
    if (old !== undefined || tracks.size >= options.tracksLimit) return old
    const track = metrics.map(() => new Float32Array(options.capacity).fill(gap))
    tracks.set(pairId, track)
    return track
  }

  const makeRoom = (): void => {
    if (options.whenFull === 'merge') {
      mergeNeighbours(times, tracks, length)
      mergedRows *= 2
    } else {
      dropOldest(times, tracks, length)
    }
    length >>= 1
  }

  const push = (atMs: number, rows: ReadonlyMap<number, Row>): void => {
    if (length === options.capacity) makeRoom()
    for (const pairId of rows.keys()) trackOf(pairId)
    times[length] = atMs
    for (const [pairId, track] of tracks) {
      const row = rows.get(pairId)
      track.forEach((column, metric) => {
        column[length] = row?.[metric] ?? gap
      })
    }
    length += 1
    rowsInLast = 1
  }

  const append = (atMs: number, rows: ReadonlyMap<number, Row>): void => {
    if (length === 0 || rowsInLast >= mergedRows) return push(atMs, rows)
    for (const [pairId, row] of rows) {
      trackOf(pairId)?.forEach((column, metric) => {
        column[length - 1] = mergeValues(metric, column[length - 1] ?? gap, row[metric] ?? gap, rowsInLast)
      })
    }
    rowsInLast += 1
  }

  return {
    times,
    tracks,
    append,
    forget: (track) => void tracks.delete(track),
    length: () => length,
    binMs: () => options.binMs * mergedRows,
  }
}

/** Two values of a metric as one: bounds stay bounds, all others are averaged; `oldWeight` rows are in `old`. */
function mergeValues(metric: number, old: number, next: number, oldWeight: number): number {
  if (!(old >= 0)) return next >= 0 || Number.isNaN(old) ? next : old
  if (!(next >= 0)) return old
  const name = metrics[metric]
  if (name === 'rttLow') return Math.min(old, next)
  if (name === 'rttHigh' || name === 'longestGap') return Math.max(old, next)
  return (old * oldWeight + next) / (oldWeight + 1)
}

function mergeNeighbours(
  times: Float64Array,
  tracks: ReadonlyMap<number, readonly Float32Array[]>,
  length: number,
): void {
  const half = length >> 1
  for (let at = 0; at < half; at += 1) times[at] = times[2 * at] ?? 0
  for (const track of tracks.values()) {
    track.forEach((column, metric) => {
      for (let at = 0; at < half; at += 1) {
        column[at] = mergeValues(metric, column[2 * at] ?? gap, column[2 * at + 1] ?? gap, 1)
      }
    })
  }
}

function dropOldest(
  times: Float64Array,
  tracks: ReadonlyMap<number, readonly Float32Array[]>,
  length: number,
): void {
  const half = length - (length >> 1)
  times.copyWithin(0, half, length)
  for (const track of tracks.values()) for (const column of track) column.copyWithin(0, half, length)
}
