import { pathStyle } from '../paths'
import { pathOrder } from './order'
import { sampleColumns, type Report, type SampleColumn } from './schema'

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
  return [header, ...lines].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('')
}

/** ISO 8601; empty for a time that no calendar has, which only a damaged report holds. */
function timeText(wallMs: number): string {
  const date = new Date(wallMs)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

function cell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  // A spreadsheet would run a text that begins like a formula.
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
