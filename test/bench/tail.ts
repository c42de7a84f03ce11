/** Tail latency: `voice` in redundant mode beside the best that the paths could have given each packet. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bench, type BenchOptions, median, percentile, type Row, type Table } from './bench'
import { createLab } from './lab/lab'
import { bestDelaysMs, readPacketLog } from './lab/packet-log'
import { runLabSession } from './lab/session'
import { receivedStream, sentStream } from './lab/streams'

const topologies = ['triple', 'dual-wan', 'lossy']
const ownSeconds = 60
/** A voice packet as an IP packet: 160 bytes, RTP, tag, UDP, and IPv4 or IPv6. */
const voiceIpBytes = [216, 236]

interface Outcome {
  readonly sent: number
  readonly lost: number
  /** Of those lost, packets that no link delivered. */
  readonly lostEverywhere: number | null
  readonly ours: readonly (number | null)[]
  readonly best: readonly (number | null)[]
}

async function measure(topology: string, seconds: number): Promise<Outcome> {
  const lab = await createLab(topology)
  const folder = mkdtempSync(join(tmpdir(), 'pathscope-bench-'))
  const file = join(folder, 'packets.csv')
  try {
    await lab.log(file)
    const reports = await runLabSession(lab, {
      seconds,
      left: ['--mode', 'redundant', '--stream', 'voice'],
    })
    await lab.log(null)
    const sent = sentStream(reports, 'voice').sent ?? 0
    const received = receivedStream(reports, 'voice')
    const { latencyMs } = received
    const packets = await readPacketLog(file, 'left->right', (ipBytes) => voiceIpBytes.includes(ipBytes))
    const isMatched = [...packets.values()].every((list) => list.length === sent)
    const best = isMatched ? bestDelaysMs(packets) : []
    const arrived = best.filter((delay) => delay !== null)
    const least = percentile(arrived, 0) ?? 0
    const above = arrived.map((delay) => delay - least)
    return {
      sent,
      lost: sent - (received.received ?? 0),
      lostEverywhere: isMatched ? best.length - arrived.length : null,
      ours: [latencyMs?.p50 ?? null, latencyMs?.p99 ?? null, latencyMs?.max ?? null],
      best: [percentile(above, 50), percentile(above, 99), percentile(above, 100)],
    }
  } finally {
    await lab.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
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
      ...[0, 1, 2].flatMap((at) => [of((one) => one.ours[at]), of((one) => one.best[at])]),
      of((one) => difference(one.ours[1], one.best[1])),
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
      'p50 ms',
      'best p50',
      'p99 ms',
      'best p99',
      'max ms',
      'best max',
      'p99 above best',
    ],
    rows,
    notes: [
      `50 packets a second for ${seconds} s, left to right; medians of ${options.runs} runs. Delays are those above the shortest.`,
      'Best: for each packet the fastest link that delivered it, by the log of the links.',
      'A dash under "best": a path was out of use for a while, so that copies cannot be matched.',
    ],
  }
}

export const tail: Bench = {
  name: 'tail',
  about: 'delay of voice in redundant mode beside the fastest path of each packet',
  needsLab: true,
  run,
}
