/** Tail latency: `voice` in redundant mode beside the best that the paths could have given each packet. */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Bench, type BenchOptions, figureOf, median, percentile, type Row, type Table } from './bench'
import { readArrivals } from './lab/arrivals'
import { type Delivery, readDelivered } from './lab/delivered'
import { createLab, type Lab } from './lab/lab'
import { type LoggedPacket, readPacketLog } from './lab/packet-log'
import { pulse, type PulseDelays } from './lab/pulse'
import { portsOf } from './lab/reconcile'
import { runLabSession } from './lab/session'
import { receivedStream, sentStream } from './lab/streams'
import { startTap } from './lab/tap'

const topologies = ['triple', 'dual-wan', 'lossy']
const ownSeconds = 60
const pulsePort = 6200

/** p50, p99 and p99.9, ms; the last only of 1000 values and more. */
type Tail = readonly [p50: number | null, p99: number | null, p999: number | null]

interface Outcome {
  readonly sent: number
  readonly lost: number
  /** Packets that no link delivered. */
  readonly lostEverywhere: number
  /** Packets whose way could not be told, as tap and log do not match; any makes the figures by the log null. */
  readonly unmatched: number
  /** Of each packet, from the first copy that came out of a link until the first that came to our program. */
  readonly aboveBest: Tail
  /** Above the smallest, by our own report. */
  readonly ours: Tail
  /** Above the smallest, of what the fastest link needed for each. */
  readonly best: Tail
  /** What a bare program in Node added to what its link needed, at the same time, above the smallest. */
  readonly bare: Tail
}

