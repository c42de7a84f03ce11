/** Reads a stretch of history as the aligned columns uPlot draws: null breaks a line, undefined lets it go on. */
import type { History } from './history'
import { type Level, type Metric, metrics } from './level'
import type { Range } from './time-window'

export type Column = (number | null | undefined)[]

export interface Columns {
  /** Seconds since the epoch. */
  readonly xs: number[]
  /** One per pair and metric, pairs outermost. */
  readonly ys: Column[]
}

/** The finest level that still holds the whole stretch without drawing more rows than there are pixels to show. */
export function levelFor(history: History, range: Range): Level {
  const span = range.toMs - range.fromMs
  if (span <= 125_000 && covers(history.fine, range)) return history.fine
  if (span <= 640_000 && covers(history.seconds, range)) return history.seconds
  return history.whole
}

function covers(level: Level, range: Range): boolean {
  const first = level.times[0]
  return level.length() > 0 && first !== undefined && first <= Math.max(range.fromMs, 1500)
}

export function readColumns(
  level: Level,
  range: Range,
  pairIds: readonly number[],
  wanted: readonly Metric[],
  wallMs: number,
): Columns {
  const from = Math.max(0, firstAtOrAfter(level, range.fromMs) - 1)
  const to = Math.min(level.length(), firstAtOrAfter(level, range.toMs) + 1)
  const xs: number[] = []
  for (let at = from; at < to; at += 1) xs.push((wallMs + (level.times[at] ?? 0)) / 1000)
  const ys: Column[] = []
  for (const pairId of pairIds) {
    const track = level.tracks.get(pairId)
    for (const metric of wanted) {
      const lag = metric === 'rttLow' || metric === 'rttHigh' ? bandLagRows(level) : 0
      ys.push(readColumn(track?.[metrics.indexOf(metric)], from, to, lag, level.length() - 1))
    }
  }
  return { xs, ys }
}

/** A row's band is that of the second before it: drawn half a second earlier, it stands around its line. */
function bandLagRows(level: Level): number {
  return Math.floor(500 / level.binMs())
}

function readColumn(
  values: Float32Array | undefined,
  from: number,
  to: number,
  lag: number,
  last: number,
): Column {
  const column: Column = new Array(to - from)
  for (let at = from; at < to; at += 1) {
    const value = values?.[Math.min(at + lag, last)] ?? Number.NaN
    column[at - from] = Number.isNaN(value) ? null : value < 0 ? undefined : value
  }
  return column
}

function firstAtOrAfter(level: Level, atMs: number): number {
  let low = 0
  let high = level.length()
  while (low < high) {
    const middle = (low + high) >> 1
    if ((level.times[middle] ?? 0) < atMs) low = middle + 1
    else high = middle
  }
  return low
}
