/** Bonding: `bulk` in weighted mode over all links together and over each alone, beside kernel MPTCP and plain TCP. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Bench,
  type BenchOptions,
  figureOf,
  largest,
  median,
  percentile,
  ratio,
  type Row,
  type Table,
  type Target,
} from './bench'
import { mptcpGoodputBps, startTcp, type TcpControl, tcpGoodputBps } from './lab/iperf'
import { createLab, type Lab } from './lab/lab'
import { readWaits } from './lab/queues'
import { type LabReports, runLabSession } from './lab/session'
import { readShare } from './lab/share'
import { inOrderBps, receivedStream } from './lab/streams'

const topologies = ['even', 'uneven', 'dual-wan', 'triple', 'same-bottleneck']
const controls: readonly TcpControl[] = ['bbr', 'cubic']
const ownSeconds = 15
const shareLimits = { least: 0.3, most: 0.7 }
/** A flow beside ours begins so long before it, ms, and goes on until the lab goes. */
const earlierMs = 3000

const sharedTopology = 'same-bottleneck'
const columns = [
  'Mbit/s',
  'of IP rate',
  'of singles',
  'of best single',
  'worst single of its rate',
  'single queue p95 ms',
  'single self loss %',
  'queue p95 ms',
  'self loss %',
] as const

/** Payload that MPTCP with bbr had on these links when the targets were set, Mbit/s. */
const mptcpMbit: Readonly<Record<string, number>> = { even: 36.5, uneven: 22.9, 'dual-wan': 27, triple: 84.5 }
/** By so much runs of the same differ, so that "no more than one path alone" is not a matter of luck. */
const alikePart = 0.02

/** One transfer of ours over some links, and what it did to them. */
interface Transfer {
  /** Unique, handed on in order within the stream's deadline. */
  readonly payloadBps: number
  /** Unique, whenever it came. */
  readonly uniqueBps: number | null
  /** Packets that came when the wait for them had been given up, and those that never came. */
  readonly late: number | null
  readonly lost: number | null
  /** 95th percentile of what packets waited in the worst queue. */
  readonly queueMs: number | null
  /** Packets that a full queue dropped, of those offered. */
  readonly selfLossPercent: number | null
}

