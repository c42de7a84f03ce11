/** What the session came to, in a screenful. */
import { meaningOf, type Report } from '../shared/report'
import { formatCount, formatEgress, formatMs, formatPercent, formatShare, formatSpan } from '../shared/words'
import { cleanCell, textTable, type TextColumn } from './table'

type Pair = Report['pairs'][number]

const columns: readonly TextColumn<Pair>[] = [
  { title: 'state', read: ({ state }) => state },
  {
    title: 'leaves by',
    read: ({ egressVerified, egressInterface, local }) =>
      formatEgress({ verified: egressVerified, interfaceName: egressInterface ?? null }, local.interface),
  },
  { title: 'p50 ms', read: ({ measured }) => formatMs(measured.rttMs?.p50) },
  { title: 'p95', read: ({ measured }) => formatMs(measured.rttMs?.p95) },
  { title: 'n', read: ({ measured }) => formatCount(measured.rttMs?.n) },
  { title: 'loss>%', read: ({ measured }) => formatPercent(measured.lossPercent.sent) },
  { title: 'loss<%', read: ({ measured }) => formatPercent(measured.lossPercent.received) },
  { title: 'sent', read: ({ stats }) => formatCount(stats.packetsSent) },
  { title: 'received', read: ({ stats }) => formatCount(stats.packetsReceived) },
  { title: 'share%', read: ({ measured }) => formatShare(measured.sharePackets) },
  { title: 'first', read: ({ measured }) => formatCount(measured.firstArrivals) },
  {
    title: 'down',
    read: ({ measured }) => (measured.timesDown === 0 ? '' : formatSpan(measured.downSeconds * 1000)),
  },
]

const pairsShown = 40
const marks = new Map<boolean | null, string>([
  [true, 'passed'],
  [false, 'FAILED'],
  [null, 'n/a'],
])

export function summaryText(report: Report, width: number): string {
  const pairs = report.pairs.filter(({ state, inUse }) => inUse || state === 'up' || state === 'down')
  const label: TextColumn<Pair> = { title: 'pair', read: (pair) => pair.label }
  const table = pairs.length === 0 ? '' : textTable(label, columns, pairs.slice(0, pairsShown), width)
  const checks = report.checks
    .map(
      ({ id, passed, detail }) =>
        `${(marks.get(passed) ?? '').padEnd(7)} ${id.padEnd(27)} ${cleanCell(detail, 400)}\n`,
    )
    .join('')
  const warnings = report.warnings.map(({ message }) => `warning: ${cleanCell(message, 400)}\n`).join('')
  const said = meaningOf(report)
    .map((sentence) => cleanCell(sentence, 400))
    .join(' ')
  return `${wrapped(said, width)}\n${table}${checks}${warnings}`
}

/** Lines of at most `width` characters, broken at spaces. */
function wrapped(text: string, width: number): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return `${[...lines, line].join('\n')}\n`
}
