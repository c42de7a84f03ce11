import type { Pair } from './pair'

/** When pairs are checked and when they count as down. Values in ms unless named otherwise. */
export const liveness = {
  /** Between two new checks of pairs that never worked (Ta of RFC 8445 section 14.2, which allows 5 ms and more). */
  paceMs: 20,
  /** First and longest wait between two checks of a pair that was never answered. */
  firstRetryMs: 150,
  lastRetryMs: 2000,
  /** Unanswered this long, a pair is `no-reply`; it is then checked every `idleRetryMs`, which keeps NAT bindings. */
  noReplyAfterMs: 10_000,
  idleRetryMs: 5000,
  /** Mean wait between two keepalives of a pair that works; drawn anew each time, 0.5 to 1.5 of it. */
  keepaliveMs: 300,
  /** The same while an answer is overdue: quick, so that a few losses are not taken for the end. */
  doubtMs: 60,
  /** Keepalives a second that all pairs together may use; with more pairs the wait grows. */
  keepaliveBudgetPerSecond: 250,
  /** A pair is down when requests stay unanswered for this long, or three retransmission timeouts if that is longer. */
  downAfterMs: 1000,
  /** Between two checks of a pair that is down: at first, and after a minute or so. */
  downRetryMs: 250,
  lateDownRetryMs: 1000,
  downRetriesBeforeLate: 240,
  /** A request is forgotten after this time; a later answer is counted, but gives no sample. */
  transactionMs: 10_000,
  transactionsPerPair: 64,
} as const

/** How long a working pair may leave requests unanswered before it is down. */
export function downBoundMs(pair: Pair): number {
  return Math.max(liveness.downAfterMs, 3 * pair.rtt.rtoMs())
}

/** The wait until the pair's next check. `fraction` is random in [0, 1); `alive` counts the pairs that work, `total` all. */
export function nextCheckInMs(
  pair: Pair,
  nowMs: number,
  alive: number,
  total: number,
  fraction: number,
): number {
  switch (pair.state) {
    case 'up': {
      const overdue = pair.unansweredSinceMs !== null && nowMs - pair.unansweredSinceMs > pair.rtt.rtoMs()
      const mean = Math.max(overdue ? liveness.doubtMs : liveness.keepaliveMs, fairMs(alive))
      return mean * (0.5 + fraction)
    }
    case 'down': {
      const late = pair.attempts > liveness.downRetriesBeforeLate
      const mean = Math.max(late ? liveness.lateDownRetryMs : liveness.downRetryMs, fairMs(total))
      return mean * (0.75 + fraction / 2)
    }
    case 'no-reply':
      return liveness.idleRetryMs * (0.75 + fraction / 2)
    default:
      return Math.min(liveness.lastRetryMs, liveness.firstRetryMs * 2 ** Math.min(10, pair.attempts))
  }
}

/** The shortest wait at which so many pairs keep within the budget. */
function fairMs(pairs: number): number {
  return (1000 * pairs) / liveness.keepaliveBudgetPerSecond
}
