/** The tables of a report as text cells, shared by its Markdown and HTML forms. */
import {
  endWords,
  formatBytes,
  formatClock,
  formatCount,
  formatEgress,
  formatFactor,
  formatMbps,
  formatMs,
  formatPercent,
  formatShare,
  formatSpan,
  formatWeight,
  modeMeanings,
  modeWords,
  recordsText,
} from '../words'
import type { EndReason } from '../../engine'
import type { Report, ReportPair, ReportStream } from './schema'

export interface Fact {
  readonly name: string
  readonly value: string
}

/** Date and time of the beginning, UTC: "2026-11-22 13:59:39 UTC". */
export function startedText({ session }: Report): string {
  return `${session.startedAt.slice(0, 19).replace('T', ' ')} UTC`
}

/** Who measured whom, for every picture. */
export function endpointsText({ local, remote, session }: Report): string {
  if (session.emulated) return 'emulated paths on one machine'
  const far = remote.os ?? 'peer'
  return `${local.os ?? 'this side'} ↔ ${far}`
}

export function sessionFacts(report: Report): readonly Fact[] {
  const { session, totals, app } = report
  const end = session.end === null ? 'unknown: the recording breaks off' : endText(session.end)
  const mode = session.mode === null ? '' : `${modeWords[session.mode]}: ${modeMeanings[session.mode]}`
  const facts: readonly Fact[] = [
    { name: 'Started', value: startedText(report) },
    { name: 'Duration', value: formatSpan(session.durationSeconds * 1000) },
    { name: 'Ended', value: end },
    { name: 'Role', value: session.iceRole === null ? session.role : `${session.role}, ${session.iceRole}` },
    { name: 'Mode', value: mode },
    {
      name: 'Connected after',
      value:
        session.connectedAfterSeconds === null ? 'never' : formatSpan(session.connectedAfterSeconds * 1000),
    },
    { name: 'Overhead factor', value: formatFactor(totals.overheadFactor) },
    { name: 'Copies dropped', value: formatCount(totals.duplicatesDropped) },
    { name: 'Dropped unread', value: unreadText(report) },
    { name: 'SCTP retransmissions', value: formatCount(totals.sctpRetransmissions) },
    { name: 'Records in order', value: totals.records ? recordsText(totals.records) : '' },
    { name: 'This side', value: sideText(report.local) },
    { name: 'Peer', value: sideText(report.remote) },
    { name: 'Made by', value: `${app.name} ${app.version}` },
  ]
  return facts.filter(({ value }) => value !== '')
}

/** Empty in reports made before it was counted, and where there are no sockets that could lose anything. */
function unreadText({ totals, session }: Report): string {
  if (totals.droppedUnread === undefined || session.emulated) return ''
  return totals.droppedUnread === null ? 'not told by this system' : formatCount(totals.droppedUnread)
}

function endText({ reason, detail }: { readonly reason: string; readonly detail: string | null }): string {
  const words = reason in endWords ? endWords[reason as EndReason] : reason
  return detail === null ? words : `${words}: ${detail}`
}

function sideText({ os, appVersion, interfaces }: Report['remote']): string {
  const names = interfaces.map(({ name }) => name).join(', ')
  return [os, appVersion === null ? null : `Pathscope ${appVersion}`, names === '' ? null : names]
    .filter((part) => part !== null)
    .join(' · ')
}

export interface PairColumn {
  readonly title: string
  readonly unit: string
  readonly read: (pair: ReportPair) => string
  /** What stands small beside it: the counts behind a ratio, the bytes of packets. */
  readonly beside?: (pair: ReportPair) => string
}

function countsText(counts: { readonly sent: number; readonly received: number } | null): string {
  if (counts === null) return ''
  return `${formatCount(Math.max(0, counts.sent - counts.received))} of ${formatCount(counts.sent)}`
}

/** Columns of the table of paths, in order. */
export const pairColumns: readonly PairColumn[] = [
  { title: 'State', unit: '', read: ({ state }) => state },
  {
    title: 'Leaves by',
    unit: '',
    read: ({ egressVerified, egressInterface, local }) =>
      formatEgress({ verified: egressVerified, interfaceName: egressInterface ?? null }, local.interface),
  },
  { title: 'RTT p50', unit: 'ms', read: ({ measured }) => formatMs(measured.rttMs?.p50) },
  { title: 'p95', unit: 'ms', read: ({ measured }) => formatMs(measured.rttMs?.p95) },
  { title: 'p99', unit: 'ms', read: ({ measured }) => formatMs(measured.rttMs?.p99) },
  { title: 'n', unit: '', read: ({ measured }) => formatCount(measured.rttMs?.n) },
  {
    title: 'Loss sent',
    unit: '%',
    read: ({ measured }) => formatPercent(measured.lossPercent.sent),
    beside: ({ measured }) => countsText(measured.lossCounts.sent),
  },
  {
    title: 'received',
    unit: '%',
    read: ({ measured }) => formatPercent(measured.lossPercent.received),
    beside: ({ measured }) => countsText(measured.lossCounts.received),
  },
  {
    title: 'Packets sent',
    unit: '',
    read: ({ stats }) => formatCount(stats.packetsSent),
    beside: ({ stats }) => formatBytes(stats.bytesSent),
  },
  {
    title: 'received',
    unit: '',
    read: ({ stats }) => formatCount(stats.packetsReceived),
    beside: ({ stats }) => formatBytes(stats.bytesReceived),
  },
  { title: 'Weight', unit: '', read: ({ measured }) => formatWeight(measured.weight.last) },
  { title: 'Share', unit: '%', read: ({ measured }) => formatShare(measured.sharePackets) },
  { title: 'First', unit: '', read: ({ measured }) => formatCount(measured.firstArrivals) },
  { title: 'Prevented', unit: '', read: ({ nominationsPrevented }) => formatCount(nominationsPrevented) },
  {
    title: 'Down',
    unit: '',
    read: ({ measured }) => (measured.timesDown === 0 ? '' : formatSpan(measured.downSeconds * 1000)),
    beside: ({ measured }) => (measured.timesDown === 0 ? '' : `n = ${formatCount(measured.timesDown)}`),
  },
]