/** Runs a session with `bulk` over some links, and reads the log of packets that the lab wrote meanwhile. */
async function logged<T>(
  lab: Lab,
  links: readonly string[] | null,
  seconds: number,
  read: (file: string, reports: LabReports) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'pathscope-bench-'))
  const file = join(folder, 'packets.csv')
  const interfaces = links === null ? [] : ['--interfaces', links.join(',')]
  await lab.zero()
  await lab.log(file)
  try {
    const reports = await runLabSession(lab, {
      seconds,
      left: ['--mode', 'weighted', '--stream', 'bulk', ...interfaces],
      right: ['--mode', 'weighted', '--stream', 'messages', ...interfaces],
    })
    await lab.log(null)
    return await read(file, reports)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function transfer(lab: Lab, links: readonly string[] | null, seconds: number): Promise<Transfer> {
  return logged(lab, links, seconds, async (file, reports) => {
    const counts = [...(await lab.counts('left->right')).values()]
    const offered = counts.reduce((sum, each) => sum + each.offered, 0)
    const dropped = counts.reduce((sum, each) => sum + each.dropped_queue, 0)
    const waits = await readWaits(file, 'left->right', lab.bottlenecks('left->right'), 1000)
    const queues = waits.flatMap((each) => percentile(each, 95) ?? [])
    const received = receivedStream(reports, 'bulk')
    return {
      payloadBps: inOrderBps(received),
      uniqueBps: received.goodputBps,
      late: received.playout?.late ?? null,
      lost: received.lost,
      queueMs: queues.length === 0 ? null : Math.max(...queues),
      selfLossPercent: offered === 0 ? null : (100 * dropped) / offered,
    }
  })
}

async function withLab<T>(topology: string, measure: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = await createLab(topology)
  try {
    return await measure(lab)
  } finally {
    await lab.destroy()
  }
}

/** Each run takes a fresh lab, as a link's random fate goes on from run to run otherwise. */
async function repeat<T>(
  { runs, say }: BenchOptions,
  what: string,
  topology: string,
  measure: (lab: Lab) => Promise<T>,
): Promise<T[]> {
  const results: T[] = []
  for (let run = 1; run <= runs; run += 1) {
    results.push(await withLab(topology, measure))
    say(`bonding: ${topology}, ${what}, run ${run} of ${runs}: ${JSON.stringify(results.at(-1))}`)
  }
  return results
}

interface Facts {
  readonly links: readonly string[]
  readonly rateBps: number
  readonly rates: ReadonlyMap<string, number>
}

async function factsOf(topology: string): Promise<Facts> {
  return withLab(topology, (lab) =>
    Promise.resolve({
      links: lab.links,
      rateBps: lab.rateBps,
      rates: new Map(lab.links.map((link) => [link, lab.rateOf(link)])),
    }),
  )
}

async function ownRow(options: BenchOptions, topology: string, facts: Facts, seconds: number): Promise<Row> {
  const together = await repeat(options, 'together', topology, (lab) => transfer(lab, null, seconds))
  const singles = new Map<string, Transfer[]>()
  for (const link of facts.links) {
    const alone = await repeat(options, `${link} alone`, topology, (lab) => transfer(lab, [link], seconds))
    singles.set(link, alone)
  }
  const bps = median(together.map((each) => each.payloadBps))
  const perSingle = facts.links.map((link) => median((singles.get(link) ?? []).map((one) => one.payloadBps)))
  const worst = facts.links.map(
    (link, at) => ratio(perSingle[at] ?? null, facts.rates.get(link) ?? null) ?? 0,
  )
  const all = [...singles.values()].flat()
  return {
    label: ownLabel(topology),
    values: [
      mbit(bps),
      ratio(bps, facts.rateBps),
      ratio(bps, sum(perSingle)),
      ratio(bps, Math.max(...perSingle.map((one) => one ?? 0))),
      Math.min(...worst),
      largest(all.map((one) => one.queueMs)),
      largest(all.map((one) => one.selfLossPercent)),
      median(together.flatMap((one) => one.queueMs ?? [])),
      median(together.flatMap((one) => one.selfLossPercent ?? [])),
    ],
  }
}

async function mptcpRow(
  options: BenchOptions,
  topology: string,
  facts: Facts,
  control: TcpControl,
  seconds: number,
): Promise<Row> {
  const what = `MPTCP ${control}`
  const together = await repeat(options, what, topology, (lab) => mptcpGoodputBps(lab, control, seconds))
  const alone: (number | null)[] = []
  for (const link of facts.links) {
    const runs = await repeat(options, `TCP ${control} over ${link}`, topology, (lab) =>
      tcpGoodputBps(lab, link, control, seconds),
    )
    alone.push(median(runs))
  }
  const bps = median(together)
  const worst = facts.links.map((link, at) => ratio(alone[at] ?? null, facts.rates.get(link) ?? null) ?? 0)
  return {
    label: mptcpLabel(topology, control),
    values: [
      mbit(bps),
      ratio(bps, facts.rateBps),
      ratio(bps, sum(alone)),
      ratio(bps, Math.max(...alone.map((one) => one ?? 0))),
      Math.min(...worst),
      null,
      null,
      null,
      null,
    ],
  }
}

/** The share of a bottleneck that both paths of ours together take beside one TCP flow that was there before. */
async function shareRow(options: BenchOptions, control: TcpControl, seconds: number): Promise<Row> {
  const topology = sharedTopology
  const shares = await repeat(options, `beside TCP ${control}`, topology, async (lab) => {
    await startTcp(lab, lab.links[0]!, control)
    await sleep(earlierMs)
    return logged(lab, null, seconds, (file) => readShare(file, 'left->right'))
  })
  const label = shareLabel(control)
  return { label, values: [null, median(shares.map(({ part }) => part)), ...new Array<null>(7).fill(null)] }
}

const ownLabel = (topology: string): string => `${topology}: pathscope`
const mptcpLabel = (topology: string, control: TcpControl): string => `${topology}: MPTCP ${control}`
const shareLabel = (control: TcpControl): string => `${sharedTopology}: share beside TCP ${control}`

/** What the rows of a topology are held to. */
export function bondingTargets(topology: string, rows: readonly Row[]): Target[] {
  const own = (column: (typeof columns)[number]): number | null =>
    figureOf({ columns, rows }, ownLabel(topology), column)
  const target = (what: string, value: number | null, limits: Pick<Target, 'least' | 'most'>): Target => ({
    what: `${topology}: ${what}`,
    value,
    ...limits,
  })
  const singles = [
    target('worst single of its rate', own('worst single of its rate'), { least: 0.92 }),
    target('single queue p95 ms', own('single queue p95 ms'), { most: 30 }),
    target('single self loss %', own('single self loss %'), { most: 0.1 }),
  ]
  const together = own('of best single')
  if (topology === sharedTopology) {
    return [
      ...singles,
      target('together of best single', together, { most: 1 + alikePart }),
      ...controls.map((control) =>
        target(
          `share beside TCP ${control}`,
          figureOf({ columns, rows }, shareLabel(control), 'of IP rate'),
          shareLimits,
        ),
      ),
    ]
  }
  const mptcp = figureOf({ columns, rows }, mptcpLabel(topology, 'bbr'), 'Mbit/s')
  const before = mptcpMbit[topology]
  return [
    ...singles,
    target('together of singles', own('of singles'), { least: 0.98 }),
    target('together of best single', together, { least: 1 }),
    target('Mbit/s beside MPTCP bbr in this run', own('Mbit/s'), { least: mptcp }),
    ...(before === undefined
      ? []
      : [target('Mbit/s beside MPTCP bbr as it was', own('Mbit/s'), { least: before })]),
  ]
}

async function run(options: BenchOptions): Promise<Table> {
  const seconds = options.seconds ?? ownSeconds
  const chosen = options.topologies.length > 0 ? options.topologies : topologies
  const rows: Row[] = []
  for (const topology of chosen) {
    const facts = await factsOf(topology)
    rows.push(await ownRow(options, topology, facts, seconds))
    for (const control of controls) rows.push(await mptcpRow(options, topology, facts, control, seconds))
    if (topology !== sharedTopology) continue
    for (const control of controls) rows.push(await shareRow(options, control, seconds))
  }
  return {
    columns,
    rows,
    notes: [
      `Medians of ${options.runs} runs of ${seconds} s, start included, each on fresh links; payload, left to right.`,
      'Payload of ours: each packet once, handed on in order within the 500 ms that bulk waits for what is missing; what came later is none.',
      'IP rate: of each bottleneck once. Singles: the same system over each link alone, their sum.',
      'Queue: what packets waited for the link, by the log of all packets at its rate; the worst link. Jitter comes after it and is no part.',
      'Self loss: packets that the link dropped because its queue was full.',
      'Share: of what the bottleneck delivered between the first and the last packet of ours, the start included.',
      'A TCP that random loss holds down leaves the rest to whoever is beside it: what it carries alone is in the row of MPTCP, as its worst single.',
      'Queue and self loss of singles are those of the worst run; "no more than one path alone" is held to 2 %, by which runs of the same differ.',
    ],
    targets: chosen.flatMap((topology) => bondingTargets(topology, rows)),
  }
}

function mbit(bps: number | null): number | null {
  return bps === null ? null : bps / 1e6
}

function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0)
}

export const bonding: Bench = {
  name: 'bonding',
  about: 'payload over all links together and over each alone, beside kernel MPTCP and TCP',
  needsLab: true,
  run,
}
