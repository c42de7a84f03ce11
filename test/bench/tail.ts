/** Tail latency: `voice` in redundant mode beside the best that the paths could have given each packet. */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Bench, type BenchOptions, median, percentile, type Row, type Table } from './bench'
import { createLab, type Lab } from './lab/lab'
import { bestDelayMs, copiesOf, type LoggedPacket, readPacketLog } from './lab/packet-log'
import { pulse, type PulseDelays } from './lab/pulse'
import { runLabSession } from './lab/session'
import { receivedStream, sentStream } from './lab/streams'

const topologies = ['triple', 'dual-wan', 'lossy']
const ownSeconds = 60
/** A voice packet as an IP packet: 160 bytes, RTP, tag, UDP, and IPv4 or IPv6. */
const voiceIpBytes = [216, 236]
/** Half of what lies between two voice packets: all copies of one enter their links within much less. */
const apartMs = 10
const pulsePort = 6200

/** p50, p99 and p99.9 above the smallest. */
type Tail = readonly [p50: number | null, p99: number | null, p999: number | null]

interface Outcome {
  readonly sent: number
  readonly lost: number
  /** Packets that no link delivered. */
  readonly lostEverywhere: number | null
  readonly ours: Tail
  readonly best: Tail
  /** What a bare program in Node added to what its link needed, at the same time. */
  readonly bare: Tail
}

async function measure(topology: string, seconds: number): Promise<Outcome> {
  const lab = await createLab(topology)
  const folder = mkdtempSync(join(tmpdir(), 'pathscope-bench-'))
  const file = join(folder, 'packets.csv')
  try {
    await lab.log(file)
    let pulses: PulseDelays = []
    const reports = await runLabSession(lab, {
      seconds,
      left: ['--mode', 'redundant', '--stream', 'voice'],
      during: async () => {
        pulses = await runPulses(lab, Math.floor(((seconds - 3) * 1000) / pulse.intervalMs))
      },
    })
    await lab.log(null)
    const sent = sentStream(reports, 'voice').sent ?? 0
    const received = receivedStream(reports, 'voice')
    const { latencyMs } = received
    const packets = copiesOf(
      await readPacketLog(file, 'left->right', (ipBytes) => voiceIpBytes.includes(ipBytes)),
      apartMs,
    )
    // Otherwise something else of that size went over the links as well.
    const best = packets.length === sent ? packets.map(bestDelayMs) : []
    const arrived = best.filter((delay) => delay !== null)
    const [first] = (
      await readPacketLog(file, 'left->right', (ipBytes) => ipBytes === pulse.ipBytes)
    ).values()
    return {
      sent,
      lost: sent - (received.received ?? 0),
      lostEverywhere: best.length === 0 ? null : best.length - arrived.length,
      ours: [latencyMs?.p50 ?? null, latencyMs?.p99 ?? null, latencyMs?.p999 ?? null],
      best: tailOf(arrived),
      bare: tailOf(pulsesAboveLink(pulses, first ?? [])),
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

function tailOf(delays: readonly number[]): Tail {
  const least = percentile(delays, 0)
  const above = (percent: number): number | null => {
    const value = percentile(delays, percent)
    return value === null || least === null ? null : value - least
  }
  return [above(50), above(99), delays.length < 1000 ? null : above(99.9)]
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
      ...[0, 1, 2].flatMap((at) => [
        of((one) => one.ours[at]),
        of((one) => one.best[at]),
        of((one) => one.bare[at]),
      ]),
      of((one) => difference(one.ours[1], one.best[1])),
      of((one) => difference(one.ours[2], one.best[2])),
    ],
  }
}

function difference(a: number | null | undefined, b: number | null | undefined): number | null {
  return typeof a === 'number' && typeof b === 'number' ? a - b : null
}

async function run(options: BenchOptions): Promise<Table> {
  const seconds = options.seconds ?? ownSeconds
  const chosen = options.topologies.length > 0 ? options.topologies : topologies
  const rows: Row[] = []
  for (const topology of chosen) rows.push(await rowOf(options, topology, seconds))
  return {
    columns: [
      'sent',
      'lost',
      'lost by all links',
      ...['p50', 'p99', 'p99.9'].flatMap((name) => [`${name} ms`, `best ${name}`, `bare ${name}`]),
      'p99 above best',
      'p99.9 above best',
    ],
    rows,
    notes: [
      `50 packets a second for ${seconds} s, left to right; medians of ${options.runs} runs. Delays are those above the shortest.`,
      'Best: for each packet the fastest link that delivered it, by the log of the links; its copies enter them together.',
      'Bare: what a socket in Node that only sends, and one that only receives, added to what their link needed meanwhile.',
    ],
  }
}

export const tail: Bench = {
  name: 'tail',
  about: 'delay of voice in redundant mode beside the fastest path of each packet',
  needsLab: true,
  run,
}
