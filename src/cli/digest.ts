/** The digest of a running session: a table of pairs, then lines on messages. */
import type { SessionUpdate } from '../shared/session'
import { streamText } from '../shared/streams'
import {
  brokenText,
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
  iceWords,
  modeWords,
  pairStateWords,
  reasonText,
  recordsText,
  switchWords,
  unreadSentence,
  waitingText,
} from '../shared/words'
import { textTable, type TextColumn } from './table'

export type Snapshot = Extract<SessionUpdate, { readonly kind: 'snapshot' }>['snapshot']
type Pair = Snapshot['pairs'][number]
type Messages = Snapshot['messages'][number]
type Stream = Snapshot['streams'][number]

/** Pairs in one digest; a table of hundreds helps nobody. */
const pairsShown = 40

function columns(nowMs: number): readonly TextColumn<Pair>[] {
  return [
    { title: 'state', read: (pair) => (pair.included ? pairStateWords[pair.state] : 'taken out') },
    { title: 'active', read: (pair) => ago(pair.lastReceivedMs, nowMs) },
    { title: 'rtt ms', read: ({ rttMs }) => formatMs(rttMs?.last) },
    { title: 'min', read: ({ rttMs }) => formatMs(rttMs?.min) },
    { title: 'p50', read: ({ rttMs }) => formatMs(rttMs?.p50) },
    { title: 'p95', read: ({ rttMs }) => formatMs(rttMs?.p95) },
    { title: 'p99', read: ({ rttMs }) => formatMs(rttMs?.p99) },
    { title: 'n', read: ({ rttMs }) => formatCount(rttMs?.n) },
    { title: 'sent', read: ({ sent }) => `${formatCount(sent.packets)}/${formatBytes(sent.bytes)}` },
    {
      title: 'received',
      read: ({ received }) => `${formatCount(received.packets)}/${formatBytes(received.bytes)}`,
    },
    { title: 'loss>% ', read: ({ lossSent }) => formatPercent(lossSent.percent) },
    { title: 'loss<%', read: ({ lossReceived }) => formatPercent(lossReceived.percent) },
    { title: 'weight', read: ({ weight }) => formatWeight(weight) },
    { title: 'share%', read: (pair) => (pair.carrying ? formatShare(pair.share) : '') },
    { title: 'first', read: ({ firstArrivals }) => formatCount(firstArrivals) },
    { title: 'prevented', read: ({ nominationsPrevented }) => formatCount(nominationsPrevented) },
    { title: 'leaves by', read: ({ egress, local }) => formatEgress(egress, local.interfaceName) },
  ]
}

function ago(atMs: number | null, nowMs: number): string {
  return atMs === null ? '' : formatSpan(Math.max(0, nowMs - atMs))
}

const answered = ({ state }: Pair) => state === 'up' || state === 'down'

/** `explained`: with a line for each pair on why it has its part of what is sent. */
export function digestText(snapshot: Snapshot, width: number, explained = false): string {
  const { pairs, atMs } = snapshot
  const known = pairs.filter(answered)
  const shown = known.slice(0, pairsShown)
  const rest = pairs.length - shown.length
  const up = known.filter(({ state }) => state === 'up').length
  const state = waitingText(snapshot) ?? iceWords[snapshot.ice]
  const head = `${formatClock(atMs)}  ${state}, ${up} of ${pairs.length} pairs up, ${modeWords[snapshot.mode]}`
  const cost = snapshot.overheadFactor === null ? '' : `, cost ${formatFactor(snapshot.overheadFactor)}`
  if (shown.length === 0) return `${head}\n`
  const label: TextColumn<Pair> = { title: 'pair', read: (pair) => pair.label }
  const table = textTable(label, columns(atMs), shown, width)
  const more =
    rest > 0 ? `${rest} more pairs: ${restWords(pairs.filter((pair) => !shown.includes(pair)))}\n` : ''
  const why = explained ? whyText(snapshot, shown) : ''
  const messages = snapshot.messages.map((stream) => `${messagesText(stream)}\n`).join('')
  const streams = snapshot.streams.map((stream) => `${streamLine(stream)}\n`).join('')
  const unread = unreadSentence(snapshot.droppedUnread)
  const warning = unread === null ? '' : `${unread}\n`
  const records = snapshot.records === null ? '' : `records  received  ${recordsText(snapshot.records)}\n`
  return `${head}${cost}\n${table}${more}${why}${messages}${records}${streams}${copiesText(snapshot)}${warning}\n`
}

function whyText({ spreading, atMs }: Snapshot, shown: readonly Pair[]): string {
  const pairs = new Map(shown.map((pair) => [pair.id, pair]))
  const lines = spreading.reasons.flatMap(({ pairId, reason }) => {
    const pair = pairs.get(pairId)
    return pair === undefined ? [] : [`why ${pair.label}: ${reasonText(reason, pair.share)}\n`]
  })
  const { lastSwitch, switches } = spreading
  if (lastSwitch === null) return lines.join('')
  const to = pairs.get(lastSwitch.toId)?.label ?? 'another pair'
  const since = formatSpan(Math.max(0, atMs - lastSwitch.atMs))
  return `${lines.join('')}switched ${formatCount(switches)} times, ${since} ago to ${to}: ${switchWords[lastSwitch.reason]}\n`
}

