import type { PathCapacity } from '../capacity'
import type { BulkHold, BulkReason, ModeReason } from '../face/explain'
import { limits } from '../face/limits'
import type { Mode } from '../face/settings'
import type { Pair } from '../ice'
import type { BulkGate } from '../streams'
import { pathOf } from './feedback'
import { pairById, type SessionState } from './state'

/**
 * Which pairs a packet of `bulk` takes, which wants to fill what it may use: in `redundant` all at once, in `backup` and
 * `single` the preferred one, else any that has room, in `weighted` the one that has waited longest for it, in the other two
 * the preferred one first.
 */
const ways: Readonly<Record<Mode, 'all' | 'preferred' | 'any' | 'preferred-first'>> = {
  redundant: 'all',
  weighted: 'any',
  'lowest-latency': 'preferred-first',
  adaptive: 'preferred-first',
  backup: 'preferred',
  single: 'preferred',
}

/** Those of the packet that is sent next; one after the other, so that none is allocated for a packet. */
const taken: Pair[] = []

/** Says when `bulk` may send: when the paths that it needs have room. The pairs are then those of `takenForBulk`. */
export function createBulkGate(state: SessionState): BulkGate {
  return {
    take: () => takeForBulk(state),
    nextDeadline: (nowMs) => Math.max(nowMs, bulkDeadline(state)),
  }
}

/** The pairs that had room when the gate let the packet go, which is charged to them. */
export function takenForBulk(state: SessionState, bytes: number): readonly Pair[] {
  for (const pair of taken) state.spreading.streams.gave(pair.id, bytes, state.nowMs)
  return taken
}

/** Whether any runs that we send. */
export function sendsBulk({ streams }: SessionState): boolean {
  return streams.running.some(({ spec }) => spec.kind === 'bulk')
}

/** A path's reason while `bulk` goes over it, by what the mode says of it; null when none does. */
export function explainBulk(state: SessionState, pair: Pair, mode: ModeReason): BulkReason | null {
  if (mode.kind === 'not-working' || !sendsBulk(state) || !state.streamPairs.includes(pair)) return null
  const spreader = state.spreading.streams
  const bulkBps = spreader.gaveBps(pair.id, state.nowMs)
  const way = ways[state.mode]
  const isMeant = way === 'all' || way === 'any' || pair === preferredOf(state)
  if (!isMeant && (way === 'preferred' || bulkBps === 0)) return null
  const hold = holdOf(state, pair, way)
  if (hold === 'suspect' && mode.kind === 'avoided') return null
  const isAlone = state.streams.running.every(({ spec }) => spec.kind === 'bulk')
  const othersShare = spreader.chosenShare(pair.id)
  return { kind: 'bulk', bulkBps, hold, mode: way === 'any' && isAlone ? null : mode, othersShare }
}

/** So much more room than the slowest path a path has that waits for it. */
const clearlyMore = 1.1

function holdOf(state: SessionState, pair: Pair, way: (typeof ways)[Mode]): BulkHold {
  const { hold, roomBps } = capacityOf(state, pair)
  if (way !== 'all' || hold === 'suspect') return hold
  const least = Math.min(...state.streamPairs.map((one) => capacityOf(state, one).roomBps))
  return roomBps > clearlyMore * least ? 'slowest' : hold
}

/** Whether a packet may go now; see `takenForBulk`. */
export function takeForBulk(state: SessionState): boolean {
  taken.length = 0
  const way = ways[state.mode]
  const preferred = way === 'all' || way === 'any' ? undefined : preferredOf(state)
  if (preferred !== undefined && (isFree(state, preferred) || way === 'preferred')) {
    if (isFree(state, preferred)) taken.push(preferred)
    return taken.length > 0
  }
  if (way === 'all') return takeAll(state)
  const free = longestFree(state)
  if (free !== undefined) taken.push(free)
  return free !== undefined
}

function takeAll(state: SessionState): boolean {
  let areFree = state.streamPairs.length > 0
  for (const pair of state.streamPairs) areFree = isFree(state, pair) && areFree
  if (areFree) taken.push(...state.streamPairs)
  return areFree
}

function longestFree(state: SessionState): Pair | undefined {
  let best: Pair | undefined
  let bestMs = Infinity
  for (const pair of state.streamPairs) {
    if (!isFree(state, pair)) continue
    const freeAtMs = capacityOf(state, pair).freeAtMs(limits.datagramBytes)
    if (best !== undefined && freeAtMs >= bestMs) continue
    best = pair
    bestMs = freeAtMs
  }
  return best
}

function isFree(state: SessionState, pair: Pair): boolean {
  const capacity = capacityOf(state, pair)
  if (capacity.freeAtMs(limits.datagramBytes) <= state.nowMs) return true
  capacity.limited()
  return false
}

/** When the next one may go; Infinity while only feedback, or a change of paths, can allow one. */
export function bulkDeadline(state: SessionState): number {
  const way = ways[state.mode]
  const preferred = way === 'preferred' ? preferredOf(state) : undefined
  if (preferred !== undefined) return capacityOf(state, preferred).freeAtMs(limits.datagramBytes)
  if (state.streamPairs.length === 0) return Infinity
  let soonest = way === 'all' ? -Infinity : Infinity
  for (const pair of state.streamPairs) {
    const freeAtMs = capacityOf(state, pair).freeAtMs(limits.datagramBytes)
    soonest = way === 'all' ? Math.max(soonest, freeAtMs) : Math.min(soonest, freeAtMs)
  }
  return soonest
}

function preferredOf(state: SessionState): Pair | undefined {
  return pairById(state, state.spreading.streams.activeId ?? 0) ?? state.streamPairs[0]
}

function capacityOf(state: SessionState, pair: Pair): PathCapacity {
  return pathOf(state, pair).capacity
}
