/** What both reports say beside what the lab and the taps counted. */
import type { Report, ReportPair, ReportStream } from '../../../src/shared/report'
import { median, percentile, type Row, type Table } from '../bench'
import type { Amount, Delivered } from './delivered'
import type { Direction, DirectionCounts, Lab, Side } from './lab'
import type { LabReports } from './session'
import type { Tap, TappedPackets } from './tap'

export type LinkCounters = Readonly<Record<Direction, ReadonlyMap<string, DirectionCounts>>>

const ways = [
  { direction: 'left->right', from: 'left', to: 'right' },
  { direction: 'right->left', from: 'right', to: 'left' },
] as const satisfies readonly { readonly direction: Direction; readonly from: Side; readonly to: Side }[]

export const lostAlthoughDelivered = 'lost although delivered'

/** Of each RTP stream: what became of its packets by the receiver's report, and by the log of the links. */
export function streamTable(reports: LabReports, delivered: Readonly<Record<Direction, Delivered>>): Table {
  const rows: Row[] = []
  for (const { direction, from, to } of ways) {
    for (const sent of streamsOf(reports[from], 'sent')) {
      const received = streamsOf(reports[to], 'received').find((each) => each.id === sent.id)
      const byLog = delivered[direction].count(sent.id ?? 0)
      rows.push({
        label: `${sent.name ?? sent.kind}, ${direction}`,
        values: [
          sent.sent,
          received?.received ?? null,
          received?.lost ?? null,
          byLog,
          (sent.sent ?? 0) - byLog,
          received?.received === null || received === undefined ? null : byLog - received.received,
        ],
      })
    }
  }
  return {
    columns: ['sent', 'received', 'lost', 'delivered by a link', 'by none', lostAlthoughDelivered],
    rows,
    notes: [],
  }
}

/** Amounts of memory, MiB, by quarters of a run. */
export function memoryTable(amounts: ReadonlyMap<string, readonly number[]>): Table {
  return {
    title: 'Memory, MiB',
    columns: [
      'samples',
      ...['first quarter', 'second', 'third', 'last', 'growth'].map((each) => `median ${each}`),
      ...['first', 'second', 'third', 'last'].map((each) => `lowest ${each}`),
      'highest',
    ],
    rows: [...amounts].map(([label, all]) => {
      const part = (index: number): readonly number[] =>
        all.slice(Math.floor((index * all.length) / 4), Math.floor(((index + 1) * all.length) / 4))
      const quarters = [part(0), part(1), part(2), part(3)]
      const medians = quarters.map(median)
      const [first, last] = [medians[0] ?? null, medians[3] ?? null]
      return {
        label,
        values: [
          all.length,
          ...medians,
          first === null || last === null ? null : last - first,
          ...quarters.map((each) => percentile(each, 0)),
          percentile(all, 100),
        ],
      }
    }),
    notes: [
      '"Resident" is what the kernel counts, each 10 s, garbage and room that the heap keeps for itself included.',
      '"In use" is the heap of all threads and what it holds outside, right after each collection of all garbage.',
    ],
  }
}

const amountColumns = ['by the lab', 'by the report', 'no UDP', 'bursts', 'to no socket', 'unexplained']
const unexplainedAt = amountColumns.indexOf('unexplained')
const srtpColumns = ['SRTP by tap', 'SRTP by report', 'difference']

