import { limits } from '../face/limits'
import type { StreamBreak, StreamRest } from '../face/streams'

/** A path rests so long at first, and twice as long each time it proves too narrow again, up to the second, ms. */
const firstRestMs = 10_000
const longestRestMs = 160_000
/** A try that has gone well for so long is the end of the rest, ms. */
const tryMs = 2000
/** When the path has then carried the stream for so long, its next rest is as long as the first, ms. */
const forgottenAfterMs = 60_000

/**
 * The paths that are too narrow for one stream, where others carry it on: the circuit breaker takes such a path from the
 * stream for a while. Then the path is tried, and either carries the stream again or rests for twice as long.
 */
export interface Rests {
  /** Paths that get nothing of the stream. */
  readonly resting: readonly number[]
  /** Paths of which it is being seen whether they have room now: nothing may rely on them. */
  readonly tried: readonly number[]
  /** The breaker found a path that does not rest too narrow. */
  begin(why: TooNarrow, nowMs: number): StreamRest
  /** Moves on what has its time: tries begin, unless something speaks against one, and end. Returns what changed. */
  review(nowMs: number, mayTry: (pairId: number) => boolean): readonly StreamRest[]
  /** The path, or with null each one, may be as good as new: returns those whose rest or try is over by that. */
  end(pairId: number | null, nowMs: number): readonly StreamRest[]
  /** All paths that rested at some time. */
  view(nowMs: number): readonly StreamRest[]
}

/** The path, and why. */
export type TooNarrow = StreamBreak & { readonly pairId: number }

interface Rest {
  why: TooNarrow
  state: StreamRest['state']
  /** When it came into this state. */
  sinceMs: number
  /** How long the last one is, or was; 0 when the next one is a first one. */
  lengthMs: number
  times: number
  /** Without the one that is going on. */
  restedMs: number
}

export function createRests(): Rests {
  const known = new Map<number, Rest>()
  let resting: readonly number[] = []
  let tried: readonly number[] = []

  const sortOut = (): void => {
    const inState = (state: StreamRest['state']): number[] =>
      [...known].filter(([, rest]) => rest.state === state).map(([id]) => id)
    resting = inState('resting')
    tried = inState('tried')
  }

  const enter = (rest: Rest, state: StreamRest['state'], nowMs: number): void => {
    if (rest.state === 'resting') rest.restedMs += nowMs - rest.sinceMs
    rest.state = state
    rest.sinceMs = nowMs
    sortOut()
  }

  const makeRoom = (): void => {
    if (known.size < limits.restedPaths) return
    const [oldest] = known.keys()
    const [over = oldest] = [...known].filter(([, { state }]) => state === 'over').map(([id]) => id)
    if (over !== undefined) known.delete(over)
  }

  return {
    get resting() {
      return resting
    },
    get tried() {
      return tried
    },
    begin(why, nowMs) {
      let rest = known.get(why.pairId)
      if (rest === undefined) {
        makeRoom()
        rest = { why, state: 'over', sinceMs: nowMs, lengthMs: 0, times: 0, restedMs: 0 }
        known.set(why.pairId, rest)
      }
      const isForgotten = rest.state === 'over' && nowMs - rest.sinceMs >= forgottenAfterMs
      const isFirst = rest.lengthMs === 0 || isForgotten
      rest.lengthMs = isFirst ? firstRestMs : Math.min(longestRestMs, 2 * rest.lengthMs)
      rest.why = why
      rest.times += 1
      enter(rest, 'resting', nowMs)
      return viewOf(rest, nowMs)
    },
    review(nowMs, mayTry) {
      const changed: StreamRest[] = []
      for (const [id, rest] of known) {
        const isDue = nowMs - rest.sinceMs >= (rest.state === 'resting' ? rest.lengthMs : tryMs)
        if (rest.state === 'over' || !isDue) continue
        if (rest.state === 'resting' && !mayTry(id)) continue
        enter(rest, rest.state === 'resting' ? 'tried' : 'over', nowMs)
        changed.push(viewOf(rest, nowMs))
      }
      return changed
    },
    end(pairId, nowMs) {
      const ended: StreamRest[] = []
      for (const [id, rest] of known) {
        if (pairId !== null && id !== pairId) continue
        rest.lengthMs = 0
        if (rest.state === 'over') continue
        enter(rest, 'over', nowMs)
        ended.push(viewOf(rest, nowMs))
      }
      return ended
    },
    view: (nowMs) => [...known.values()].map((rest) => viewOf(rest, nowMs)),
  }
}

function viewOf({ why, state, sinceMs, lengthMs, times, restedMs }: Rest, nowMs: number): StreamRest {
  const isResting = state === 'resting'
  return {
    ...why,
    state,
    times,
    restedMs: restedMs + (isResting ? nowMs - sinceMs : 0),
    againAtMs: isResting ? sinceMs + lengthMs : null,
  }
}
