import type { StreamFigures, StreamRefusal, StreamRest, StreamSpec } from '../face/streams'
import { limits } from '../face/limits'
import {
  encodeFigures,
  type Fields,
  figureLimits,
  isCount,
  isFields,
  isWithin,
  readFigures,
} from './stream-figures'

/** What two Pathscopes say of their streams; part of `ControlText`. */
export type StreamText =
  /** The sender's own stream has been started, changed or stopped. */
  | {
      readonly t: 'stream'
      readonly id: number
      readonly spec: StreamSpec
      readonly running: boolean
      /** The addressee wished it. */
      readonly asked: boolean
      /** Packets made so far. */
      readonly sent: number
      /** Why the sender's circuit breaker stopped it; not told by earlier releases. */
      readonly broken?: ToldBreak
    }
  /** The addressee should start, change or stop a stream of its own. */
  | {
      readonly t: 'ask-stream'
      readonly wish: 'start' | 'change' | 'stop'
      /** 0 for a start. */
      readonly id: number
      /** Null for a stop. */
      readonly spec: StreamSpec | null
    }
  /** What was asked cannot be. */
  | { readonly t: 'stream-refused'; readonly spec: StreamSpec | null; readonly reason: StreamRefusal }
  /** The paths that the sender took from its stream at some time: all of them, whenever it takes or gives back one. */
  | { readonly t: 'stream-rests'; readonly id: number; readonly paths: readonly ToldRest[] }
  /** What the sender of this text has received of the addressee's streams. */
  | { readonly t: 'stream-counts'; readonly streams: readonly ToldStreamCounts[] }

export interface ToldStreamCounts {
  readonly id: number
  readonly received: number
  readonly lost: number
  readonly duplicates: number
  readonly reordered: number
  /** Not told by earlier releases. */
  readonly figures?: StreamFigures
}

export interface ToldBreak {
  /** The addressee's own number of the pair; null for all together. */
  readonly pair: number | null
  readonly sentBps: number
  readonly lostPercent: number
}

export interface ToldRest extends ToldBreak {
  readonly state: StreamRest['state']
  readonly times: number
  readonly restedMs: number
  /** From now until the path is tried again at the earliest; null while it does not rest. */
  readonly againInMs: number | null
}

/** Whoever has this word among the features of its hello reads `stream-rests`. */
export const restsFeature = 'stream-rests'

const restStates = ['resting', 'tried', 'over'] as const
const wishes = ['start', 'change', 'stop'] as const
const refusals: readonly StreamRefusal[] = [
  'no-peer',
  'stock-peer',
  'old-peer',
  'too-many',
  'used-up',
  'unknown',
  'ending',
]

/** Reads one of the texts above by its `t`; undefined when a field is missing or out of its limits. */
export function readStreamText(value: Fields): StreamText | undefined {
  switch (value['t']) {
    case 'stream':
      return readStream(value)
    case 'ask-stream':
      return readAsk(value)
    case 'stream-refused': {
      const reason = refusals.find((known) => known === value['reason'])
      const spec = readSpecOrNull(value['spec'])
      return reason === undefined || spec === undefined ? undefined : { t: 'stream-refused', spec, reason }
    }
    case 'stream-rests': {
      const { id } = value
      const paths = readItems(value['paths'], limits.restedPaths, readRest)
      return paths && isStreamId(id) ? { t: 'stream-rests', id, paths } : undefined
    }
    case 'stream-counts': {
      const streams = readStreamList(value['streams'], readCounts)
      return streams && { t: 'stream-counts', streams }
    }
    default:
      return undefined
  }
}

function readStream(value: Fields): StreamText | undefined {
  const { id, running, asked, sent } = value
  const spec = readSpec(value['spec'])
  if (spec === undefined || !isStreamId(id) || !isCount(sent)) return undefined
  if (typeof running !== 'boolean' || typeof asked !== 'boolean') return undefined
  const text = { t: 'stream', id, spec, running, asked, sent } as const
  if (value['broken'] === undefined) return text
  const broken = readBreak(value['broken'])
  return broken && { ...text, broken }
}

