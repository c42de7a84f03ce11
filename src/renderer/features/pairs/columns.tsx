/** The columns of the table of pairs: what stands above, what stands in a cell. */
import type { ReactNode } from 'react'
import { pairTraffic } from '../../../shared/streams'
import { type EngineSnapshot, firstShare, type PairSnapshot } from '../../../shared/view'
import {
  formatBytes,
  formatCount,
  formatMbps,
  formatMs,
  formatPercent,
  formatShare,
  formatSpan,
  formatWeight,
  pairStateHealth,
  pairStateWords,
} from '../../../shared/words'
import { Egress, Health } from '../../ui'

export interface PairColumn {
  /** Short name, for tests. */
  readonly name: string
  readonly head: string
  readonly title: string
  readonly widthPx: number
  readonly left?: boolean
  /** Text of the cell; empty where nothing was measured. */
  readonly cell: (pair: PairSnapshot, snapshot: EngineSnapshot) => ReactNode
}

type Of = (pair: PairSnapshot, snapshot: EngineSnapshot) => ReactNode

function column(name: string, head: string, title: string, widthPx: number, cell: Of): PairColumn {
  return { name, head, title, widthPx, cell }
}

export const pairColumns: readonly PairColumn[] = [
  {
    name: 'state',
    head: 'State',
    title: 'What the pair is doing',
    widthPx: 96,
    left: true,
    cell: (pair) => <Health tone={pairStateHealth[pair.state]}>{pairStateWords[pair.state]}</Health>,
  },
  column('carrying', 'Carries', 'Whether packets of the test may go over it now', 62, (pair) =>
    pair.carrying ? 'yes' : 'no',
  ),
  {
    name: 'egress',
    head: 'Leaves by',
    title: 'Interface whose counter rose with what was sent',
    widthPx: 140,
    left: true,
    cell: (pair) => <Egress pair={pair} />,
  },
  column('rtt-last', 'RTT ms', 'Last round trip', 64, (pair) => formatMs(pair.rttMs?.last)),
  column('rtt-min', 'min', 'Smallest round trip', 56, (pair) => formatMs(pair.rttMs?.min)),
  column('rtt-p50', 'p50', 'Median round trip', 56, (pair) => formatMs(pair.rttMs?.p50)),
  column('rtt-p95', 'p95', '95th percentile', 56, (pair) => formatMs(pair.rttMs?.p95)),
  column('rtt-p99', 'p99', '99th percentile', 56, (pair) => formatMs(pair.rttMs?.p99)),
  column('rtt-n', 'n', 'Round trips measured', 58, (pair) => formatCount(pair.rttMs?.n)),
  column('loss-sent', 'Loss % ↑', 'Lost towards the peer', 74, (pair) =>
    formatPercent(pair.lossSent.percent),
  ),
  column('loss-received', 'Loss % ↓', 'Lost from the peer', 74, (pair) =>
    formatPercent(pair.lossReceived.percent),
  ),
  column('packets-sent', 'Packets ↑', 'Packets of the test sent over it, copies included', 80, (pair) =>
    formatCount(pairTraffic(pair).sent.packets),
  ),
  column(
    'packets-received',
    'Packets ↓',
    'Packets of the test that came over it, copies included',
    80,
    (pair) => formatCount(pairTraffic(pair).received.packets),
  ),
  column('bytes-sent', 'Bytes ↑', 'Bytes of those packets', 78, (pair) =>
    formatBytes(pairTraffic(pair).sent.bytes),
  ),
  column('bytes-received', 'Bytes ↓', 'Bytes of those packets', 78, (pair) =>
    formatBytes(pairTraffic(pair).received.bytes),
  ),
  column('datagrams-sent', 'Datagrams ↑', 'Everything sent, checks and control included', 92, (pair) =>
    formatCount(pair.sent.packets),
  ),
  column(
    'datagrams-received',
    'Datagrams ↓',
    'Everything received, checks and control included',
    92,
    (pair) => formatCount(pair.received.packets),
  ),
  column('weight', 'Weight', 'The weight the scheduler gives it', 62, (pair) => formatWeight(pair.weight)),
  column(
    'share',
    'Share %',
    'Its part of what is sent: by weight or as one of all copies, in other modes and while bulk runs as it was in the last second',
    64,
    (pair) => (pair.carrying ? formatShare(pair.share) : ''),
  ),
  column('capacity', 'Capacity', 'Mbit/s towards the peer, as delivered while a queue stood', 74, (pair) =>
    formatMbps(pair.capacity?.capacityBps),
  ),
  column('delivery-rate', 'Delivers', 'Mbit/s of streams that arrived in the last 500 ms', 70, (pair) =>
    formatMbps(pair.capacity?.deliveryRateBps),
  ),
  column('queue', 'Queue ms', 'Standing queue towards the peer', 74, (pair) =>
    formatMs(pair.capacity?.queueMs),
  ),
  column('first', 'First', 'Records and packets of streams whose first copy came over it', 68, (pair) =>
    formatCount(pair.firstArrivals),
  ),
  column('first-share', 'First %', 'Of all first copies', 60, (pair, snapshot) =>
    formatShare(firstShare(pair, snapshot)),
  ),
  column(
    'copies',
    'Copies',
    'Records and packets of streams that had come by another pair before',
    68,
    (pair) => formatCount(pair.duplicates),
  ),
  column('nominations-attempted', 'Nom. tried', 'Nominations tried by us, to see them refused', 80, (pair) =>
    formatCount(pair.nominations.attempted),
  ),
  column('nominations-refused', 'refused', 'Of those, refused by the peer', 64, (pair) =>
    formatCount(pair.nominations.refused),
  ),
  column('nominations-prevented', 'prevented', 'Suppressed here, and refused by us', 76, (pair) =>
    formatCount(pair.nominationsPrevented),
  ),
  column('nominations-succeeded', 'succeeded', 'Should stay 0 between two Pathscopes', 78, (pair) =>
    formatCount(pair.nominations.succeeded),
  ),
  column('down', 'Down', 'Times down, and for how long in all', 92, (pair) =>
    pair.timesDown === 0 ? '0' : `${pair.timesDown}, ${formatSpan(pair.downMs)}`,
  ),
  column('last', 'Last heard', 'Time since anything arrived', 82, (pair, snapshot) =>
    lastHeard(pair, snapshot),
  ),
]

function lastHeard(pair: PairSnapshot, snapshot: EngineSnapshot): string {
  if (pair.lastReceivedMs === null) return ''
  const ago = snapshot.atMs - pair.lastReceivedMs
  return ago < 1000 ? 'now' : `${formatSpan(ago)} ago`
}
