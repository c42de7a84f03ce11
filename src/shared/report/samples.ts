/** The series of a report: cumulative counters of the recording become figures of each interval. */
import { median, type Recording, type SeriesPoint } from '../recording'
import { pairTraffic } from '../streams'
import { sampleColumns, sampleRowsLimit, type Report, type SampleCell } from './schema'

type PairPoint = SeriesPoint['pairs'][number]

/** Interval in whole seconds such that the rows keep to their limit. */
function intervalFor(series: readonly SeriesPoint[]): number {
  const rows = series.reduce((sum, point) => sum + point.pairs.length, 0)
  const first = series[0]?.atMs ?? 0
  const spanMs = Math.max(0, (series.at(-1)?.atMs ?? 0) - first)
  const perPointMs = series.length > 1 ? spanMs / (series.length - 1) : 1000
  const widened = Math.ceil((rows / sampleRowsLimit) * (perPointMs / 1000)) * 1000
  return Math.max(1000, rows > sampleRowsLimit ? widened : Math.round(perPointMs / 1000) * 1000)
}

/** Rows in order of time, then pair id; one a pair and interval. */
export function samplesOf({ series, last }: Recording): Report['samples'] {
  const interfaces = new Map(last?.pairs.map(({ id, local }) => [id, local.interfaceName]))
  let intervalMs = intervalFor(series)
  let rows = rowsOf(series, intervalMs, interfaces)
  // Pairs that come late can make more rows than foreseen.
  while (rows.length > sampleRowsLimit) {
    intervalMs *= 2
    rows = rowsOf(series, intervalMs, interfaces)
  }
  return { intervalMs, columns: [...sampleColumns], rows }
}

/** `interfaces`: the local one of each pair. */
function rowsOf(
  series: readonly SeriesPoint[],
  intervalMs: number,
  interfaces: ReadonlyMap<number, string | null>,
): SampleCell[][] {
  const rows: SampleCell[][] = []
  let unreadBefore = new Map<string, number>()
  let before = new Map<number, { atMs: number; pair: PairPoint }>()
  for (const bucket of buckets(series, intervalMs)) {
    const newest = bucket.at(-1)
    if (newest === undefined) continue
    const rtts = new Map<number, number[]>()
    for (const { pairs } of bucket) {
      for (const { id, rttIntervalMs } of pairs) {
        if (rttIntervalMs !== null) rtts.set(id, [...(rtts.get(id) ?? []), rttIntervalMs])
      }
    }
    const unread = new Map(newest.droppedUnread.map((each) => [each.interfaceName, each.datagrams]))
    const unreadSince = (name: string) => {
      const count = unread.get(name)
      return count === undefined ? null : Math.max(0, count - (unreadBefore.get(name) ?? 0))
    }
    const byId = [...newest.pairs].sort((a, b) => a.id - b.id)
    for (const pair of byId) {
      const measured = {
        rttMs: median(rtts.get(pair.id) ?? []),
        droppedUnread: unreadSince(interfaces.get(pair.id) ?? ''),
      }
      rows.push(row(newest.atMs, pair, before.get(pair.id), measured))
    }
    unreadBefore = unread
    before = new Map(byId.map((pair) => [pair.id, { atMs: newest.atMs, pair }]))
  }
  return rows
}

/** Points that belong to one interval; a sample at its end (give or take a tenth of a second) is its last. */
function buckets(series: readonly SeriesPoint[], intervalMs: number): readonly (readonly SeriesPoint[])[] {
  const result: SeriesPoint[][] = []
  let current: number | undefined
  for (const point of series) {
    const bucket = Math.ceil((point.atMs - 100) / intervalMs)
    if (bucket !== current) result.push([])
    current = bucket
    result.at(-1)?.push(point)
  }
  return result
}

function row(
  atMs: number,
  pair: PairPoint,
  before: { readonly atMs: number; readonly pair: PairPoint } | undefined,
  { rttMs, droppedUnread }: { readonly rttMs: number | null; readonly droppedUnread: number | null },
): SampleCell[] {
  const seconds = before === undefined ? null : (atMs - before.atMs) / 1000
  const since = (read: (point: PairPoint) => number) =>
    Math.max(0, read(pair) - (before === undefined ? 0 : read(before.pair)))
  const rate = (read: (point: PairPoint) => number) =>
    seconds === null || seconds <= 0 ? null : Math.round((since(read) * 8) / seconds)
  const cells: Readonly<Record<(typeof sampleColumns)[number], SampleCell>> = {
    t: round3(atMs / 1000),
    pair: pair.id,
    state: pair.state,
    rttMs: rttMs === null ? null : round3(rttMs),
    sentBps: rate((point) => point.sent.bytes),
    receivedBps: rate((point) => point.received.bytes),
    packetsSent: since((point) => pairTraffic(point).sent.packets),
    packetsReceived: since((point) => pairTraffic(point).received.packets),
    lossSentPercent: lossIn(pair.lossSent, before?.pair.lossSent),
    lossReceivedPercent: lossIn(pair.lossReceived, before?.pair.lossReceived),
    weight: round3(pair.weight),
    share: round3(pair.share),
    firstArrivals: since((point) => point.firstArrivals),
    duplicates: since((point) => point.duplicates),
    nominationsPrevented: since((point) => point.nominationsPrevented),
    droppedUnread,
  }
  return sampleColumns.map((column) => cells[column])
}

/** Null when no new counts were compared. What was under way at one count can arrive by the next: never below 0. */
function lossIn(now: PairPoint['lossSent'], before: PairPoint['lossSent'] | undefined): number | null {
  if (now.percent === null) return null
  const sent = now.sent - (before?.sent ?? 0)
  const received = now.received - (before?.received ?? 0)
  if (sent <= 0) return null
  return round3(Math.min(100, Math.max(0, ((sent - received) / sent) * 100)))
}

export function round3(value: number): number {
  return Math.round(value * 1000) / 1000
}