function readBreak(value: unknown): ToldBreak | undefined {
  if (!isFields(value)) return undefined
  const { pair, sentBps, lostPercent } = value
  if (pair !== null && !(isCount(pair) && pair <= 0xffff)) return undefined
  return isWithin(sentBps, figureLimits.rateBps) && isWithin(lostPercent, 100)
    ? { pair, sentBps, lostPercent }
    : undefined
}

function readRest(value: unknown): ToldRest | undefined {
  const why = readBreak(value)
  if (why === undefined || !isFields(value)) return undefined
  const { times, restedMs, againInMs } = value
  const state = restStates.find((known) => known === value['state'])
  if (state === undefined || !isCount(times) || !isWithin(restedMs, figureLimits.ms)) return undefined
  if ((state === 'resting') !== (againInMs !== null)) return undefined
  if (againInMs !== null && !isWithin(againInMs, figureLimits.ms)) return undefined
  return { ...why, state, times, restedMs, againInMs }
}

function readAsk(value: Fields): StreamText | undefined {
  const wish = wishes.find((known) => known === value['wish'])
  const spec = readSpecOrNull(value['spec'])
  const { id } = value
  if (wish === undefined || spec === undefined) return undefined
  if (wish === 'start' ? id !== 0 : !isStreamId(id)) return undefined
  if ((wish === 'stop') !== (spec === null)) return undefined
  return { t: 'ask-stream', wish, id: id as number, spec }
}

function readCounts(value: unknown): ToldStreamCounts | undefined {
  if (!isFields(value)) return undefined
  const { id, received, lost, duplicates, reordered } = value
  if (!isStreamId(id) || !isCount(received) || !isCount(lost)) return undefined
  if (!isCount(duplicates) || !isCount(reordered)) return undefined
  const counts = { id, received, lost, duplicates, reordered }
  if (value['figures'] === undefined) return counts
  const figures = readFigures(value['figures'])
  return figures && { ...counts, figures }
}

export function encodeCounts({ figures, ...counts }: ToldStreamCounts): object {
  return figures === undefined ? counts : { ...counts, figures: encodeFigures(figures) }
}

/** What each stream has sent in the end. */
export function readFinalSent(value: unknown): { readonly id: number; readonly sent: number }[] | undefined {
  return readStreamList(value, (one) => {
    if (!isFields(one)) return undefined
    const { id, sent } = one
    return isStreamId(id) && isCount(sent) ? { id, sent } : undefined
  })
}

function readSpecOrNull(value: unknown): StreamSpec | null | undefined {
  return value === null ? null : readSpec(value)
}

function readSpec(value: unknown): StreamSpec | undefined {
  if (!isFields(value)) return undefined
  const { kind, rateBps, sizeBytes } = value
  switch (kind) {
    case 'voice':
    case 'bulk':
      return { kind }
    case 'video':
      return isRate(rateBps) ? { kind, rateBps } : undefined
    case 'cbr':
      return isRate(rateBps) && isSize(sizeBytes) ? { kind, rateBps, sizeBytes } : undefined
    default:
      return undefined
  }
}

function readStreamList<T>(value: unknown, read: (item: unknown) => T | undefined): T[] | undefined {
  return readItems(value, limits.streamsPerSession, read)
}

function readItems<T>(value: unknown, most: number, read: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(value) || value.length > most) return undefined
  const items: T[] = []
  for (const item of value) {
    const one = read(item)
    if (one === undefined) return undefined
    items.push(one)
  }
  return items
}

function isRate(value: unknown): value is number {
  return typeof value === 'number' && value >= limits.leastStreamRateBps && value <= limits.streamRateBps
}

function isSize(value: unknown): value is number {
  return isCount(value) && value >= limits.leastStreamPayloadBytes && value <= limits.streamPayloadBytes
}

function isStreamId(value: unknown): value is number {
  return isCount(value) && value >= 1 && value <= limits.streamsPerSession
}