/** Each link in each way, at the host that sends into it and at the host that gets it. Bytes are those of IP packets. */
export async function linkTable(
  lab: Lab,
  reports: LabReports,
  taps: Readonly<Record<Side, Tap>>,
  counters: LinkCounters,
  delivered: Readonly<Record<Direction, Delivered>>,
  unit: 'packets' | 'bytes',
): Promise<Table> {
  const rows: Row[] = []
  const left = { left: 0, right: 0 }
  for (const { direction, from, to } of ways) {
    const ports = portsOf(reports[to])
    for (const link of lab.links) {
      const counts = counters[direction].get(link)!
      const senders = await addressesOf(lab, from, link)
      const sending = reports[from].pairs.filter(({ local }) => senders.includes(local.address))
      const getting = reports[to].pairs.filter(({ remote }) => senders.includes(remote.address))
      const into = taps[to].packets(link, 'in')
      rows.push(
        rowOf(`${direction} ${link}, sent`, unit, {
          counted: { packets: counts.offered, bytes: counts.offered_bytes },
          notUdp: delivered[direction].notUdp(link, 'in'),
          noSocket: nothing,
          tapped: taps[from].packets(link, 'out'),
          tappedSrtp: taps[from].packets(link, 'out')?.byKind.srtp ?? 0,
          reported: sumOf(sending, 'Sent'),
          srtp: streamPackets(reports[from], 'sent', sending),
        }),
        rowOf(`${direction} ${link}, received`, unit, {
          counted: { packets: counts.delivered, bytes: counts.delivered_bytes },
          notUdp: delivered[direction].notUdp(link, 'out'),
          noSocket: sum(
            [...(into?.byPort ?? [])].flatMap(([port, amount]) => (ports.has(port) ? [] : [amount])),
          ),
          tapped: into,
          tappedSrtp: [...ports].reduce((all, port) => all + (into?.byPort.get(port)?.srtp ?? 0), 0),
          reported: sumOf(getting, 'Received'),
          srtp: streamPackets(reports[to], 'received', getting),
        }),
      )
      left[to] += rows.at(-1)?.values[unexplainedAt] ?? 0
    }
  }
  return {
    title: unit === 'packets' ? 'Packets on each link' : 'Bytes on each link, IP headers included',
    columns: unit === 'packets' ? [...amountColumns, ...srtpColumns] : amountColumns,
    rows,
    notes: unit === 'packets' ? ways.map(({ to }) => droppedNote(to, reports[to], left[to])) : [],
  }
}

/** The program's own: what comes for any other went to a port that a NAT has left. */
export function portsOf({ pairs }: Report): ReadonlySet<number> {
  return new Set(pairs.map(({ local }) => local.port))
}

/** What a side got and counted as none of its pairs', beside what is unexplained of all links towards it. */
function droppedNote(side: Side, { totals }: Report, unexplained: number): string {
  const reasons = Object.entries(totals.dropped ?? {}).filter(([, count]) => count > 0)
  const words = reasons.map(([reason, count]) => `${count} ${reason}`).join(', ')
  return `Received by ${side} and unexplained: ${unexplained}; it counted as dropped, for no pair: ${words === '' ? 'nothing' : words}.`
}

interface Compared {
  readonly counted: Amount
  readonly notUdp: Amount
  readonly noSocket: Amount
  readonly tapped: TappedPackets | undefined
  readonly tappedSrtp: number
  readonly reported: Amount
  readonly srtp: number
}

function rowOf(label: string, unit: 'packets' | 'bytes', compared: Compared): Row {
  const { counted, notUdp, noSocket, tapped, tappedSrtp, reported, srtp } = compared
  const known = [reported, notUdp, tapped?.bursts ?? nothing, noSocket].map((each) => each[unit])
  const rest = counted[unit] - known.reduce((all, one) => all + one, 0)
  const values = [counted[unit], ...known, rest]
  return {
    label,
    values: unit === 'packets' ? [...values, tappedSrtp, srtp, tappedSrtp - srtp] : values,
  }
}

const nothing: Amount = { packets: 0, bytes: 0 }

function sum(amounts: readonly Amount[]): Amount {
  return amounts.reduce(
    (all, { packets, bytes }) => ({ packets: all.packets + packets, bytes: all.bytes + bytes }),
    nothing,
  )
}

/** IPv4 and IPv6. */
async function addressesOf(lab: Lab, side: Side, link: string): Promise<string[]> {
  return [await lab.address(side, link, 4), await lab.address(side, link, 6)]
}

function sumOf(pairs: readonly ReportPair[], way: 'Sent' | 'Received'): Amount {
  let packets = 0
  let bytes = 0
  for (const { measured, local } of pairs) {
    const count = measured.datagrams[`packets${way}`]
    packets += count
    bytes += measured.datagrams[`bytes${way}`] + count * (local.address.includes(':') ? 48 : 28)
  }
  return { packets, bytes }
}

function streamPackets(report: Report, direction: 'sent' | 'received', pairs: readonly ReportPair[]): number {
  const ids = new Set(pairs.map(({ id }) => id))
  return streamsOf(report, direction)
    .flatMap(({ paths }) => paths ?? [])
    .reduce((sum, { pair, packets }) => sum + (ids.has(pair) ? packets : 0), 0)
}

function streamsOf(report: Report, direction: 'sent' | 'received'): ReportStream[] {
  return report.streams.filter((each) => each.direction === direction && each.kind !== 'messages')
}
