import { type AgentState, trigger } from './state'
import type { Pair } from './pair'

/** How often the nomination that RFC 8445 section 8.1.1 would make is considered anew, ms. */
const considerEveryMs = 1000

/** A pair has just begun to work, `first` for the first time. */
export function noteWorking(state: AgentState, pair: Pair, first: boolean, nowMs: number): void {
  if (state.controlling && first && isPrevented(state)) {
    // One real attempt, so that prevention is seen and not assumed: the peer must refuse it.
    pair.nominateNext = true
    trigger(state, pair, nowMs)
  }
  if (state.nominationAtMs === null) considerNomination(state, nowMs)
}

/**
 * Where RFC 8445 would have the controlling agent nominate its best valid pair, the attempt is suppressed and counted:
 * when a pair first works, and every second in which none is nominated. With prevention off, or towards a stock peer
 * (which never connects without), exactly one pair is nominated instead.
 */
export function considerNomination(state: AgentState, nowMs: number): void {
  state.nominationAtMs = nowMs + considerEveryMs
  if (!state.controlling || state.hasNominated) return
  const best = bestWorking(state)
  if (best === undefined) return
  if (isPrevented(state)) {
    best.nominations.suppressed += 1
    return
  }
  // An attempt that is on its way may have taken effect already: another pair is tried only when this one has died.
  if (state.nominee?.state !== 'up') state.nominee = best
  state.nominee.nominateNext = true
  trigger(state, state.nominee, nowMs)
}

export function noteNominationOutcome(
  state: AgentState,
  pair: Pair,
  refused: boolean,
  code: number | null,
): void {
  const outcome = refused ? 'refused' : 'succeeded'
  pair.nominations[outcome] += 1
  if (!refused) noteNominated(state, pair)
  state.sink.event({ kind: 'nomination-outcome', pairId: pair.id, label: pair.label, outcome, code })
}

export function noteNominated(state: AgentState, pair: Pair): void {
  pair.nominated = true
  state.hasNominated = true
}

function isPrevented(state: AgentState): boolean {
  return state.options.settings.preventNomination && state.remote?.kind !== 'stock'
}

function bestWorking(state: AgentState): Pair | undefined {
  let best: Pair | undefined
  for (const pair of state.pairs) {
    if (pair.state === 'up' && (best === undefined || pair.priority > best.priority)) best = pair
  }
  return best
}
