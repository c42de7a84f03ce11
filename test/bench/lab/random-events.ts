/** A script for `lab play`: things that happen to links, at random times, the same for the same seed. */
import { seededRandom } from '../../../src/engine/testing'
import type { Direction } from './lab'
import type { TopologyLink } from './topology'

export interface LabEvent {
  /** Since the script's start, as the lab reads it: `12.345s`. */
  readonly at: string
  readonly set: readonly string[]
}

export interface LabScript {
  readonly note: string
  readonly events: readonly LabEvent[]
}

interface Happening {
  readonly link: TopologyLink
  readonly fromMs: number
  readonly toMs: number
  readonly isOutage: boolean
  readonly begin: readonly string[]
  readonly end: readonly string[]
}

type Draw = (from: number, to: number) => number

/**
 * What can happen to a link. Left out is what leaves no counts to compare: with a smaller MTU the kernel cuts packets in
 * two, and without a carrier it drops what is sent and counts it nowhere.
 */
const kinds = [
  'down',
  'half-down',
  'stall',
  'delay',
  'jitter',
  'loss',
  'burst-loss',
  'rate',
  'queue',
  'reorder',
  'duplicate',
  'rebind',
] as const

const quietMs = { from: 3000, to: 25_000 }
const lastsMs = { from: 1000, to: 15_000 }
/** Longer ones would make streams fail by design: voice and video wait for a while only. */
const stallLastsMs = { from: 300, to: 3000 }
/** What the video needs on a link with its key frames: less would trip the circuit breaker, which ends the test. */
const leastRateMbit = 6
/** So often an outage may leave no link at all; otherwise one is left alone. */
const chanceOfNone = 0.05

/** Each link has its own life: quiet, an event, its undoing, quiet. All is undone before `lengthMs`. */
export function randomEvents(links: readonly TopologyLink[], seed: number, lengthMs: number): LabScript {
  const random = seededRandom(seed)
  const draw: Draw = (from, to) => from + random() * (to - from)
  const happenings: Happening[] = []
  const nextMs = links.map(() => draw(quietMs.from, quietMs.to))
  for (;;) {
    const at = nextMs.indexOf(Math.min(...nextMs))
    const link = links[at]
    const fromMs = nextMs[at]
    if (link === undefined || fromMs === undefined) break
    const happening = happeningOf(link, fromMs, kinds[Math.floor(draw(0, kinds.length))] ?? 'down', draw)
    nextMs[at] = happening.toMs + draw(quietMs.from, quietMs.to)
    if (fromMs + lastsMs.to > lengthMs) {
      nextMs[at] = Number.POSITIVE_INFINITY
      if (nextMs.every((each) => each === Number.POSITIVE_INFINITY)) break
      continue
    }
    const others = happenings.filter((each) => each.isOutage && each.toMs > fromMs && each.link !== link)
    const leavesNone = happening.isOutage && new Set(others.map((each) => each.link)).size >= links.length - 1
    if (!leavesNone || draw(0, 1) < chanceOfNone) happenings.push(happening)
  }
  const events = happenings.flatMap(({ fromMs, toMs, begin, end }) => [
    { ms: fromMs, set: begin },
    { ms: toMs, set: end },
  ])
  events.sort((a, b) => a.ms - b.ms)
  return {
    note: `Random events, seed ${seed}.`,
    events: events.map(({ ms, set }) => ({ at: `${(ms / 1000).toFixed(3)}s`, set })),
  }
}

function happeningOf(
  link: TopologyLink,
  fromMs: number,
  kind: (typeof kinds)[number],
  draw: Draw,
): Happening {
  const toMs =
    fromMs + (kind === 'stall' ? draw(stallLastsMs.from, stallLastsMs.to) : draw(lastsMs.from, lastsMs.to))
  const way: Direction = draw(0, 1) < 0.5 ? 'left->right' : 'right->left'
  const isOutage = kind === 'down' || kind === 'half-down' || kind === 'stall'
  const both = (begin: string, end: string) => ({
    begin: [`${link.name} both ${begin}`],
    end: [`${link.name} both ${end}`],
  })
  /** In one direction, and back to what the topology has there. */
  const changed = (name: string, value: string, direction = way) => ({
    begin: [`${link.name} ${short(direction)} ${name}=${value}`],
    end: [`${link.name} ${short(direction)} ${name}=${link.in[direction][name] ?? 'off'}`],
  })
  const made = { link, fromMs, toMs, isOutage }
  switch (kind) {
    case 'down':
      return { ...made, ...both('down', 'up') }
    case 'half-down':
      return { ...made, begin: [`${link.name} ${short(way)} down`], end: [`${link.name} ${short(way)} up`] }
    case 'stall':
      return { ...made, ...both('stall', 'up') }
    case 'delay':
      return { ...made, ...changed('delay', `${draw(1, 200).toFixed(1)}ms`) }
    case 'jitter':
      return { ...made, ...changed('jitter', `${draw(1, 30).toFixed(1)}ms`) }
    case 'loss':
      return { ...made, ...changed('loss', `${draw(0.5, 20).toFixed(1)}%`) }
    case 'burst-loss':
      return {
        ...made,
        ...changed('burst_loss', `GE(${draw(0.2, 1).toFixed(2)}%,${draw(15, 40).toFixed(0)}%)`),
      }
    case 'rate':
      return { ...made, ...changed('rate', `${draw(leastRateMbit, 20).toFixed(1)}mbit`) }
    case 'queue':
      return { ...made, ...changed('queue', `${draw(10, 400).toFixed(0)}ms`) }
    case 'reorder':
      return {
        ...made,
        begin: [
          `${link.name} ${short(way)} reorder=${draw(0.5, 5).toFixed(1)}% reorder_by=${draw(3, 40).toFixed(0)}ms`,
        ],
        end: [`${link.name} ${short(way)} reorder=off`],
      }
    case 'duplicate':
      return { ...made, ...changed('duplicate', `${draw(0.5, 5).toFixed(1)}%`) }
    case 'rebind':
      return { ...made, begin: [`${link.name} rebind`], end: [`${link.name} rebind=off`] }
  }
}

function short(direction: Direction): 'l2r' | 'r2l' {
  return direction === 'left->right' ? 'l2r' : 'r2l'
}
