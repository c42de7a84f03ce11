import type { SwitchReason } from '../face/explain'
import { isTooNarrow, type PathRests } from './facts'
import { hasAnsweredAfter, type Path } from './path'
import type { Preference, Review } from './preference'

/** A path that stands earlier is returned to when it answers what was sent after it was free of trouble for this long, ms. */
export const returnAfterMs = 1000

export interface Ordered extends Preference {
  /** The preferred path, or while that is not for the packet's stream the first one after it that is; none: that one. */
  pick(among: readonly Path[], rests: PathRests): Path | null
}

/** `backup`: the first in the user's order that works; the others stand by. */
export function createOrdered(): Ordered {
  let current: Path | null = null
  return {
    get current() {
      return current
    },
    pick(among, rests) {
      if (current === null || !isTooNarrow(current.id, rests)) return current
      const others = among.filter(({ id }) => !isTooNarrow(id, rests))
      return firstInOrder(others.filter(isProven)) ?? firstInOrder(others) ?? current
    },
    review({ among: all, cause, lost }: Review): SwitchReason | null {
      const wide = all.filter(({ facts }) => !facts.tooNarrow)
      const among = wide.length > 0 ? wide : all
      if (current === null || !among.includes(current)) {
        current = firstInOrder(among.filter(isProven)) ?? firstInOrder(among)
        return current === null ? null : lost
      }
      const best = firstInOrder(cause === null ? among.filter(isProven) : among)
      if (best === null || best === current || compareOrder(current, best) < 0) return null
      current = best
      return cause ?? 'returned'
    },
  }
}

function isProven(path: Path): boolean {
  return hasAnsweredAfter(path, returnAfterMs)
}

function firstInOrder(paths: readonly Path[]): Path | null {
  let best: Path | null = null
  for (const path of paths) if (best === null || compareOrder(path, best) < 0) best = path
  return best
}

/** The user's order, then straight pairs, then RFC 8445's priorities. Below 0: `a` comes first. */
export function compareOrder(a: Path, b: Path): number {
  const placeA = a.facts.order ?? Infinity
  const placeB = b.facts.order ?? Infinity
  if (placeA !== placeB) return placeA < placeB ? -1 : 1
  if (a.facts.straight !== b.facts.straight) return a.facts.straight ? -1 : 1
  return comparePriority(a, b)
}

export function comparePriority(a: Path, b: Path): number {
  if (a.facts.priority !== b.facts.priority) return a.facts.priority > b.facts.priority ? -1 : 1
  return a.id - b.id
}
