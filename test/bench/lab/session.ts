/** A session of two command lines over the lab's links, and what both reports say of it. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseReport, type Report } from '../../../src/shared/report'
import type { Lab, Side } from './lab'

export interface LabSession {
  readonly seconds: number
  /** Options of the left side, which offers and whose streams are measured. */
  readonly left: readonly string[]
  /** Options of the right side. */
  readonly right?: readonly string[]
  /** Runs from the moment at which the channel is open. */
  readonly during?: () => Promise<void>
  /** Gets both programs when they have been started. */
  readonly onStarted?: (programs: Readonly<Record<Side, ChildProcess>>) => void
  /** A file for each side in which its program notes what it uses after each collection of garbage. */
  readonly collectionsIn?: Readonly<Record<Side, string>>
  /** A file for each side in which its program notes when each packet of a stream came to it. */
  readonly arrivalsIn?: Partial<Readonly<Record<Side, string>>>
  /** Where reports and recordings are left, in a folder for each side; by default they are deleted. */
  readonly keepIn?: string
}

export interface LabReports {
  readonly left: Report
  readonly right: Report
}

const cli = resolve('out/cli/index.js')
const collections = resolve('out/bench/collections.cjs')
const arrivals = resolve('out/bench/arrivals.cjs')
/** Beyond its duration a session takes this long at most, s, and this part of it, as reports of long ones take time. */
const slackSeconds = 40
const slackPart = 0.05
/** Offer and answer are on their way for so long each, ms. */
const carryMs = 2000
const lookEveryMs = 50

export async function runLabSession(lab: Lab, session: LabSession): Promise<LabReports> {
  const folder = session.keepIn ?? mkdtempSync(join(tmpdir(), 'pathscope-bench-'))
  const [offer, answer] = [join(folder, 'offer'), join(folder, 'answer')]
  const [offerThere, answerThere] = [`${offer}-there`, `${answer}-there`]
  // An offer of an earlier run would be taken for this one's.
  for (const file of [offer, answer, offerThere, answerThere]) rmSync(file, { force: true })
  const duration = ['--duration', `${session.seconds}s`, '--jsonl', '--stats', '1s']
  const start = (side: Side, args: readonly string[]): ChildProcess => {
    const notes = [
      { from: collections, as: 'PATHSCOPE_COLLECTIONS', in: session.collectionsIn?.[side] },
      { from: arrivals, as: 'PATHSCOPE_ARRIVALS', in: session.arrivalsIn?.[side] },
    ].filter((each) => each.in !== undefined)
    const variables = notes.map((each) => `${each.as}=${each.in}`)
    const loaded = notes.flatMap((each) => ['--require', each.from])
    const program = [process.execPath, ...loaded, cli, ...args, ...duration, '--report', join(folder, side)]
    return lab.start(side, 'env', [...variables, ...program])
  }
  const left = start('left', ['offer', '--offer-out', offer, '--answer-in', answerThere, ...session.left])
  const right = start('right', [
    'answer',
    '--offer-in',
    offerThere,
    '--answer-out',
    answer,
    ...(session.right ?? []),
  ])
  session.onStarted?.({ left, right })
  const said = [left, right].map(collect)
  const limit = setTimeout(
    () => {
      for (const child of [left, right]) child.kill('SIGKILL')
    },
    (session.seconds * (1 + slackPart) + slackSeconds) * 1000,
  )
  try {
    const ends = [left, right].map((child) => once(child, 'exit'))
    const isOver = (): boolean =>
      [left, right].some(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null)
    await carry(offer, offerThere, isOver)
    await carry(answer, answerThere, isOver)
    await channelOpen(left)
    await session.during?.()
    const statuses = (await Promise.all(ends)).map(([code]) => code as number | null)
    if (statuses.some((status) => status !== 0)) {
      throw new Error(
        `a session ended with ${statuses.join(' and ')}:\n${said.map((each) => each()).join('\n')}`,
      )
    }
    return { left: read(join(folder, 'left')), right: read(join(folder, 'right')) }
  } finally {
    clearTimeout(limit)
    if (session.keepIn === undefined) rmSync(folder, { recursive: true, force: true })
  }
}

/** As a person would: it takes some seconds, in which each program makes itself ready. */
async function carry(from: string, to: string, isOver: () => boolean): Promise<void> {
  while (!existsSync(from)) {
    if (isOver()) return
    await sleep(lookEveryMs)
  }
  await sleep(carryMs)
  copyFileSync(from, `${to}-part`)
  renameSync(`${to}-part`, to)
}

/** Also resolves when the program ends, so that its own failure is what is told. */
async function channelOpen(child: ChildProcess): Promise<void> {
  for await (const line of createInterface({ input: child.stdout! })) {
    if (!/"channel-state","state":"open"|"kind":"channel-state".*"open"/.test(line)) continue
    child.stdout!.resume()
    return
  }
}

function collect(child: ChildProcess): () => string {
  let text = ''
  child.stderr!.on('data', (chunk: Buffer) => {
    text = `${text}${chunk.toString()}`.slice(-4000)
  })
  if (child.stdout!.listenerCount('data') === 0) child.stdout!.resume()
  return () => text
}

function read(folder: string): Report {
  const result = parseReport(readFileSync(join(folder, 'report.json'), 'utf8'))
  if (result.kind !== 'ok') throw new Error(result.message)
  return result.report
}
