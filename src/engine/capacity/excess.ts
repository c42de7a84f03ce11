/** Rounds with a long queue after which it counts as shared, also where the window was not cut by much. */
const mostRounds = 8
/** Part of the window at the last judgement from which on one is passed. */
const deepCut = 0.7
/** A queue that moved by less than this between two rounds stood still, ms; where jitter is more, by less than that. */
const stillWithinMs = 1.5
/** In so many rounds in a row, as others' queues stand still for a moment only. */
const stillForRounds = 3

export interface ExcessRound {
  readonly queueMs: number
  /** Far above what is wanted. */
  readonly isLong: boolean
  readonly windowBytes: number
  readonly leastBytes: number
  /** Delivered now, and the most of late, bit/s. */
  readonly rateBps: number
  readonly largestBps: number
  readonly noiseMs: number
}

/**
 * What a queue above the target is that stays although the window shrinks: `ours` where it falls by what was taken away, or
 * nothing can be told yet; `shared` where it falls by less; `still` where it does not move at all: the path has become
 * longer, or others hold the queue as it is.
 */
export type ExcessVerdict = 'ours' | 'shared' | 'still'

export interface Excess {
  /** Once a round in which the queue is above the target. */
  judge(round: ExcessRound): ExcessVerdict
  /** The rate fell: what the queue and the window are from now on is what later rounds are held to. */
  beginAnew(): void
  /** The queue is short again, or taken for shared. */
  forget(): void
  readonly rounds: number
  /** Largest window of its first rounds. */
  readonly windowBytes: number
}

export function createExcess(): Excess {
  let rounds = 0
  let firstQueueMs = 0
  let windowBytes = 0
  let judgedWindow = 0
  let stillRounds = 0
  let lastMs = 0

  const holdTo = ({ queueMs, windowBytes: window }: ExcessRound): ExcessVerdict => {
    firstQueueMs = queueMs
    judgedWindow = window
    return 'ours'
  }

  return {
    judge(round) {
      const { queueMs, isLong, windowBytes: window, leastBytes } = round
      const noise = Math.max(stillWithinMs, round.noiseMs)
      rounds += 1
      stillRounds = Math.abs(queueMs - lastMs) < noise ? stillRounds + 1 : 0
      lastMs = queueMs
      // The first cut shows only in the second round.
      if (rounds <= 2) {
        windowBytes = Math.max(windowBytes, window)
        return holdTo(round)
      }
      const isLate = rounds >= mostRounds
      const isDeep = window <= deepCut * judgedWindow || window <= 2 * leastBytes
      if (!isDeep && !(isLate && isLong)) return 'ours'
      const fellMs = firstQueueMs - queueMs
      const takenBits = (judgedWindow - window) * 8000
      if (Math.abs(fellMs) < noise) {
        const mustShow = takenBits / Math.max(1, round.largestBps) >= 2.5 * noise
        if (mustShow) return stillRounds >= stillForRounds || isLate ? 'still' : 'ours'
        if (!isLate && window > 2 * leastBytes) return 'ours'
      }
      const isOurs = fellMs > 0.6 * (takenBits / Math.max(1, round.rateBps))
      if (!isOurs && (isLong || window < 0.5 * windowBytes)) return 'shared'
      return holdTo(round)
    },
    beginAnew() {
      rounds = 0
    },
    forget() {
      rounds = 0
      windowBytes = 0
    },
    get rounds() {
      return rounds
    },
    get windowBytes() {
      return windowBytes
    },
  }
}