export const clock = (seconds: number) => formatClock(seconds * 1000)

/** Earlier deadlines told in a cell; JSON has all that are kept. */
const changesShown = 3

/** In the words of the command line. */
export function streamName({ name, kind, id }: ReportStream): string {
  return kind === 'messages' ? 'messages' : `${name ?? kind} #${id ?? ''}`
}

type Rest = NonNullable<ReportStream['rests']>[number]

export const streamColumns: readonly {
  readonly title: string
  readonly read: (stream: ReportStream) => string
}[] = [
  { title: 'Stream', read: streamName },
  { title: 'Direction', read: ({ direction }) => (direction === 'sent' ? 'to the peer' : 'from the peer') },
  { title: 'Sent', read: ({ sent }) => formatCount(sent) },
  { title: 'Received', read: ({ received }) => formatCount(received) },
  {
    title: 'Missing',
    read: ({ lost, lostPercent }) =>
      lost === null
        ? ''
        : `${formatCount(lost)}${lostPercent === null ? '' : ` (${formatPercent(lostPercent)} %)`}`,
  },
  {
    title: 'Stopped',
    read: ({ stoppedSeconds, broken, by }) =>
      broken
        ? `by the breaker: ${formatMbps(broken.sentBps)} Mbit/s over ${broken.path ?? 'all paths'}, ${formatPercent(broken.lostPercent)} % lost`
        : (stoppedSeconds ?? null) === null
          ? ''
          : `${by === 'us' ? 'here' : 'by the peer'} at ${clock(stoppedSeconds ?? 0)}`,
  },
  { title: 'Too narrow for it', read: ({ rests }) => (rests ?? []).map(restText).join('; ') },
  { title: 'Goodput (Mbit/s)', read: ({ goodputBps }) => formatMbps(goodputBps) },
  { title: 'Twice', read: ({ deliveredTwice }) => formatCount(deliveredTwice) },
  { title: 'Reordered', read: ({ reordered }) => formatCount(reordered) },
  { title: 'Reordering extent', read: ({ playout }) => formatCount(playout?.reorderingExtentMax) },
  { title: 'Longest gap', read: ({ deliveryGapMaxMs }) => formatSpan(deliveryGapMaxMs) },
  { title: 'Longest gap in order', read: ({ inOrderGapMaxMs }) => formatSpan(inOrderGapMaxMs) },
  {
    title: 'Deadline (ms)',
    read: ({ playout }) => (playout ? deadlineText(playout) : ''),
  },
  { title: 'Held', read: ({ playout }) => formatCount(playout?.held) },
  { title: 'Hold p50 (ms)', read: ({ playout }) => formatMs(playout?.holdMs?.p50) },
  { title: 'Hold p99 (ms)', read: ({ playout }) => formatMs(playout?.holdMs?.p99) },
  { title: 'Late', read: ({ playout }) => formatCount(playout?.late) },
  { title: 'Gaps given up', read: ({ playout }) => formatCount(playout?.gapsGivenUp) },
  { title: 'Jitter (ms)', read: ({ jitterMs }) => formatMs(jitterMs) },
  { title: 'One-way diff p50 (ms)', read: ({ latencyMs }) => formatMs(latencyMs?.p50) },
  { title: 'p95 (ms)', read: ({ latencyMs }) => formatMs(latencyMs?.p95) },
  { title: 'p99 (ms)', read: ({ latencyMs }) => formatMs(latencyMs?.p99) },
  { title: 'p99.9 (ms)', read: ({ latencyMs }) => formatMs(latencyMs?.p999) },
  { title: 'Round trip p50 (ms)', read: ({ roundTripMs }) => formatMs(roundTripMs?.p50) },
]

/** `0 (150 until 00:00:42)`. */
function deadlineText({ deadlineMs, deadlineChanges }: NonNullable<ReportStream['playout']>): string {
  const before = (deadlineChanges ?? []).map(({ t, fromMs }) => `${Math.round(fromMs)} until ${clock(t)}`)
  const shown = before.slice(-changesShown)
  const left = before.length > shown.length ? `${before.length - shown.length} earlier, ` : ''
  return `${Math.round(deadlineMs)}${shown.length === 0 ? '' : ` (${left}${shown.join(', ')})`}`
}

function restText({ path, times, seconds, sentBps, lostPercent }: Rest): string {
  const often = times === 1 ? 'once' : `${formatCount(times)} times`
  return `${path ?? 'a path'} rested ${often}, ${formatSpan(seconds * 1000)} in all: ${formatMbps(sentBps)} Mbit/s, ${formatPercent(lostPercent)} % lost`
}

/** How a check went, in a word. */
export function checkWord(passed: boolean | null): string {
  return passed === null ? 'does not apply' : passed ? 'passed' : 'failed'
}
