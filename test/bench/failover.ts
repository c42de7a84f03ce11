/** A link dies and comes back under each mode: what is lost, and for how long nothing is delivered. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Bench, type BenchOptions, largest, median, type Row, type Table, type Target } from './bench'
import { asJson } from './print'
import { type Delivery, readDelivered } from './lab/delivered'
import type { TcpControl } from './lab/iperf'
import { createLab, type Lab } from './lab/lab'
import { mptcpGapMs } from './lab/mptcp-gap'
import { type LoggedPacket, readPacketLog } from './lab/packet-log'
import { portsOf } from './lab/reconcile'
import { ristFlow } from './lab/rist'
import { runLabSession } from './lab/session'
import { receivedStream, sentStream } from './lab/streams'
import { startTap } from './lab/tap'

const topologies = ['even', 'triple']
const modes = ['redundant', 'weighted', 'lowest-latency', 'backup', 'adaptive', 'single'] as const
const byFastest: readonly string[] = ['lowest-latency', 'adaptive']
const streams = ['voice', 'cbr:5mbit'] as const
/** Between two packets of a stream: 160 bytes of voice at 50/s, 1200 of cbr at its rate. */
const intervalMs: Readonly<Record<(typeof streams)[number], number>> = { voice: 20, 'cbr:5mbit': 1.92 }
const controls: readonly TcpControl[] = ['bbr', 'cubic']
/** What the lab does to the first link: packets vanish without a sign, or the cable is pulled. */
const causes = [
  { name: 'blackout', break: ['down'], mend: ['up'] },
  { name: 'carrier', break: ['carrier=off'], mend: ['carrier=on'] },
] as const
type Cause = (typeof causes)[number]

const ownSeconds = 14
const breakAtMs = 5000
const brokenMs = 4000
/** Which link is in use is looked at from then on, and until then, ms. */
const lookAfterMs = 1500
const lookedMs = 3000
const sharesOfMs = 200
/** Before the link fails, for what it usually carries. */
const usualOfMs = 3000
/** A link that carried less of the stream was not in use: there is nothing to come back to. */
const leastUsePart = 0.05

interface Outcome {
  readonly sent: number
  readonly lost: number
  readonly inOrderGapMs: number | null
  readonly rawGapMs: number | null
  /** By the log: the longest in-order gap had first copies been taken as links delivered them, and what came was all. */
  readonly linksGapMs: number | null
  /** Packets that a link delivered and the receiver did not count. */
  readonly lostDelivered: number | null
  /** Of those sent after the link's return, what no link delivered. */
  readonly lostAfter: number | null
  /** Packets whose way could not be told, as tap and log do not match; any makes the figures by the log null. */
  readonly unmatched: number
  readonly overhead: number | null
  /** Of all bytes before the failure, what went over the link that fails. */
  readonly usedPart: number | null
  /** From the link's return until it carries 80 % of what it did, s; Infinity where it did not in the rest of the run, null where it had not been in use. */
  readonly backSeconds: number | null
}

interface Case {
  readonly topology: string
  readonly mode: (typeof modes)[number]
  readonly stream: (typeof streams)[number]
  readonly cause: Cause
}

/** Which link failed, and when it did and came back, ms of CLOCK_MONOTONIC. */
interface Marks {
  readonly link: string
  readonly brokenMs: number
  readonly mendedMs: number
}

async function measure({ topology, mode, stream, cause }: Case, seconds: number): Promise<Outcome> {
  return withLab(topology, async (lab, folder) => {
    const file = join(folder, 'packets.csv')
    let marks = null as Marks | null
    const tap = await startTap(lab, 'right')
    await lab.log(file)
    const reports = await runLabSession(lab, {
      seconds,
      left: ['--mode', mode, '--stream', stream],
      right: ['--mode', mode],
      during: async () => {
        const link = byFastest.includes(mode) ? await busiest(lab) : lab.links[0]!
        marks = await fail(lab, link, cause, folder, breakAtMs - (byFastest.includes(mode) ? lookedMs : 0))
      },
    })
    await lab.log(null)
    const missed = await tap.stop()
    const kind = stream.split(':')[0]!
    const sent = sentStream(reports, kind)
    const received = receivedStream(reports, kind)
    const delivered = await readDelivered(file, 'left->right', tap, portsOf(reports.right))
    const unmatched = delivered.unmatched + missed
    const deliveries = unmatched === 0 ? delivered.deliveries(sent.id ?? 0) : null
    const packets = await readPacketLog(file, 'left->right', (ipBytes) => ipBytes > 200)
    return {
      sent: sent.sent ?? 0,
      lost: (sent.sent ?? 0) - (received.received ?? 0),
      inOrderGapMs: received.inOrderGapMaxMs ?? null,
      rawGapMs: received.deliveryGapMaxMs,
      linksGapMs: deliveries === null ? null : longestGap(firstArrivals(deliveries)),
      lostDelivered: deliveries === null ? null : deliveries.size - (received.received ?? 0),
      lostAfter: deliveries === null || marks === null ? null : lostAfter(deliveries, sent.sent ?? 0, marks),
      unmatched,
      overhead: sent.overheadFactor,
      ...(marks === null ? { usedPart: null, backSeconds: null } : useOf(packets, marks)),
    }
  })
}

