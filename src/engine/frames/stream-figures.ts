import type { Distribution } from '../face/snapshot'
import type { PlayoutSnapshot, StreamFigures } from '../face/streams'

/** What the receiver of a stream measured, as a part of `stream-counts`; distributions are lists, to be short. */
export const figureLimits = {
  /** Longer than any session. */
  ms: 1e10,
  rateBps: 1e12,
} as const

export type Fields = Readonly<Record<string, unknown>>

/** To a microsecond, written and read. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}

function roundedOrNull(value: number | null): number | null {
  return value === null ? null : rounded(value)
}

/** As the peer is told them. */
export function encodeFigures(figures: StreamFigures): Fields {
  const { goodputBps, latencyMs, playout } = figures
  return {
    goodputBps: goodputBps === null ? null : Math.round(goodputBps),
    latencyMs: listOf(latencyMs),
    jitterMs: roundedOrNull(figures.jitterMs),
    deliveryGapMaxMs: roundedOrNull(figures.deliveryGapMaxMs),
    deliveryGapIntervalMs: roundedOrNull(figures.deliveryGapIntervalMs),
    inOrderGapMaxMs: roundedOrNull(figures.inOrderGapMaxMs),
    playout: playout && {
      ...playout,
      deadlineMs: rounded(playout.deadlineMs),
      holdMs: listOf(playout.holdMs),
    },
  }
}

function listOf(value: Distribution | null): readonly (number | null)[] | null {
  if (value === null) return null
  const { n, min, p50, p95, p99, p999, max } = value
  return [n, ...[min, p50, p95, p99].map(rounded), roundedOrNull(p999), rounded(max)]
}

/** Undefined when anything is missing or out of its limits. */
export function readFigures(value: unknown): StreamFigures | undefined {
  if (!isFields(value)) return undefined
  const { goodputBps, jitterMs, deliveryGapMaxMs, inOrderGapMaxMs } = value
  // Not told by earlier releases.
  const { deliveryGapIntervalMs = null } = value
  const latencyMs = readDistribution(value['latencyMs'])
  const playout = value['playout'] === null ? null : readPlayout(value['playout'])
  if (latencyMs === undefined || playout === undefined) return undefined
  if (!isWithinOrNull(goodputBps, figureLimits.rateBps) || !isMsOrNull(jitterMs)) return undefined
  if (!isMsOrNull(deliveryGapMaxMs) || !isMsOrNull(inOrderGapMaxMs)) return undefined
  if (!isMsOrNull(deliveryGapIntervalMs)) return undefined
  return {
    goodputBps: goodputBps === null ? null : Math.round(goodputBps),
    latencyMs,
    jitterMs: roundedOrNull(jitterMs),
    deliveryGapMaxMs: roundedOrNull(deliveryGapMaxMs),
    deliveryGapIntervalMs: roundedOrNull(deliveryGapIntervalMs),
    inOrderGapMaxMs: roundedOrNull(inOrderGapMaxMs),
    playout,
  }
}

function readPlayout(value: unknown): PlayoutSnapshot | undefined {
  if (!isFields(value)) return undefined
  const { deadlineMs, inOrder, late, held, waiting, gapsGivenUp, reorderingExtentMax } = value
  const holdMs = readDistribution(value['holdMs'])
  if (holdMs === undefined || !isWithin(deadlineMs, figureLimits.ms)) return undefined
  if (!isCount(inOrder) || !isCount(late) || !isCount(held) || !isCount(waiting)) return undefined
  if (!isCount(gapsGivenUp) || !isCount(reorderingExtentMax)) return undefined
  return {
    deadlineMs: rounded(deadlineMs),
    inOrder,
    late,
    held,
    holdMs,
    waiting,
    gapsGivenUp,
    reorderingExtentMax,
  }
}

/** `[n, min, p50, p95, p99, p99.9 or null, max]`, of which none is below the one before. */
function readDistribution(value: unknown): Distribution | null | undefined {
  if (value === null) return null
  if (!Array.isArray(value) || value.length !== 7) return undefined
  const [n, ...rest] = value as readonly unknown[]
  const [min, p50, p95, p99, p999, max] = rest
  if (!isCount(n) || n === 0) return undefined
  if (!isMs(min) || !isMs(p50) || !isMs(p95) || !isMs(p99) || !isMsOrNull(p999) || !isMs(max))
    return undefined
  const rising = [min, p50, p95, p99, p999 ?? p99, max]
  if (rising.some((one, at) => at > 0 && one < (rising[at - 1] ?? 0))) return undefined
  return {
    n,
    min: rounded(min),
    p50: rounded(p50),
    p95: rounded(p95),
    p99: rounded(p99),
    p999: roundedOrNull(p999),
    max: rounded(max),
  }
}

function isMs(value: unknown): value is number {
  return isWithin(value, figureLimits.ms)
}

function isMsOrNull(value: unknown): value is number | null {
  return value === null || isMs(value)
}

function isWithinOrNull(value: unknown, most: number): value is number | null {
  return value === null || isWithin(value, most)
}

/** A number from 0 to `most`. */
export function isWithin(value: unknown, most: number): value is number {
  return typeof value === 'number' && value >= 0 && value <= most
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
