/** A link dies and comes back under each mode: what is lost, and for how long nothing is delivered. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Bench, type BenchOptions, median, type Row, type Table } from './bench'
import { createLab, type Lab, labFolder } from './lab/lab'
import { copiesOf, type LoggedPacket, readPacketLog } from './lab/packet-log'
import { ristFlow } from './lab/rist'
import { runLabSession } from './lab/session'
import { receivedStream, sentStream } from './lab/streams'

const run = promisify(execFile)

const topologies = ['even', 'triple']
const modes = ['redundant', 'weighted', 'lowest-latency', 'backup', 'adaptive', 'single'] as const
const streams = ['voice', 'cbr:5mbit'] as const
/** Packets of voice as IP packets of both versions; and half of what lies between two of them, ms. */
const voiceIpBytes: readonly number[] = [216, 236]
const voiceApartMs = 10
/** What the lab does to the first link: packets vanish without a sign, or the cable is pulled. */
const causes = [
  { name: 'blackout', break: ['down'], mend: ['up'] },
  { name: 'carrier', break: ['carrier=off'], mend: ['carrier=on'] },
] as const

const ownSeconds = 14
const breakAtMs = 5000
const brokenMs = 4000
const sharesOfMs = 200

interface Outcome {
  readonly sent: number
  readonly lost: number
  readonly inOrderGapMs: number | null
  readonly rawGapMs: number | null
  /** Only of voice in redundant mode, by the log: the longest in-order gap had the first copies been taken as links delivered them. */
  readonly linksGapMs: number | null
  /** Likewise: packets that a link delivered and the receiver did not count. */
  readonly lostDelivered: number | null
  readonly overhead: number | null
  /** From the link's return until it carries 80 % of what it did, s; null where it did not in the rest of the run. */
  readonly backSeconds: number | null
}

interface Case {
  readonly topology: string
  readonly mode: (typeof modes)[number]
  readonly stream: (typeof streams)[number]
  readonly cause: (typeof causes)[number]
}

