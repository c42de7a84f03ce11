import type { SwitchReason } from '../face/explain'
import { comparePriority } from './ordered'
import type { Path } from './path'
import type { Preference, Review } from './preference'

/** libwebrtc's `WEAK_CONNECTION_RECEIVE_TIMEOUT`: a pair over which nothing came for so long does not receive, ms. */
export const silentAfterMs = 2500
/** libwebrtc's `receiving_switching_delay`: one of higher priority is moved to when it has received for so long, ms. */
export const receivingForMs = 1000

/**
 * `single`: the pair that a stock peer would have selected, with its timers: of the highest priority, kept until nothing
 * has come over it for 2.5 s, whatever our own and faster signs say. The baseline that other modes are compared with.
 */
export function createSingle(): Preference {
  let current: Path | null = null
  /** Since when each path has received without a pause of 2.5 s. */
  const receivingSince = new Map<number, number>()

  const isReceiving = (path: Path, nowMs: number): boolean =>
    path.facts.heardMs !== null && nowMs - path.facts.heardMs < silentAfterMs

  const note = (all: readonly Path[], nowMs: number): void => {
    for (const path of all) {
      if (!isReceiving(path, nowMs)) receivingSince.delete(path.id)
      else if (!receivingSince.has(path.id)) receivingSince.set(path.id, nowMs)
    }
    if (receivingSince.size <= all.length) return
    const ids = new Set(all.map(({ id }) => id))
    for (const id of receivingSince.keys()) if (!ids.has(id)) receivingSince.delete(id)
  }

  return {
    get current() {
      return current
    },
    review({ all, nowMs, cause, lost }: Review): SwitchReason | null {
      note(all, nowMs)
      const receiving = all.filter((path) => isReceiving(path, nowMs))
      const best = highest(receiving)
      if (current === null || !all.includes(current)) {
        current = best ?? highest(all)
        return current === null ? null : lost
      }
      if (best === null || best === current) return null
      if (!isReceiving(current, nowMs)) {
        current = best
        return 'silent'
      }
      if (comparePriority(current, best) < 0) return null
      if (cause === null && nowMs - (receivingSince.get(best.id) ?? nowMs) < receivingForMs) return null
      current = best
      return cause ?? 'returned'
    },
  }
}

function highest(paths: readonly Path[]): Path | null {
  let best: Path | null = null
  for (const path of paths) if (best === null || comparePriority(path, best) < 0) best = path
  return best
}
