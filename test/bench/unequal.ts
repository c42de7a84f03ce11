/** Unequal links without help: 22 Mbit/s of IP packets over 20 + 5, beside RIST with weights set by hand. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Bench, type BenchOptions, median, type Row, type Table } from './bench'
import { createLab, type Lab } from './lab/lab'
import { ristFlow } from './lab/rist'
import { runLabSession } from './lab/session'
import { receivedStream, sentStream } from './lab/streams'

const topology = 'uneven'
const ipRateBps = 22e6
const ownSeconds = 20
/** What our packets have around 1200 bytes of payload: IPv4, UDP, RTP, tag. */
const ours = { payloadBytes: 1200, headerBytes: 20 + 8 + 12 + 16 }
/** What RIST's have around 1316: IPv4, UDP, GRE, RTP. */
const rist = { payloadBytes: 1316, headerBytes: 20 + 8 + 8 + 12 }
const ristWeights = [
  [5, 5],
  [4, 1],
]

interface Outcome {
  readonly sent: number
  readonly lost: number
  /** Dropped by a full queue from the second second on. */
  readonly droppedLater: number | null
}

const payloadBps = ({ payloadBytes, headerBytes }: typeof ours): number =>
  Math.floor((ipRateBps * payloadBytes) / (payloadBytes + headerBytes))

async function droppedByQueues(lab: Lab): Promise<number> {
  const counts = await lab.counts('left->right')
  return [...counts.values()].reduce((sum, each) => sum + each.dropped_queue, 0)
}

async function ourRun(seconds: number): Promise<Outcome> {
  const lab = await createLab(topology)
  try {
    let before = 0
    const reports = await runLabSession(lab, {
      seconds,
      left: ['--mode', 'weighted', '--stream', `cbr:${payloadBps(ours)},${ours.payloadBytes}`],
      during: async () => {
        await sleep(1000)
        before = await droppedByQueues(lab)
      },
    })
    const sent = sentStream(reports, 'cbr').sent ?? 0
    const received = receivedStream(reports, 'cbr').received ?? 0
    return { sent, lost: sent - received, droppedLater: (await droppedByQueues(lab)) - before }
  } finally {
    await lab.destroy()
  }
}

async function ristRun(weights: readonly number[], seconds: number): Promise<Outcome> {
  const lab = await createLab(topology)
  try {
    const rateBps = payloadBps(rist)
    const flow = { weights, rateBps, sizeBytes: rist.payloadBytes, seconds, bufferMs: 200 }
    const { sent, unique } = await ristFlow(lab, flow, join('out', 'bench', 'udp-flow.cjs'))
    return { sent, lost: sent - unique, droppedLater: null }
  } finally {
    await lab.destroy()
  }
}

async function rowOf({ runs, say }: BenchOptions, label: string, once: () => Promise<Outcome>): Promise<Row> {
  const all: Outcome[] = []
  for (let run = 1; run <= runs; run += 1) {
    all.push(await once())
    say(`unequal: ${label}, run ${run} of ${runs}: ${JSON.stringify(all.at(-1))}`)
  }
  return {
    label,
    values: [
      median(all.map((one) => one.sent)),
      median(all.map((one) => one.lost)),
      median(all.map((one) => (100 * one.lost) / one.sent)),
      median(all.flatMap((one) => one.droppedLater ?? [])),
    ],
  }
}

async function run(options: BenchOptions): Promise<Table> {
  const seconds = options.seconds ?? ownSeconds
  const rows = [await rowOf(options, 'pathscope weighted', () => ourRun(seconds))]
  for (const weights of ristWeights) {
    rows.push(await rowOf(options, `RIST weights ${weights.join('/')}`, () => ristRun(weights, seconds)))
  }
  return {
    columns: ['sent', 'lost', 'lost %', 'dropped by queues after 1 s'],
    rows,
    notes: [
      `22 Mbit/s of IP packets over links of 20 and 5 Mbit/s for ${seconds} s, left to right; medians of ${options.runs} runs.`,
      'RIST asks again for what is missing, within its buffer of 200 ms.',
    ],
  }
}

export const unequal: Bench = {
  name: 'unequal',
  about: 'a constant rate that only both links together carry, without help, beside RIST',
  needsLab: true,
  run,
}
