/** The history of a session for the graphs: three resolutions, filled from snapshots, outside any UI state. */
import type { EngineSnapshot, PairSnapshot } from '../../shared/view'
import { createStreamTracks, trackedStreamsLimit } from './stream-tracks'
import { createLevel, gap, type Level, metrics, noSample, type Row } from './level'

/** Pairs whose history is kept; a pair gets a place when it first answers, and loses it when it is listed no more. */
const trackedPairsLimit = 256

/** Rates are averages over this time. */
const rateWindowMs = 1000

/** How long a live pair may go without an RTT sample before its line breaks. */
const sampleHoldMs = 5000

/** Samples of a second needed to draw how they spread. */
const fewestForBand = 3

interface Counters {
  readonly atMs: number
  readonly sentBytes: number
  readonly receivedBytes: number
}

interface PairMemory {
  /** Counters of the last `rateWindowMs`, oldest first. */
  readonly counters: Counters[]
  /** RTT samples of the last second, with their times. */
  readonly samples: { atMs: number; rttMs: number }[]
  lastSampleMs: number
}

/** What the pairs' list shows beside a snapshot. */
export interface Rates {
  readonly sentBps: number
  readonly receivedBps: number
}

export interface History {
  /** Every snapshot, about 200 ms apart: two minutes or more. */
  readonly fine: Level
  /** A row a second: ten minutes or more. */
  readonly seconds: Level
  /** The whole session, its bins growing with its length. */
  readonly whole: Level
  add(snapshot: EngineSnapshot): void
  rates(pairId: number): Rates | null
  lastMs(): number
}

export function createHistory(): History {
  const tracksLimit = trackedPairsLimit + trackedStreamsLimit
  const streams = createStreamTracks()
  const fine = createLevel({ binMs: 200, capacity: 1300, whenFull: 'drop-oldest', tracksLimit })
  const seconds = createLevel({ binMs: 1000, capacity: 1300, whenFull: 'drop-oldest', tracksLimit })
  const whole = createLevel({ binMs: 1000, capacity: 1800, whenFull: 'merge', tracksLimit })
  const memories = new Map<number, PairMemory>()
  const rates = new Map<number, Rates>()
  let second = -1
  let lastMs = 0

  /** Of pairs that are listed no more nothing is drawn. */
  const forgetAllBut = (pairs: readonly PairSnapshot[]): void => {
    const listed = new Set(pairs.map(({ id }) => id))
    for (const id of memories.keys()) {
      if (listed.has(id)) continue
      memories.delete(id)
      rates.delete(id)
      for (const level of [fine, seconds, whole]) level.forget(id)
    }
  }

  const add = (snapshot: EngineSnapshot): void => {
    forgetAllBut(snapshot.pairs)
    const rows = new Map<number, Row>()
    for (const pair of snapshot.pairs) {
      const memory = memories.get(pair.id) ?? remember(pair, memories)
      if (memory === undefined) continue
      const rate = measureRates(memory, pair, snapshot.atMs)
      if (rate !== null) rates.set(pair.id, rate)
      rows.set(pair.id, rowOf(memory, pair, rate, snapshot.atMs))
    }
    for (const [track, row] of streams.rows(snapshot)) rows.set(track, row)
    lastMs = snapshot.atMs
    fine.append(snapshot.atMs, rows)
    const now = Math.floor(snapshot.atMs / 1000)
    if (now === second) return
    second = now
    const summed = new Map([...secondRows(rows, memories), ...streams.second()])
    seconds.append(snapshot.atMs, summed)
    whole.append(snapshot.atMs, summed)
  }

  return { fine, seconds, whole, add, rates: (pairId) => rates.get(pairId) ?? null, lastMs: () => lastMs }
}

function remember(pair: PairSnapshot, memories: Map<number, PairMemory>): PairMemory | undefined {
  if (pair.state !== 'up' || memories.size >= trackedPairsLimit) return undefined
  const memory: PairMemory = { counters: [], samples: [], lastSampleMs: Number.NEGATIVE_INFINITY }
  memories.set(pair.id, memory)
  return memory
}

function measureRates(memory: PairMemory, pair: PairSnapshot, atMs: number): Rates | null {
  const { counters } = memory
  while (counters.length > 1 && atMs - (counters[1]?.atMs ?? atMs) >= rateWindowMs) counters.shift()
  counters.push({ atMs, sentBytes: pair.sent.bytes, receivedBytes: pair.received.bytes })
  const oldest = counters[0]
  if (oldest === undefined || oldest.atMs === atMs) return null
  const bitsPerByteMs = 8000 / (atMs - oldest.atMs)
  return {
    sentBps: (pair.sent.bytes - oldest.sentBytes) * bitsPerByteMs,
    receivedBps: (pair.received.bytes - oldest.receivedBytes) * bitsPerByteMs,
  }
}

function rowOf(memory: PairMemory, pair: PairSnapshot, rate: Rates | null, atMs: number): Row {
  const alive = pair.state === 'up'
  const { samples } = memory
  while (samples.length > 0 && atMs - (samples[0]?.atMs ?? atMs) > 1000) samples.shift()
  if (pair.rttIntervalMs !== null) {
    samples.push({ atMs, rttMs: pair.rttIntervalMs })
    memory.lastSampleMs = atMs
  }
  const held = alive && atMs - memory.lastSampleMs < sampleHoldMs ? noSample : gap
  const spread = samples.map((sample) => sample.rttMs).sort((a, b) => a - b)
  const row = new Float32Array(metrics.length)
  row[0] = alive ? (pair.rttIntervalMs ?? held) : gap
  // Fewer samples in a second have no spread to speak of.
  const banded = alive && spread.length >= fewestForBand
  row[1] = banded ? (quantile(spread, 0.05) ?? gap) : gap
  row[2] = banded ? (quantile(spread, 0.95) ?? gap) : gap
  row[3] = alive ? (pair.lossSent.recentPercent ?? gap) : gap
  row[4] = alive ? (pair.lossReceived.recentPercent ?? gap) : gap
  row[5] = rate?.sentBps ?? gap
  row[6] = rate?.receivedBps ?? gap
  row[7] = pair.carrying ? pair.weight : gap
  row[8] = pair.carrying ? 100 * pair.share : gap
  row[9] = alive ? (pair.capacity?.queueMs ?? gap) : gap
  row[10] = alive ? (pair.capacity?.capacityBps ?? gap) : gap
  row[11] = gap
  row[12] = gap
  row[13] = gap
  return row
}

/** Rows of a whole second: the round trip is the median of its samples. */
function secondRows(
  rows: ReadonlyMap<number, Row>,
  memories: ReadonlyMap<number, PairMemory>,
): ReadonlyMap<number, Row> {
  const summed = new Map<number, Row>()
  for (const [pairId, row] of rows) {
    const spread = (memories.get(pairId)?.samples ?? []).map((sample) => sample.rttMs).sort((a, b) => a - b)
    const copy = Float32Array.from(row)
    const median = quantile(spread, 0.5)
    if (median !== null && !Number.isNaN(row[0] ?? gap)) copy[0] = median
    summed.set(pairId, copy)
  }
  return summed
}

/** The nearest-rank quantile of sorted values; null when there are none. */
function quantile(sorted: readonly number[], q: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? null
}
