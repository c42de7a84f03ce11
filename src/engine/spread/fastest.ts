import type { SwitchReason } from '../face/explain'
import { isProven, type Path } from './path'
import type { Preference, Review } from './preference'

/** Another path must be faster by so much, and by this part of the present one's delay, … */
const gainMs = 2
const gainPart = 0.15
/** … for this long, unless the present one builds up a queue of `queueMs` that the other is faster by. */
const dwellMs = 300
const queueMs = 10
/** A path that came back is not moved to before it was there for this long, ms. */
export const provenAfterMs = 500
/** Packets that the preferred path would have to send first do not count below this, ms. */
const backlogMs = 2

export interface Fastest extends Preference {
  /**
   * The path on which a packet is expected to arrive first. That is the preferred one until what it was given fills it
   * faster than it drains, by its estimated rate; then another where that is faster still: the traffic moves before the
   * queue builds. `among`: paths free of trouble, not empty.
   */
  pick(among: readonly Path[], nowMs: number): Path | null
}

/** Prefers the path with the smallest expected delay, and stays with it while others are only a little better. */
export function createFastest(): Fastest {
  let current: Path | null = null
  let challengerId = -1
  let challengedMs = 0

  const review = ({ among, nowMs, cause, lost }: Review): SwitchReason | null => {
    const best = least(among, nowMs)
    if (best === null) {
      current = null
      return null
    }
    if (current === null || !among.includes(current)) return move(best, lost)
    if (best === current) {
      challengerId = -1
      return null
    }
    const gain = current.delayMs - best.delayMs
    if (cause !== null && gain > 0) return move(best, cause)
    if (gain >= queueMs && (current.facts.queueMs ?? 0) >= queueMs) return move(best, 'queue')
    if (gain < Math.max(gainMs, gainPart * current.delayMs)) {
      challengerId = -1
      return null
    }
    if (challengerId !== best.id) {
      challengerId = best.id
      challengedMs = nowMs
    }
    return nowMs - challengedMs >= dwellMs ? move(best, 'faster') : null
  }

  const move = (to: Path, reason: SwitchReason): SwitchReason => {
    current = to
    challengerId = -1
    return reason
  }

  return {
    get current() {
      return current
    },
    review,
    pick(among, nowMs) {
      if (current === null) return null
      let best = current
      let bestMs = current.freeAtMs - nowMs
      if (bestMs <= backlogMs) return current
      bestMs += current.delayMs
      for (const other of among) {
        if (other === current || !isProven(other, provenAfterMs, nowMs)) continue
        const costMs = other.delayMs + Math.max(0, other.freeAtMs - nowMs) + backlogMs
        if (costMs >= bestMs) continue
        best = other
        bestMs = costMs
      }
      return best
    },
  }
}

/** The fastest of those that have proved themselves, or of all while none has. */
function least(among: readonly Path[], nowMs: number): Path | null {
  const proven = among.filter((path) => isProven(path, provenAfterMs, nowMs))
  let best: Path | null = null
  for (const path of proven.length > 0 ? proven : among) {
    if (best === null || path.delayMs < best.delayMs) best = path
  }
  return best
}
