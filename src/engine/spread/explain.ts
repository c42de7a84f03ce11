import type { ModeReason } from '../face/explain'
import type { Mode } from '../face/settings'
import { provenAfterMs } from './fastest'
import { compareOrder, returnAfterMs } from './ordered'
import type { Path } from './path'

export interface Explaining {
  readonly path: Path
  readonly mode: Mode
  /** The mode's preferred path, if it has one. */
  readonly current: Path | null
  readonly paths: readonly Path[]
  readonly usable: readonly Path[]
  readonly nowMs: number
}

/** What a path got less than this ago it is said to get, ms. */
export const latelyMs = 1000

/** Why a path that carries has the part that it has. */
export function explainPath(facing: Explaining): ModeReason {
  const { path, mode, current, nowMs } = facing
  if (mode === 'single') return { kind: path === current ? 'selected' : 'not-selected' }
  if (!path.facts.up) return { kind: 'not-working' }
  if (mode === 'redundant') return { kind: 'copies', capBps: path.facts.capBps }
  if (path.trouble !== null && path !== current) return { kind: 'avoided', because: path.trouble }
  const remainingMs = path.backMs + provingMs(mode, path) - nowMs
  if (remainingMs > 0 && path !== current) return { kind: 'proving', remainingMs }
  switch (mode) {
    case 'weighted':
      return weighed(path)
    case 'backup': {
      const place = placeOf(facing)
      if (path === current) return { kind: 'active', place }
      return { kind: nowMs - path.stoodInMs < latelyMs ? 'stands-in' : 'standing-by', place }
    }
    case 'lowest-latency':
    case 'adaptive':
      return inSpeed(facing)
  }
}

function provingMs(mode: Mode, path: Path): number {
  if (mode === 'backup') return returnAfterMs
  return mode === 'weighted' ? path.growthMs : provenAfterMs
}

function weighed({ facts }: Path): ModeReason {
  const { rttMs, loss, hold } = facts
  const lossPercent = loss === null ? null : 100 * loss
  return { kind: 'weighed', rttMs, lossPercent, limit: hold?.by ?? null, limitBps: hold?.bps ?? null }
}

function placeOf({ path, paths }: Explaining): number {
  let place = 1
  for (const other of paths) if (other !== path && compareOrder(other, path) < 0) place += 1
  return place
}

function inSpeed({ path, current, usable, nowMs }: Explaining): ModeReason {
  const { delayMs } = path
  if (path === current) {
    const others = usable.filter((other) => other !== path).map((other) => other.delayMs)
    const next = others.length === 0 ? null : Math.min(...others)
    return { kind: 'fastest', delayMs, marginMs: next === null ? null : next - delayMs }
  }
  const byMs = delayMs - (current?.delayMs ?? delayMs)
  if (nowMs - path.spilledMs < latelyMs) return { kind: 'spill', delayMs, byMs }
  if (nowMs - path.copiedMs < latelyMs) return { kind: 'risk-copies', delayMs, byMs }
  return { kind: 'slower', delayMs, byMs }
}
