/** The emulated links that benches measure on: the `lab` program, driven from here. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Bottleneck } from './queues'

const run = promisify(execFile)

export type Side = 'left' | 'right'
export type Direction = 'left->right' | 'right->left'

/** Exact counts of one direction of a link; packets, and bytes of IP packets. */
export interface DirectionCounts {
  readonly offered: number
  readonly offered_bytes: number
  readonly delivered: number
  readonly delivered_bytes: number
  readonly duplicated: number
  readonly dropped_loss: number
  readonly dropped_queue: number
  readonly dropped_down: number
  readonly overrun: number
}

/** Of what the lab tells of a direction; times as in `20ms`, absent where they are nought. */
interface Impairments {
  readonly delay?: string
  readonly jitter?: string
  readonly jitter_dist?: 'uniform' | 'normal'
}

interface DirectionStatus {
  readonly rate_bps: number | null
  readonly impairments: Impairments
  readonly counters: DirectionCounts
}

interface LinkStatus extends Readonly<Record<Direction, DirectionStatus>> {
  readonly share: string | null
}

export interface Lab {
  /** In the topology's order. */
  readonly links: readonly string[]
  /** Rate of all bottlenecks together, each once, from left to right; bits of IP packets a second. */
  readonly rateBps: number
  rateOf(link: string): number
  /** By link, the one-way delay that it is set to from left to right, without jitter, ms. */
  readonly delaysMs: ReadonlyMap<string, number>
  /** Queues of a direction, as the topology has them. */
  bottlenecks(direction: Direction): readonly Bottleneck[]
  address(side: Side, link: string, family?: 4 | 6): Promise<string>
  /** Starts a program on a host; `destroy` ends what is left. */
  start(side: Side, command: string, args: readonly string[]): ChildProcess
  /** Runs a program on a host to its end; its standard output. Fails with what it wrote for people. */
  exec(side: Side, command: string, args: readonly string[]): Promise<string>
  /** Changes a link; for example `set('wifi', 'down')`. */
  set(link: string, ...what: string[]): Promise<void>
  counts(direction: Direction): Promise<ReadonlyMap<string, DirectionCounts>>
  zero(): Promise<void>
  log(file: string | null): Promise<void>
  /** Applies a script's sets at their times; what it said of each. */
  play(file: string): Promise<string>
  mptcp(on: boolean): Promise<void>
  destroy(): Promise<void>
}

/** Where the `lab` program is: PATHSCOPE_LAB, the PATH, or shared/lab beside the working directory. */
export function findLab(): string | null {
  const beside = resolve('../shared/lab/lab')
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'lab'))
  const places = [process.env['PATHSCOPE_LAB'], ...onPath, beside]
  return places.find((place) => place !== undefined && place !== '' && existsSync(place)) ?? null
}

/** Why nothing can be measured on emulated links here, as a sentence; null when it can. */
export function whyNoLab(): string | null {
  if (process.platform !== 'linux') return 'the emulated links exist on Linux only'
  if (process.getuid?.() !== 0) return 'emulated links need root'
  if (findLab() === null)
    return 'the program `lab` was not found; put it on the PATH, or name it in PATHSCOPE_LAB'
  return null
}

/** The folder of `lab`, where its own baselines lie. */
export function labFolder(): string {
  return dirname(findLab() ?? '.')
}

let made = 0

/** Makes two hosts and the links of a topology, with names of their own. */
export async function createLab(topology: string): Promise<Lab> {
  const program = findLab()
  if (program === null) throw new Error(whyNoLab() ?? 'there is no lab')
  made += 1
  const name = `psb${process.pid}x${made}`
  const lab = async (...args: string[]): Promise<string> =>
    (await run(program, ['--name', name, ...args], { maxBuffer: 64 * 2 ** 20 })).stdout
  const running = new Set<ChildProcess>()
  await lab('up', topology)
  const status = await readStatus(lab)
  const own = new Map(Object.entries(status).filter(([, link]) => link.share === null))
  const rateOf = (link: string): number => status[link]?.['left->right'].rate_bps ?? 0
  return {
    links: Object.keys(status),
    rateBps: [...own.keys()].reduce((sum, link) => sum + rateOf(link), 0),
    delaysMs: new Map(
      Object.entries(status).map(([link, each]) => [
        link,
        millisecondsOf(each['left->right'].impairments.delay),
      ]),
    ),
    rateOf: (link) => rateOf(status[link]?.share ?? link),
    bottlenecks: (direction) =>
      [...own.keys()].map((owner) => {
        const behind = Object.entries(status).filter(([link, { share }]) => (share ?? link) === owner)
        return {
          rateBps: status[owner]?.[direction].rate_bps ?? Infinity,
          leastDelayMs: new Map(
            behind.map(([link, each]) => [link, leastDelayMs(each[direction].impairments)]),
          ),
        }
      }),
    address: async (side, link, family = 4) =>
      (await lab('addr', side, link, ...(family === 6 ? ['-6'] : []))).trim(),
    start(side, command, args) {
      const child = spawn(program, ['--name', name, 'exec', side, '--', command, ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      running.add(child)
      child.once('exit', () => running.delete(child))
      return child
    },
    exec: (side, command, args) => lab('exec', side, '--', command, ...args),
    set: async (link, ...what) => void (await lab('set', link, ...what)),
    async counts(direction) {
      const now = await readStatus(lab)
      return new Map(Object.entries(now).map(([link, each]) => [link, each[direction].counters]))
    },
    zero: async () => void (await lab('zero')),
    log: async (file) => void (await lab('log', file ?? 'off')),
    play: (file) => lab('play', file),
    mptcp: async (on) => void (await lab('mptcp', on ? 'on' : 'off')),
    async destroy() {
      for (const child of running) child.kill('SIGKILL')
      await lab('down')
    },
  }
}

/** What no packet can be faster than. Uniform jitter takes from the delay what it may add; normal jitter has no bound. */
export function leastDelayMs({ delay, jitter, jitter_dist }: Impairments): number {
  return jitter_dist === 'normal' ? 0 : Math.max(0, millisecondsOf(delay) - millisecondsOf(jitter))
}

const millisecondsIn: Readonly<Record<string, number>> = { s: 1000, ms: 1, us: 1e-3, ns: 1e-6 }

function millisecondsOf(time: string | undefined): number {
  if (time === undefined) return 0
  const [, number, unit] = /^([\d.e+-]+)(s|ms|us|ns)$/.exec(time) ?? []
  if (number === undefined || unit === undefined) throw new Error(`the lab tells a time as ${time}`)
  return Number(number) * (millisecondsIn[unit] ?? NaN)
}

async function readStatus(lab: (...args: string[]) => Promise<string>): Promise<Record<string, LinkStatus>> {
  const parsed = JSON.parse(await lab('status')) as { readonly links: Record<string, LinkStatus> }
  return parsed.links
}