async function measure({ topology, mode, stream, cause }: Case, seconds: number): Promise<Outcome> {
  const lab = await createLab(topology)
  const folder = mkdtempSync(join(tmpdir(), 'pathscope-bench-'))
  const file = join(folder, 'packets.csv')
  const script = join(folder, 'script.json')
  const link = lab.links[0]!
  const events = [
    { at: `${breakAtMs}ms`, set: [link, ...cause.break].join(' ') },
    { at: `${breakAtMs + brokenMs}ms`, set: [link, ...cause.mend].join(' ') },
  ]
  const marks = { brokenMs: 0, mendedMs: 0 }
  try {
    writeFileSync(script, JSON.stringify({ note: cause.name, events }))
    await lab.log(file)
    const reports = await runLabSession(lab, {
      seconds,
      left: ['--mode', mode, '--stream', stream],
      right: ['--mode', mode],
      during: async () => {
        // Begun long before: a program that starts when the link fails would take the processor from what is measured.
        const startMs = startOf(await lab.play(script))
        marks.brokenMs = startMs + breakAtMs
        marks.mendedMs = marks.brokenMs + brokenMs
      },
    })
    await lab.log(null)
    const kind = stream.split(':')[0]!
    const sent = sentStream(reports, kind)
    const received = receivedStream(reports, kind)
    const packets = await readPacketLog(file, 'left->right', (ipBytes) => ipBytes > 200)
    const byLinks = mode === 'redundant' && stream === 'voice' ? await firstArrivals(file) : null
    return {
      sent: sent.sent ?? 0,
      lost: (sent.sent ?? 0) - (received.received ?? 0),
      inOrderGapMs: received.inOrderGapMaxMs ?? null,
      rawGapMs: received.deliveryGapMaxMs,
      linksGapMs: byLinks === null ? null : longestGap(byLinks),
      lostDelivered: byLinks === null ? null : byLinks.length - (received.received ?? 0),
      overhead: sent.overheadFactor,
      backSeconds: backSeconds(packets.get(link) ?? [], marks),
    }
  } finally {
    await lab.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** When a link first delivered each packet of voice, those left out that none did. */
async function firstArrivals(file: string): Promise<number[]> {
  const log = await readPacketLog(file, 'left->right', (bytes) => voiceIpBytes.includes(bytes))
  return copiesOf(log, voiceApartMs).flatMap((copies) => {
    const arrivals = copies.flatMap(({ outMs }) => outMs ?? [])
    return arrivals.length === 0 ? [] : [Math.min(...arrivals)]
  })
}

/** Of what is handed on in order, each not before those sent earlier. */
function longestGap(arrivals: readonly number[]): number {
  let longest = 0
  let handedMs = arrivals[0] ?? 0
  for (const atMs of arrivals) {
    longest = Math.max(longest, atMs - handedMs)
    handedMs = Math.max(handedMs, atMs)
  }
  return longest
}

/** When a script began by what the lab said of it, ms of CLOCK_MONOTONIC, as in its log. */
function startOf(said: string): number {
  const [, nanoseconds] = /clock_monotonic_ns=(\d+)/.exec(said) ?? []
  if (nanoseconds === undefined) throw new Error(`the lab does not say when its script began: ${said}`)
  return Number(nanoseconds) / 1e6
}

function backSeconds(
  packets: readonly LoggedPacket[],
  marks: { readonly brokenMs: number; readonly mendedMs: number },
): number | null {
  const bytesIn = (fromMs: number, toMs: number): number =>
    packets.reduce((sum, { inMs, ipBytes }) => sum + (inMs >= fromMs && inMs < toMs ? ipBytes : 0), 0)
  const beforeMs = 3000
  const usual = bytesIn(marks.brokenMs - beforeMs, marks.brokenMs) / beforeMs
  if (usual === 0) return null
  const last = packets.at(-1)?.inMs ?? 0
  for (let atMs = marks.mendedMs; atMs + sharesOfMs < last; atMs += sharesOfMs) {
    if (bytesIn(atMs, atMs + sharesOfMs) / sharesOfMs >= 0.8 * usual) {
      return (atMs + sharesOfMs - marks.mendedMs) / 1000
    }
  }
  return null
}

function labelOf({ topology, mode, stream, cause }: Case): string {
  return `${topology}, ${cause.name}, ${stream}: ${mode}`
}

async function ownRow({ runs, say }: BenchOptions, which: Case, seconds: number): Promise<Row> {
  const label = labelOf(which)
  const all: Outcome[] = []
  for (let each = 1; each <= runs; each += 1) {
    all.push(await measure(which, seconds))
    say(`failover: ${label}, run ${each} of ${runs}: ${JSON.stringify(all.at(-1))}`)
  }
  const of = (read: (one: Outcome) => number | null): number | null =>
    median(all.flatMap((one) => read(one) ?? []))
  return {
    label,
    values: [
      of((one) => one.sent),
      of((one) => one.lost),
      of((one) => one.inOrderGapMs),
      of((one) => one.rawGapMs),
      of((one) => one.linksGapMs),
      of((one) => one.lostDelivered),
      of((one) => one.overhead),
      of((one) => one.backSeconds),
    ],
  }
}

/** The lab's own baseline: the longest time in which a program that reads from MPTCP got no byte. */
async function mptcpRow({ runs, say }: BenchOptions, topology: string): Promise<Row> {
  const gaps: number[] = []
  for (let each = 1; each <= runs; each += 1) {
    const args = ['gap', topology, '--runs', '1', '--secs', '14']
    const { stdout } = await run(join(labFolder(), 'mptcp_bench.py'), args)
    gaps.push((JSON.parse(stdout) as { readonly gap_ms: number }).gap_ms)
    say(`failover: ${topology}, MPTCP, run ${each} of ${runs}: ${gaps.at(-1)}`)
  }
  return {
    label: `${topology}, blackout, all it can: MPTCP`,
    values: [null, null, median(gaps), null, null, null, null, null],
  }
}

async function ristRow({ runs, say }: BenchOptions, topology: string): Promise<Row> {
  const all: { readonly sent: number; readonly lost: number; readonly gapMs: number }[] = []
  for (let each = 1; each <= runs; each += 1) {
    const lab = await createLab(topology)
    try {
      const flow = {
        weights: lab.links.map(() => 0),
        rateBps: 5e6,
        sizeBytes: 1316,
        seconds: 9,
        bufferMs: longestDelayMs(topology),
      }
      const result = await ristFlow(lab, flow, join('out', 'bench', 'udp-flow.cjs'), () => breakFirst(lab))
      all.push({ sent: result.sent, lost: result.sent - result.unique, gapMs: result.gapMaxMs })
    } finally {
      await lab.destroy()
    }
    say(`failover: ${topology}, RIST, run ${each} of ${runs}: ${JSON.stringify(all.at(-1))}`)
  }
  return {
    label: `${topology}, blackout, 5 Mbit/s: RIST redundant`,
    values: [
      median(all.map((one) => one.sent)),
      median(all.map((one) => one.lost)),
      median(all.map((one) => one.gapMs)),
      null,
      null,
      null,
      null,
      null,
    ],
  }
}

async function breakFirst(lab: Lab): Promise<void> {
  await sleep(4000)
  await lab.set(lab.links[0]!, 'down')
}

/** RIST's buffer must hold the difference of the paths' delays, and its return trip. */
function longestDelayMs(topology: string): number {
  return topology === 'even' ? 60 : 150
}

async function bench(options: BenchOptions): Promise<Table> {
  const seconds = options.seconds ?? ownSeconds
  const chosen = options.topologies.length > 0 ? options.topologies : topologies
  const rows: Row[] = []
  const isWanted = (label: string): boolean =>
    options.only.length === 0 || options.only.some((text) => label.includes(text))
  for (const topology of chosen) {
    for (const cause of causes) {
      for (const stream of streams) {
        for (const mode of modes) {
          const each = { topology, mode, stream, cause }
          if (isWanted(labelOf(each))) rows.push(await ownRow(options, each, seconds))
        }
      }
    }
    if (isWanted('MPTCP')) rows.push(await mptcpRow(options, topology))
    if (isWanted('RIST')) rows.push(await ristRow(options, topology))
  }
  return {
    columns: [
      'sent',
      'lost',
      'in-order gap ms',
      'raw gap ms',
      'gap by the links ms',
      'lost although delivered',
      'bytes over needed',
      'full use again after s',
    ],
    rows,
    notes: [
      `Sessions of ${seconds} s, each with one stream from left to right; the first link fails after ${breakAtMs / 1000} s for ${brokenMs / 1000} s; medians of ${options.runs} runs.`,
      'Gaps are the longest of the whole session. "single" is what stock WebRTC does, with its timers.',
      'By the links, of voice in redundant mode: what the gap would have been had the first copies been handed on as links delivered them, and what they delivered in vain.',
      'Full use again: until the link carries 80 % of what it did, by the log of the links.',
      'MPTCP sends as fast as it can, and its link stays dead; its gap is that of the reading program.',
    ],
  }
}

export const failover: Bench = {
  name: 'failover',
  about: 'loss and gaps when a link dies and comes back, in each mode, beside MPTCP and RIST',
  needsLab: true,
  run: bench,
}