async function measure(topology: string, seconds: number): Promise<Outcome> {
  const lab = await createLab(topology)
  const folder = mkdtempSync(join(tmpdir(), 'pathscope-bench-'))
  const file = join(folder, 'packets.csv')
  const arrivalsFile = join(folder, 'arrivals.csv')
  try {
    const tap = await startTap(lab, 'right')
    await lab.log(file)
    let pulses: PulseDelays = []
    const reports = await runLabSession(lab, {
      seconds,
      left: ['--mode', 'redundant', '--stream', 'voice'],
      arrivalsIn: { right: arrivalsFile },
      during: async () => {
        pulses = await runPulses(lab, Math.floor(((seconds - 3) * 1000) / pulse.intervalMs))
      },
    })
    await lab.log(null)
    const missed = await tap.stop()
    const { id = 0, sent: sentOrNull } = sentStream(reports, 'voice')
    const sent = sentOrNull ?? 0
    const received = receivedStream(reports, 'voice')
    const { latencyMs } = received
    const delivered = await readDelivered(file, 'left->right', tap, portsOf(reports.right))
    const unmatched = delivered.unmatched + missed
    const deliveries = unmatched === 0 ? delivered.deliveries(id) : new Map<number, Delivery>()
    const [first] = (
      await readPacketLog(file, 'left->right', (ipBytes) => ipBytes === pulse.ipBytes)
    ).values()
    return {
      sent,
      lost: sent - (received.received ?? 0),
      lostEverywhere: sent - delivered.count(id),
      unmatched,
      aboveBest: tailOf(aboveBest(readArrivals(arrivalsFile, id), deliveries)),
      ours: [latencyMs?.p50 ?? null, latencyMs?.p99 ?? null, latencyMs?.p999 ?? null],
      best: tailAboveLeast([...deliveries.values()].map(({ inMs, outMs }) => outMs - inMs)),
      bare: tailAboveLeast(pulsesAboveLink(pulses, first ?? [])),
    }
  } finally {
    await lab.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runPulses(lab: Lab, count: number): Promise<PulseDelays> {
  const program = join('out', 'bench', 'udp-flow.cjs')
  const sink = lab.start('right', process.execPath, [program, 'pulse-sink', String(pulsePort)])
  const lines = createInterface({ input: sink.stdout! })[Symbol.asyncIterator]()
  await lines.next()
  const to = await lab.address('right', lab.links[0]!)
  await lab.exec('left', process.execPath, [program, 'pulse-source', to, String(pulsePort), String(count)])
  sink.kill('SIGTERM')
  const delays = JSON.parse((await lines.next()).value as string) as PulseDelays
  if (sink.exitCode === null) await once(sink, 'exit')
  return delays
}

/** They went over one link, each once: the n-th in its log is the n-th. */
function pulsesAboveLink(pulses: PulseDelays, logged: readonly LoggedPacket[]): number[] {
  return pulses.flatMap(([number, delayMs]) => {
    const packet = logged[number]
    if (packet === undefined || packet.outMs === null) return []
    return [delayMs - (packet.outMs - packet.inMs)]
  })
}

/** Packet by packet, in ms: both clocks are the machine's own, so nothing that is always there is left out. */
export function aboveBest(
  arrivalsMs: ReadonlyMap<number, number>,
  deliveries: ReadonlyMap<number, Delivery>,
): number[] {
  return [...arrivalsMs].flatMap(([sequence, atMs]) => {
    const delivery = deliveries.get(sequence)
    return delivery === undefined ? [] : [atMs - delivery.outMs]
  })
}

function tailOf(delays: readonly number[]): Tail {
  const last = delays.length < 1000 ? null : percentile(delays, 99.9)
  return [percentile(delays, 50), percentile(delays, 99), last]
}

function tailAboveLeast(delays: readonly number[]): Tail {
  const least = percentile(delays, 0) ?? 0
  return tailOf(delays.map((each) => each - least))
}

async function rowOf({ runs, say }: BenchOptions, topology: string, seconds: number): Promise<Row> {
  const all: Outcome[] = []
  for (let run = 1; run <= runs; run += 1) {
    all.push(await measure(topology, seconds))
    say(`tail: ${topology}, run ${run} of ${runs}: ${JSON.stringify(all.at(-1))}`)
  }
  const of = (read: (one: Outcome) => number | null | undefined): number | null =>
    median(all.flatMap((one) => read(one) ?? []))
  return {
    label: topology,
    values: [
      of((one) => one.sent),
      of((one) => one.lost),
      of((one) => one.lostEverywhere),
      ...[0, 1, 2].map((at) => of((one) => one.aboveBest[at])),
      ...[0, 1, 2].flatMap((at) => [
        of((one) => one.ours[at]),
        of((one) => one.best[at]),
        of((one) => one.bare[at]),
      ]),
    ],
  }
}

const targetColumn = 'p99 above best ms'
const names = ['p50', 'p99', 'p99.9']
const columns = [
  'sent',
  'lost',
  'lost by all links',
  ...names.map((name) => `${name} above best ms`),
  ...names.flatMap((name) => [`${name} ms`, `best ${name}`, `bare ${name}`]),
]

async function run(options: BenchOptions): Promise<Table> {
  const seconds = options.seconds ?? ownSeconds
  const chosen = options.topologies.length > 0 ? options.topologies : topologies
  const rows: Row[] = []
  for (const topology of chosen) rows.push(await rowOf(options, topology, seconds))
  return {
    columns,
    rows,
    notes: [
      `50 packets a second for ${seconds} s, left to right; medians of ${options.runs} runs.`,
      'Above best: of each packet by its number, from when the first copy came out of a link, by the log of the links, until a socket handed our program its first copy; by one clock, nothing subtracted. Opening it and dropping the others comes after that, and is in `dataplane`.',
      'The other delays are those above the shortest of each kind. Those of ours are from the making of a packet on, by the report.',
      'Best: for each packet the fastest link that delivered it, from the entry of its first copy that came through.',
      'Bare: what a socket in Node that only sends, and one that only receives, added to what their link needed meanwhile.',
    ],
    targets: chosen.map((topology) => ({
      what: `${topology}: ${targetColumn}`,
      value: figureOf({ columns, rows }, topology, targetColumn),
      most: 1,
    })),
  }
}

export const tail: Bench = {
  name: 'tail',
  about: 'delay of voice in redundant mode beside the fastest path of each packet',
  needsLab: true,
  run,
}
