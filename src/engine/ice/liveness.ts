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
  /** The same when no record has gone over the pair, nor come, for `unusedAfterMs`. */
  unusedKeepaliveMs: 1000,
  unusedAfterMs: 30_000,
  /** The same while an answer is overdue: quick, so that a few losses are not taken for the end. */
  doubtMs: 60,
  /** Keepalives a second that all pairs together may use; with more pairs the wait grows. */
  keepaliveBudgetPerSecond: 250,
  /** Beyond half a round trip and jitter, how long a dense stream of records may be silent before its pair is suspect. */
  suspectMarginMs: 20,
  /** A silence is suspect only when it is this many times the longest gap of the last 5 s. */
  gapFactor: 1.5,
  /** Where a stream may be silent for longer, its silence tells less than the keepalives. */
  longestSilenceMs: 500,
  /**
   * Checks that a suspected pair must leave unanswered to be down at once. At 5 % loss each way one check fails with a
   * chance of 1 - 0.95^2 = 9.75 %, seven in a row with 8.4e-8. A pair is suspected without cause at most about once
   * in 5 s, since the gap that was suspected is then known: 720 an hour, so a false `down` has at most 6e-5 an hour,
   * not counting that each record that comes meanwhile acquits as well. Four are 9e-5 a suspicion; they are used only
   * when so many pairs fall silent at once that a link must have gone.
   */
  probes: 7,
  fewProbes: 4,
  manySuspects: 8,
  /** Between two of them. */
  leastSpacingMs: 5,
  /** From the first to the last, beyond a round trip; with the silence before it makes the 50 ms of the bound. */
  probeMarginMs: 30,
  /** Consent (RFC 7675 section 5.1): without a valid answer for so long nothing but checks is sent. */
  consentMs: 30_000,
  /** Nothing went out for this long: the machine was suspended. It then may ask again before consent counts as over. */
  sleptAfterMs: 10_000,
  askAgainMs: 2000,
  /** Answered checks in a row, all sent since it went down, after which a pair is up again. */
  recoveryAnswers: 2,
  /** A pair that went down less than `flapMs` after it had come up must answer for `flapHoldMs` without a pause. */
  flapMs: 5000,
  flapHoldMs: 1000,
  /** A pair is down when requests stay unanswered for this long, or three retransmission timeouts if that is longer. */
  downAfterMs: 1000,
  /** Nor while all answers may be lost with a greater chance than this. */
  byChance: 1e-4,
  /** Between two checks of a pair that is down: at first, and after a minute or so. */
  downRetryMs: 250,
  lateDownRetryMs: 1000,
  downRetriesBeforeLate: 240,
  /** A request is forgotten after this time; a later answer is counted, but gives no sample. */
  transactionMs: 10_000,
  transactionsPerPair: 64,
  /** The peer's word makes us change the role once in this time, ms; two honest ends agree after one. */
  roleRefusalMs: 1000,
} as const

/** How long a working pair may leave requests unanswered before it is down. */
export function downBoundMs(pair: Pair): number {
  return Math.max(liveness.downAfterMs, 3 * pair.rtt.rtoMs())
}

/**
 * Whether so many requests cannot all be unanswered because their answers were lost, by what was lost lately of all that came
 * over the pair: a full queue at the peer swallows most of it. What we send says nothing: all of it is lost when it fails.
 */
export function isBeyondLoss(pair: Pair, requests: number): boolean {
  return (pair.lossReceived.recentLoss ?? 0) ** requests < liveness.byChance
}

/** What a round trip of this pair may take beyond its smoothed time: the second term of RFC 6298 (2.3). */
export function jitterMs(pair: Pair): number {
  return Math.max(1, 4 * (pair.rtt.varianceMs ?? 0))
}

/** A longer pause between the answers of a pair that is coming back, and it begins anew. */
export function recoveryPauseMs(pair: Pair, total: number): number {
  return pair.rtt.rtoMs() + 4 * Math.max(liveness.doubtMs, fairMs(total))
}

export function neededProbes(suspects: number): number {
  return suspects > liveness.manySuspects ? liveness.fewProbes : liveness.probes
}

/** Spreads the needed checks over a round trip and a margin. */
export function probeSpacingMs(pair: Pair, suspects: number): number {
  const { probeMarginMs, leastSpacingMs } = liveness
  const spanMs = Math.max(probeMarginMs, (pair.rtt.smoothedMs ?? 0) + probeMarginMs - jitterMs(pair))
  return Math.max(leastSpacingMs, spanMs / (neededProbes(suspects) - 1))
}

/** How many pairs share the budget of checks. */
export interface Crowd {
  readonly alive: number
  readonly total: number
  readonly suspects: number
}

/** The wait until the pair's next check. `fraction` is random in [0, 1). */
export function nextCheckInMs(pair: Pair, nowMs: number, crowd: Crowd, fraction: number): number {
  const { alive, total, suspects } = crowd
  switch (pair.state) {
    case 'up': {
      const overdue = pair.unansweredSinceMs !== null && nowMs - pair.unansweredSinceMs > pair.rtt.rtoMs()
      if (pair.suspicion !== null && pair.suspicion.probes < neededProbes(suspects))
        return probeSpacingMs(pair, suspects)
      const doubted = overdue || pair.suspicion !== null
      const mean = Math.max(doubted ? liveness.doubtMs : usualMs(pair, nowMs), fairMs(alive))
      return mean * (0.5 + fraction)
    }
    case 'down': {
      const late = pair.attempts > liveness.downRetriesBeforeLate
      const retry = late ? liveness.lateDownRetryMs : liveness.downRetryMs
      const { answers, lastMs } = pair.recovery
      const returning = answers > 0 && nowMs - lastMs <= recoveryPauseMs(pair, total)
      const mean = Math.max(returning ? liveness.doubtMs : retry, fairMs(total))
      return mean * (0.75 + fraction / 2)
    }
    case 'no-reply':
      return liveness.idleRetryMs * (0.75 + fraction / 2)
    default:
      return Math.min(liveness.lastRetryMs, liveness.firstRetryMs * 2 ** Math.min(10, pair.attempts))
  }
}

function usualMs(pair: Pair, nowMs: number): number {
  const unused = nowMs - Math.max(pair.usedMs, pair.stateSinceMs) > liveness.unusedAfterMs
  return unused ? liveness.unusedKeepaliveMs : liveness.keepaliveMs
}

/** The shortest wait at which so many pairs keep within the budget. */
function fairMs(pairs: number): number {
  return (1000 * pairs) / liveness.keepaliveBudgetPerSecond
}
