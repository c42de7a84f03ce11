import { pathStyle } from '../paths'
import { pathOrder } from './order'
import { sampleColumns, type Report, type ReportStream, type SampleColumn } from './schema'

type Cell = string | number | null | undefined

/** Names of the sample columns in CSV; the unit stands last. */
const names: Readonly<Record<SampleColumn, string>> = {
  t: 't_s',
  pair: 'pair_id',
  state: 'state',
  rttMs: 'rtt_ms',
  sentBps: 'sent_bps',
  receivedBps: 'received_bps',
  packetsSent: 'packets_sent',
  packetsReceived: 'packets_received',
  lossSentPercent: 'loss_sent_percent',
  lossReceivedPercent: 'loss_received_percent',
  weight: 'weight',
  share: 'share',
  firstArrivals: 'first_arrivals',
  duplicates: 'duplicates',
  nominationsPrevented: 'nominations_prevented',
  droppedUnread: 'dropped_unread',
}

const context = [
  'session_id',
  'session_title',
  'time',
  'pair',
  'local_interface',
  'remote_interface',
  'colour',
  'leaves_by',
  'egress_verified',
] as const

/** Of one stream; the unit stands last. A distribution's columns follow its name. */
const streamCells: readonly (readonly [name: string, read: (stream: ReportStream) => Cell])[] = [
  ['stream', (stream) => stream.name ?? stream.kind],
  ['stream_id', (stream) => stream.id],
  ['direction', (stream) => stream.direction],
  ['by', (stream) => stream.by],
  ['started_s', (stream) => stream.startedSeconds],
  ['stopped_s', (stream) => stream.stoppedSeconds],
  ['broken_path', ({ broken }) => (broken ? (broken.path ?? 'all') : null)],
  ['broken_sent_bps', ({ broken }) => broken?.sentBps],
  ['broken_lost_percent', ({ broken }) => broken?.lostPercent],
  ['rested_paths', ({ rests = [] }) => rests.map(({ path }) => path ?? 'unknown').join('; ') || null],
  ['rests', ({ rests }) => rests?.reduce((sum, { times }) => sum + times, 0)],
  ['rested_s', ({ rests }) => rests?.reduce((sum, { seconds }) => sum + seconds, 0)],
  ['sent', (stream) => stream.sent],
  ['received', (stream) => stream.received],
  ['lost', (stream) => stream.lost],
  ['lost_percent', (stream) => stream.lostPercent],
  ['skipped', (stream) => stream.skipped],
  ['delivered_twice', (stream) => stream.deliveredTwice],
  ['duplicates_dropped', (stream) => stream.duplicatesDropped],
  ['reordered', (stream) => stream.reordered],
  ['bytes_received', (stream) => stream.bytesReceived],
  ['goodput_bps', (stream) => stream.goodputBps],
  ['overhead_factor', (stream) => stream.overheadFactor],
  ['jitter_ms', (stream) => stream.jitterMs],
  ['delivery_gap_max_ms', (stream) => stream.deliveryGapMaxMs],
  ['in_order_gap_max_ms', (stream) => stream.inOrderGapMaxMs],
  ...distribution('latency', (stream) => stream.latencyMs),
  ...distribution('round_trip', (stream) => stream.roundTripMs),
  ['playout_deadline_ms', ({ playout }) => playout?.deadlineMs],
  ['playout_deadline_changes', ({ playout }) => playout?.deadlineChanges?.length],
  ['playout_in_order', ({ playout }) => playout?.inOrder],
  ['playout_late', ({ playout }) => playout?.late],
  ['playout_held', ({ playout }) => playout?.held],
  ['playout_gaps_given_up', ({ playout }) => playout?.gapsGivenUp],
  ['reordering_extent_max', ({ playout }) => playout?.reorderingExtentMax],
  ...distribution('hold', ({ playout }) => playout?.holdMs),
]

function distribution(
  name: string,
  read: (stream: ReportStream) => ReportStream['latencyMs'] | undefined,
): readonly (readonly [name: string, read: (stream: ReportStream) => Cell])[] {
  return [
    [`${name}_n`, (stream) => read(stream)?.n],
    ...(['min', 'p50', 'p95', 'p99', 'p999', 'max'] as const).map(
      (key) => [`${name}_${key}_ms`, (stream: ReportStream) => read(stream)?.[key]] as const,
    ),
  ]
}

/** Tidy CSV of the streams, messages among them: one row a stream and direction, over the whole session. */
export function streamsToCsv({ session, streams }: Report): string {
  const header = ['session_id', 'session_title', ...streamCells.map(([name]) => name)]
  const lines = streams.map((stream) => [
    session.id,
    session.title,
    ...streamCells.map(([, read]) => read(stream)),
  ])
  return written([header, ...lines])
}

/** Tidy CSV (RFC 4180): one row a pair and interval; not measured is empty; counters are those of the interval. */
export function reportToCsv(report: Report): string {
  const { session, samples } = report
  const startedMs = Date.parse(session.startedAt)
  const pairAt = samples.columns.indexOf('pair')
  const tAt = samples.columns.indexOf('t')
  const order = pathOrder(report)
  const described = new Map(
    report.pairs.map((pair) => [
      pair.id,
      [
        pair.label,
        pair.local.interface,
        pair.remote.interface,
        pathStyle(order.indexOf(pair.id)).light,
        pair.egressInterface ?? null,
        pair.egressVerified === null ? null : String(pair.egressVerified),
      ],
    ]),
  )
  const lines = samples.rows.map((row) => {
    const pairCells = described.get(Number(row[pairAt])) ?? [null, null, null, null, null, null]
    const time = timeText(startedMs + Math.round(Number(row[tAt]) * 1000))
    const values = sampleColumns.map((column) => row[samples.columns.indexOf(column)] ?? null)
    return [session.id, session.title, time, ...pairCells, ...values]
  })
  const header = [...context, ...sampleColumns.map((column) => names[column])]
  return written([header, ...lines])
}

function written(rows: readonly (readonly Cell[])[]): string {
  return rows.map((cells) => `${cells.map(cell).join(',')}\r\n`).join('')
}

/** ISO 8601; empty for a time that no calendar has, which only a damaged report holds. */
function timeText(wallMs: number): string {
  const date = new Date(wallMs)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

function cell(value: Cell): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(value)
  // A spreadsheet would run a text that begins like a formula.
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
