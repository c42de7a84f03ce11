/** Unequal links without help: 22 Mbit/s of IP packets over 20 + 5, beside RIST with weights set by hand. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Bench, type BenchOptions, figureOf, largest, median, type Row, type Table } from './bench'
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
  /** That, and what was lost without a queue's doing, whenever. */
  readonly lostLater: number | null
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
    const lost = sent - received
    const dropped = await droppedByQueues(lab)
    const droppedLater = dropped - before
    return { sent, lost, droppedLater, lostLater: droppedLater + Math.max(0, lost - dropped) }
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
    return { sent, lost: sent - unique, droppedLater: null, lostLater: null }
  } finally {
    await lab.destroy()
  }
}

async function outcomesOf(
  { runs, say }: BenchOptions,
  label: string,
  once: () => Promise<Outcome>,
): Promise<readonly Outcome[]> {
  const all: Outcome[] = []
  for (let run = 1; run <= runs; run += 1) {
    all.push(await once())
    say(`unequal: ${label}, run ${run} of ${runs}: ${JSON.stringify(all.at(-1))}`)
  }
  return all
}

function rowOf(label: string, all: readonly Outcome[]): Row {
  return {
    label,
    values: [
      median(all.map((one) => one.sent)),
      median(all.map((one) => one.lost)),
      median(all.map((one) => (100 * one.lost) / one.sent)),
      median(all.flatMap((one) => one.droppedLater ?? [])),
      largest(all.map((one) => one.lostLater)),
    ],
  }
}

const lostLaterColumn = 'most lost after 1 s'
const columns = ['sent', 'lost', 'lost %', 'dropped by queues after 1 s', lostLaterColumn]

async function run(options: BenchOptions): Promise<Table> {
  const seconds = options.seconds ?? ownSeconds
  const ourLabel = 'pathscope weighted'
  const rows = [rowOf(ourLabel, await outcomesOf(options, ourLabel, () => ourRun(seconds)))]
  for (const weights of ristWeights) {
    const label = `RIST weights ${weights.join('/')}`
    rows.push(rowOf(label, await outcomesOf(options, label, () => ristRun(weights, seconds))))
  }
  return {
    columns,
    rows,
    notes: [
      `22 Mbit/s of IP packets over links of 20 and 5 Mbit/s for ${seconds} s, left to right; medians of ${options.runs} runs.`,
      'RIST asks again for what is missing, within its buffer of 200 ms.',
      'Most lost after 1 s: of the worst run, what queues dropped from then on, and what was lost at any time and no queue dropped.',
    ],
    targets: [
      {
        what: `${ourLabel}: ${lostLaterColumn}`,
        value: figureOf({ columns, rows }, ourLabel, lostLaterColumn),
        most: 0,
      },
    ],
  }
}

export const unequal: Bench = {
  name: 'unequal',
  about: 'a constant rate that only both links together carry, without help, beside RIST',
  needsLab: true,
  run,
}
