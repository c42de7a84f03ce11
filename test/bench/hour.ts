/** An hour of `video` while links fail, slow down and come back at random: memory, loss and every counter beside the lab's. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Bench, type BenchOptions, figureOf, type Table } from './bench'
import { readDelivered } from './lab/delivered'
import { createLab, type Direction, type Lab, type Side } from './lab/lab'
import { type MemorySamples, readCollections, sampleMemory } from './lab/memory'
import { randomEvents } from './lab/random-events'
import {
  type LinkCounters,
  linkTable,
  lostAlthoughDelivered,
  memoryTable,
  portsOf,
  streamTable,
} from './lab/reconcile'
import { type LabReports, runLabSession } from './lab/session'
import { startTap, type Tap } from './lab/tap'
import { readTopology } from './lab/topology'
import { unreadDatagrams } from './lab/unread'

const ownTopology = 'triple'
const ownSeconds = 3600
const memoryEveryMs = 10_000
/** Before the first event, and left at the end so that the last ones are over. */
const quietMs = 5000
const sides: readonly Side[] = ['left', 'right']
const directions: readonly Direction[] = ['left->right', 'right->left']

async function measure(options: BenchOptions, topology: string, folder: string): Promise<Table> {
  const seconds = options.seconds ?? ownSeconds
  const links = readTopology(topology)
  const script = randomEvents(links, options.seed, seconds * 1000 - 3 * quietMs)
  const scriptFile = join(folder, 'events.json')
  writeFileSync(scriptFile, `${JSON.stringify(script, null, 1)}\n`)
  options.say(`hour: ${script.events.length} changes of links in ${seconds} s, seed ${options.seed}`)
  const lab = await createLab(topology)
  const logFile = join(folder, 'packets.csv')
  try {
    const taps = { left: await startTap(lab, 'left'), right: await startTap(lab, 'right') }
    await lab.log(logFile)
    await lab.zero()
    const memory = new Map<Side, MemorySamples>()
    const pids = new Map<Side, number>()
    const unread = new Map<Side, number | null>()
    const inUse = new Map<Side, readonly number[]>()
    const collectionsIn = {
      left: join(folder, 'left-memory.jsonl'),
      right: join(folder, 'right-memory.jsonl'),
    }
    for (const side of sides) rmSync(collectionsIn[side], { force: true })
    const reports = await runLabSession(lab, {
      seconds,
      left: ['--mode', 'redundant', '--stream', 'video:4mbit'],
      right: ['--mode', 'redundant', '--stream', 'voice'],
      keepIn: folder,
      collectionsIn,
      onStarted: (programs) => {
        for (const side of sides) {
          pids.set(side, programs[side].pid ?? 0)
          memory.set(side, sampleMemory(programs[side].pid ?? 0, memoryEveryMs))
        }
      },
      during: async () => {
        const telling = tellProgress(options, memory)
        await sleep(quietMs)
        writeFileSync(join(folder, 'played.txt'), await lab.play(scriptFile))
        clearInterval(telling)
        for (const side of sides) {
          unread.set(side, unreadDatagrams(pids.get(side) ?? 0))
          memory.get(side)?.stop()
          inUse.set(side, readCollections(collectionsIn[side]))
        }
      },
    })
    const counters = await readCounters(lab)
    await lab.log(null)
    const missed = { left: await taps.left.stop(), right: await taps.right.stop() }
    return await tableOf({ lab, reports, taps, missed, unread, counters, memory, inUse, logFile })
  } finally {
    await lab.destroy()
  }
}

function tellProgress({ say }: BenchOptions, memory: ReadonlyMap<Side, MemorySamples>): NodeJS.Timeout {
  return setInterval(() => {
    const now = sides.map((side) => `${side} ${Math.round(memory.get(side)?.residentMiB.at(-1) ?? 0)} MiB`)
    say(`hour: ${new Date().toISOString().slice(11, 19)} ${now.join(', ')}`)
  }, 60_000)
}

async function readCounters(lab: Lab): Promise<LinkCounters> {
  const [out, back] = await Promise.all(directions.map((direction) => lab.counts(direction)))
  return { 'left->right': out!, 'right->left': back! }
}

interface Found {
  readonly lab: Lab
  readonly reports: LabReports
  readonly taps: Readonly<Record<Side, Tap>>
  readonly missed: Readonly<Record<Side, number>>
  /** By either host's kernel, for want of room in a socket's buffer. */
  readonly unread: ReadonlyMap<Side, number | null>
  readonly counters: LinkCounters
  readonly memory: ReadonlyMap<Side, MemorySamples>
  readonly inUse: ReadonlyMap<Side, readonly number[]>
  readonly logFile: string
}

async function tableOf(found: Found): Promise<Table> {
  const { lab, reports, taps, missed, unread, counters, memory, inUse, logFile } = found
  const delivered = {
    'left->right': await readDelivered(logFile, 'left->right', taps.right, portsOf(reports.right)),
    'right->left': await readDelivered(logFile, 'right->left', taps.left, portsOf(reports.left)),
  }
  const unmatched = directions.reduce((sum, direction) => sum + delivered[direction].unmatched, 0)
  const streams = streamTable(reports, delivered)
  return {
    ...streams,
    targets: streams.rows.map(({ label }) => ({
      what: `${label}: ${lostAlthoughDelivered}`,
      value: figureOf(streams, label, lostAlthoughDelivered),
      most: 0,
    })),
    notes: [
      `Packets of the lab's log without their like at the receiving host, or the reverse: ${unmatched}; missed by the tap: ${missed.left + missed.right}.`,
      'Both must be 0 for the counts to be exact.',
      `Thrown away by the receiving kernel because the program had not read what came before: ${sides.map((side) => `${side} ${unread.get(side) ?? 'not told'} (by its report ${reports[side].totals.droppedUnread ?? 'not told'})`).join(', ')}.`,
      'On each link: "no UDP" is what kernels send themselves, "bursts" are how a side finds out which way its packets leave, "to no socket" went to ports that a NAT has left. What is left of "sent" and of the difference to what was dropped are checks before the peer’s description was known, of no pair yet.',
    ],
    further: [
      memoryTable(
        new Map(
          sides.flatMap((side) => [
            [`${side}, resident`, memory.get(side)?.residentMiB ?? []],
            [`${side}, in use`, inUse.get(side) ?? []],
          ]),
        ),
      ),
      await linkTable(lab, reports, taps, counters, delivered, 'packets'),
      await linkTable(lab, reports, taps, counters, delivered, 'bytes'),
    ],
  }
}

async function run(options: BenchOptions): Promise<Table> {
  const folder = options.keepIn ?? mkdtempSync(join(tmpdir(), 'pathscope-hour-'))
  mkdirSync(folder, { recursive: true })
  try {
    return await measure(options, options.topologies[0] ?? ownTopology, folder)
  } finally {
    if (options.keepIn === undefined) rmSync(folder, { recursive: true, force: true })
  }
}

export const hour: Bench = {
  name: 'hour',
  about: 'an hour of video and voice in redundant mode while links fail and change at random',
  onlyByName: true,
  needsLab: true,
  run,
}