async function withLab<T>(topology: string, once: (lab: Lab, folder: string) => Promise<T>): Promise<T> {
  const lab = await createLab(topology)
  const folder = mkdtempSync(join(tmpdir(), 'pathscope-bench-'))
  try {
    return await once(lab, folder)
  } finally {
    await lab.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The link that carries the stream: where several are as fast as each other, any of them may. */
async function busiest(lab: Lab): Promise<string> {
  await sleep(lookAfterMs)
  const before = await lab.counts('left->right')
  await sleep(lookedMs - lookAfterMs)
  const after = await lab.counts('left->right')
  const bytes = (link: string): number =>
    (after.get(link)?.offered_bytes ?? 0) - (before.get(link)?.offered_bytes ?? 0)
  return lab.links.reduce((most, link) => (bytes(link) > bytes(most) ? link : most))
}

/**
 * Fails a link and mends it, the former so long from now. Begun long before: a program that starts when the link fails would
 * take the processor from what is measured.
 */
async function fail(lab: Lab, link: string, cause: Cause, folder: string, inMs: number): Promise<Marks> {
  const events = [
    { at: `${inMs}ms`, set: [link, ...cause.break].join(' ') },
    { at: `${inMs + brokenMs}ms`, set: [link, ...cause.mend].join(' ') },
  ]
  const script = join(folder, 'script.json')
  writeFileSync(script, JSON.stringify({ note: cause.name, events }))
  const startMs = startOf(await lab.play(script))
  return { link, brokenMs: startMs + inMs, mendedMs: startMs + inMs + brokenMs }
}

/** When a link first delivered each packet, in the order of their numbers, those left out that none did. */
function firstArrivals(deliveries: ReadonlyMap<number, Delivery>): number[] {
  return [...deliveries].sort(([a], [b]) => a - b).map(([, { outMs }]) => outMs)
}

/** Of the packets with higher numbers than any that had entered a link before the return, those that no link delivered. */
export function lostAfter(
  deliveries: ReadonlyMap<number, Delivery>,
  sent: number,
  { mendedMs }: Pick<Marks, 'mendedMs'>,
): number {
  let first = 0
  for (const [sequence, { inMs }] of deliveries) if (inMs < mendedMs) first = Math.max(first, sequence + 1)
  let came = 0
  for (const sequence of deliveries.keys()) if (sequence >= first) came += 1
  return Math.max(0, sent - first) - came
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

/** What the link that fails carries of all, and how soon it carries it again. */
export function useOf(
  packets: ReadonlyMap<string, readonly LoggedPacket[]>,
  { link, brokenMs, mendedMs }: Marks,
): Pick<Outcome, 'usedPart' | 'backSeconds'> {
  const own = packets.get(link) ?? []
  const beforeOf = (of: readonly LoggedPacket[]): number => bytesIn(of, brokenMs - usualOfMs, brokenMs)
  const all = [...packets.values()].reduce((sum, each) => sum + beforeOf(each), 0)
  if (all === 0) return { usedPart: null, backSeconds: null }
  const usedPart = beforeOf(own) / all
  if (usedPart < leastUsePart) return { usedPart, backSeconds: null }
  const usual = beforeOf(own) / usualOfMs
  const last = Math.max(...[...packets.values()].map((each) => each.at(-1)?.inMs ?? 0))
  for (let atMs = mendedMs; atMs + sharesOfMs < last; atMs += sharesOfMs) {
    if (bytesIn(own, atMs, atMs + sharesOfMs) / sharesOfMs >= 0.8 * usual) {
      return { usedPart, backSeconds: (atMs + sharesOfMs - mendedMs) / 1000 }
    }
  }
  return { usedPart, backSeconds: Infinity }
}

function bytesIn(packets: readonly LoggedPacket[], fromMs: number, toMs: number): number {
  return packets.reduce((sum, { inMs, ipBytes }) => sum + (inMs >= fromMs && inMs < toMs ? ipBytes : 0), 0)
}

function labelOf({ topology, mode, stream, cause }: Case): string {
  return `${topology}, ${cause.name}, ${stream}: ${mode}`
}

const mptcpLabel = (topology: string, cause: Cause, control: TcpControl): string =>
  `${topology}, ${cause.name}, all it can: MPTCP ${control}`
const ristLabel = (topology: string, cause: Cause): string =>
  `${topology}, ${cause.name}, 5 Mbit/s: RIST redundant`

async function outcomesOf(
  { runs, say }: BenchOptions,
  which: Case,
  seconds: number,
): Promise<readonly Outcome[]> {
  const all: Outcome[] = []
  for (let each = 1; each <= runs; each += 1) {
    all.push(await measure(which, seconds))
    say(`failover: ${labelOf(which)}, run ${each} of ${runs}: ${asJson(all.at(-1))}`)
  }
  return all
}

const medianOf = (all: readonly Outcome[], name: keyof Outcome): number | null =>
  median(all.flatMap((one) => one[name] ?? []))

function ownRow(which: Case, all: readonly Outcome[]): Row {
  return {
    label: labelOf(which),
    values: [
      medianOf(all, 'sent'),
      medianOf(all, 'lost'),
      medianOf(all, 'inOrderGapMs'),
      medianOf(all, 'rawGapMs'),
      medianOf(all, 'linksGapMs'),
      medianOf(all, 'lostDelivered'),
      medianOf(all, 'lostAfter'),
      medianOf(all, 'overhead'),
      medianOf(all, 'usedPart'),
      medianOf(all, 'backSeconds'),
    ],
  }
}

/** Of a topology, ms. */
export interface Delays {
  /** From the fastest link to the slowest, one way. */
  readonly differenceMs: number
  /** There and back over the link that fails. */
  readonly deadRttMs: number
}

function delaysOf({ links, delaysMs }: Lab): Delays {
  const all = [...delaysMs.values()]
  return {
    differenceMs: Math.max(...all) - Math.min(...all),
    deadRttMs: 2 * (delaysMs.get(links[0] ?? '') ?? 0),
  }
}

/**
 * What is wanted of a mode in a case, of the runs in which it used the link that fails. Losses are those of the worst run, all
 * else is the median.
 */
export function failoverTargets(which: Case, delays: Delays, outcomes: readonly Outcome[]): Target[] {
  const { topology, mode, stream, cause } = which
  const all = outcomes.filter(({ usedPart }) => usedPart !== null && usedPart >= leastUsePart)
  const target = (what: string, value: number | null, most: number): Target => ({
    what: `${labelOf(which)}: ${what}`,
    value,
    most,
  })
  const worst = (name: keyof Outcome): number | null => largest(all.map((one) => one[name]))
  const lost = target('lost, worst run', worst('lost'), 0)
  const gap = (most: number): Target => target('in-order gap ms', medianOf(all, 'inOrderGapMs'), most)
  const back: Target[] = []
  if (cause.name === 'blackout') {
    // What goes by the fastest path has no reason to leave another that is as fast.
    const returns = !byFastest.includes(mode) || delays.differenceMs > 0
    if (returns) back.push(target('full use again after s', medianOf(all, 'backSeconds'), 2))
    // Elsewhere links lose packets at random, which no return has caused.
    if (topology === 'even') back.push(target('lost after the return, worst run', worst('lostAfter'), 0))
  }
  switch (mode) {
    case 'single':
      return []
    case 'redundant':
      return [
        target('lost although delivered, worst run', worst('lostDelivered'), 0),
        gap(delays.differenceMs + intervalMs[stream] + 5),
        ...back,
      ]
    case 'adaptive':
      if (stream !== 'voice') return back
      return [
        lost,
        gap(intervalMs[stream] + delays.deadRttMs + delays.differenceMs + 25),
        target('bytes over needed', medianOf(all, 'overhead'), 1.1),
        ...back,
      ]
    default:
      return topology === 'even' ? [lost, gap(100), ...back] : back
  }
}

/** The longest time in which a program that reads from MPTCP got no byte. */
async function mptcpRow(
  { runs, say }: BenchOptions,
  topology: string,
  cause: Cause,
  control: TcpControl,
  seconds: number,
): Promise<Row> {
  const label = mptcpLabel(topology, cause, control)
  const gaps: number[] = []
  for (let each = 1; each <= runs; each += 1) {
    gaps.push(
      await withLab(topology, (lab, folder) =>
        mptcpGapMs(
          lab,
          control,
          seconds,
          async () => (await fail(lab, lab.links[0]!, cause, folder, breakAtMs)).brokenMs,
        ),
      ),
    )
    say(`failover: ${label}, run ${each} of ${runs}: ${gaps.at(-1)}`)
  }
  return { label, values: [null, null, median(gaps), ...nothing(7)] }
}

const nothing = (count: number): readonly null[] => new Array<null>(count).fill(null)

async function ristRow({ runs, say }: BenchOptions, topology: string, cause: Cause): Promise<Row> {
  const label = ristLabel(topology, cause)
  const all: { readonly sent: number; readonly lost: number; readonly gapMs: number }[] = []
  for (let each = 1; each <= runs; each += 1) {
    const result = await withLab(topology, (lab) => {
      const flow = {
        weights: lab.links.map(() => 0),
        rateBps: 5e6,
        sizeBytes: 1316,
        seconds: 9,
        bufferMs: longestDelayMs(topology),
      }
      return ristFlow(lab, flow, join('out', 'bench', 'udp-flow.cjs'), async () => {
        await sleep(4000)
        await lab.set(lab.links[0]!, ...cause.break)
      })
    })
    all.push({ sent: result.sent, lost: result.sent - result.unique, gapMs: result.gapMaxMs })
    say(`failover: ${label}, run ${each} of ${runs}: ${JSON.stringify(all.at(-1))}`)
  }
  return {
    label,
    values: [
      median(all.map((one) => one.sent)),
      median(all.map((one) => one.lost)),
      median(all.map((one) => one.gapMs)),
      ...nothing(7),
    ],
  }
}

/** RIST's buffer must hold the difference of the paths' delays, and its return trip. */
function longestDelayMs(topology: string): number {
  return topology === 'even' ? 60 : 150
}

async function bench(options: BenchOptions): Promise<Table> {
  const seconds = options.seconds ?? ownSeconds
  const chosen = options.topologies.length > 0 ? options.topologies : topologies
  const rows: Row[] = []
  const targets: Target[] = []
  const isWanted = (label: string): boolean =>
    options.only.length === 0 || options.only.some((text) => label.includes(text))
  for (const topology of chosen) {
    const delays = await withLab(topology, (lab) => Promise.resolve(delaysOf(lab)))
    for (const each of casesOf(topology)) {
      if (!isWanted(labelOf(each))) continue
      const all = await outcomesOf(options, each, seconds)
      rows.push(ownRow(each, all))
      targets.push(...failoverTargets(each, delays, all))
    }
    for (const cause of causes) {
      for (const control of controls) {
        if (isWanted(mptcpLabel(topology, cause, control)))
          rows.push(await mptcpRow(options, topology, cause, control, seconds))
      }
      if (isWanted(ristLabel(topology, cause))) rows.push(await ristRow(options, topology, cause))
    }
  }
  return {
    columns: [
      'sent',
      'lost',
      'in-order gap ms',
      'raw gap ms',
      'gap by the links ms',
      'lost although delivered',
      'lost after the return',
      'bytes over needed',
      'used before',
      'full use again after s',
    ],
    rows,
    notes: [
      `Sessions of ${seconds} s, each with one stream from left to right; the first link, or by delay the one that carries most, fails after ${breakAtMs / 1000} s for ${brokenMs / 1000} s; medians of ${options.runs} runs.`,
      'Gaps are the longest of the whole session. "single" is what stock WebRTC does, with its timers.',
      'Gap by the links: what the gap would have been had first copies been handed on as links delivered them, and nothing waited for what none did.',
      'Lost although delivered: came out of a link to a port of the program, which did not count it. Lost after the return: of those sent from then on, what came out of no link, random loss of the links included.',
      `Used before: of all bytes in the 3 s before, the part that went over the link that fails; runs in which that was less than ${100 * leastUsePart} % meet no target and miss none. Full use again: until that link carries 80 % of what it did, by the log of the links.`,
      'MPTCP sends as fast as it can; its gap is that of the reading program, from the failure on. RIST’s link stays dead.',
      'Delay differences in targets are those of the links as they are set, without jitter.',
    ],
    targets,
  }
}

function casesOf(topology: string): Case[] {
  return causes.flatMap((cause) =>
    streams.flatMap((stream) => modes.map((mode) => ({ topology, mode, stream, cause }))),
  )
}

export const failover: Bench = {
  name: 'failover',
  about: 'loss and gaps when a link dies and comes back, in each mode, beside MPTCP and RIST',
  needsLab: true,
  run: bench,
}