function restWords(pairs: readonly Pair[]): string {
  const counts = new Map<string, number>()
  for (const { state } of pairs)
    counts.set(pairStateWords[state], (counts.get(pairStateWords[state]) ?? 0) + 1)
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ')
}

function messagesText({ direction, ...stream }: Messages): string {
  const parts = [
    `messages ${direction === 'sent' ? 'sent    ' : 'received'}`,
    stream.sent === null ? '' : `${formatCount(stream.sent)} sent`,
    stream.received === null ? '' : `${formatCount(stream.received)} arrived`,
    stream.missing === null ? '' : `${formatCount(stream.missing)} missing`,
    stream.duplicated === null ? '' : `${formatCount(stream.duplicated)} twice`,
    stream.reordered === null ? '' : `${formatCount(stream.reordered)} reordered`,
    spread('one-way diff', stream.oneWayDelayDiffMs),
    spread('round trip', stream.roundTripMs),
    stream.deliveryGapMaxMs === null ? '' : `gap at most ${formatSpan(stream.deliveryGapMaxMs)}`,
  ]
  return parts.filter((part) => part !== '').join('  ')
}

function streamLine({ id, spec, direction, running, ...stream }: Stream): string {
  const parts = [
    `${streamText(spec)} #${id} ${direction}${running ? '' : ` (${stopText(stream.broken, direction)})`}`,
    stream.sent === null ? '' : `${formatCount(stream.sent)} sent`,
    stream.received === null ? '' : `${formatCount(stream.received)} arrived`,
    stream.lost === null ? '' : `${formatCount(stream.lost)} lost`,
    stream.duplicates === null ? '' : `${formatCount(stream.duplicates)} copies dropped`,
    stream.reordered === null ? '' : `${formatCount(stream.reordered)} reordered`,
    stream.goodputBps === null ? '' : `${formatMbps(stream.goodputBps)} Mbit/s`,
    spread('one-way diff', stream.latencyMs),
    stream.jitterMs === null ? '' : `jitter ${formatMs(stream.jitterMs)} ms`,
    gapText(stream),
    playoutText(stream.playout),
    stream.overheadFactor === null ? '' : `cost ${formatFactor(stream.overheadFactor)}`,
    restsText(stream),
    (stream.skipped ?? 0) === 0 ? '' : `${formatCount(stream.skipped)} left out`,
  ]
  return parts.filter((part) => part !== '').join('  ')
}

function stopText(broken: Stream['broken'], direction: Stream['direction']): string {
  return broken === null ? 'stopped' : brokenText(broken, direction)
}

/** The paths that it goes on without. */
function restsText({ rests }: Pick<Stream, 'rests'>): string {
  const resting = rests.filter(({ state }) => state === 'resting')
  return resting
    .map(({ label, lostPercent }) => `${label ?? 'a path'} rests (${formatPercent(lostPercent)} % lost)`)
    .join('  ')
}

function gapText({
  deliveryGapMaxMs,
  inOrderGapMaxMs,
}: Pick<Stream, 'deliveryGapMaxMs' | 'inOrderGapMaxMs'>): string {
  if (deliveryGapMaxMs === null) return ''
  const inOrder = inOrderGapMaxMs === null ? '' : `, in order ${formatSpan(inOrderGapMaxMs)}`
  return `gap at most ${formatSpan(deliveryGapMaxMs)}${inOrder}`
}

/** Nothing where every packet came in order. */
function playoutText(playout: Stream['playout']): string {
  if (playout === null || playout.held + playout.late === 0) return ''
  const { held, holdMs, late, reorderingExtentMax } = playout
  const hold = holdMs === null ? '' : ` (p50 ${formatMs(holdMs.p50)} ms)`
  return `${formatCount(held)} held${hold}, ${formatCount(late)} late, extent ${formatCount(reorderingExtentMax)}`
}

function spread(name: string, value: Messages['roundTripMs']): string {
  if (value === null) return ''
  const { p50, p95, p99, p999 } = value
  const rarest = p999 === null ? '' : ` p99.9 ${formatMs(p999)}`
  return `${name} p50 ${formatMs(p50)} p95 ${formatMs(p95)} p99 ${formatMs(p99)}${rarest} ms`
}

function copiesText({ duplicatesDropped, sctpRetransmissions, pairs }: Snapshot): string {
  const resent = pairs.reduce((sum, pair) => sum + pair.resent, 0)
  return `sent again ${formatCount(resent)}  copies dropped ${formatCount(duplicatesDropped)}  SCTP retransmissions ${formatCount(sctpRetransmissions)}\n`
}
