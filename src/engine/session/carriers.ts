import type { Pair } from '../ice'
import { chooseCarrying, chooseControl, type SpreadCandidate } from '../spread'
import { learnFromKin } from './feedback'
import { mayCarry, tellPaths } from './spreading'
import { pairById, type SessionState } from './state'
import { forgetWeights } from './weighing'

/** Pairs of both IP versions come up one after the other: so long after it has, one may give way to its twin, ms. */
const newMs = 2000

/** The pairs that work and that the user left in, as the spread room sees them. */
export function livePairs(state: SessionState): SpreadCandidate[] {
  const { pairs } = state.agent.state
  return pairs
    .filter((pair) => pair.state === 'up')
    .map((pair) => ({
      ...asCandidate(pair, state.nowMs),
      included: mayCarry(state, pair),
      doubtful: pair.suspicion !== null && !state.carrying.includes(pair.id),
    }))
}

function asCandidate(pair: Pair, nowMs: number): Omit<SpreadCandidate, 'included' | 'doubtful'> {
  return {
    id: pair.id,
    localInterface: pair.socket.interfaceName,
    remoteInterface: pair.remote.interfaceName ?? pair.remote.address.address,
    straight: pair.straight,
    priority: pair.priority,
    rttMs: pair.rtt.smoothedMs,
    baseRttMs: pair.rtt.minRecentMs(nowMs),
    loss: pair.lossSent.recentLoss,
    family: pair.socket.local.family,
    isNew: nowMs - pair.stateSinceMs < newMs,
  }
}

/** Chooses anew which pairs carry; cheap when nothing has changed. */
export function refreshCarrying(state: SessionState, force: boolean): void {
  const { revision } = state.agent.state
  if (!force && revision === state.seenRevision) return
  state.seenRevision = revision
  const live = livePairs(state)
  // `auto` is all pairs for messages and the best disjoint ones for RTP streams.
  state.carrying = choose(state, 'records', live, state.use === 'disjoint' ? 'disjoint' : 'all')
  state.carryingStreams = choose(state, 'streams', live, state.use === 'all' ? 'all' : 'disjoint')
  const streamPairs = state.streamPairs
  state.streamPairs = state.carryingStreams.flatMap((id) => pairById(state, id) ?? [])
  for (const pair of state.streamPairs) if (!streamPairs.includes(pair)) learnFromKin(state, pair)
  forgetWeights(state)
  tellPaths(state)
  // Excluded pairs still serve control when they are all there is, so that the session can be steered.
  const included = live.filter((candidate) => candidate.included)
  state.controlPairs = chooseControl(
    included.length > 0 ? included : live.map((one) => ({ ...one, included: true })),
  )
}

/** A straight pair that works is not given up for crossed ones within this time, ms. */
const steadyMs = 1000

function choose(
  state: SessionState,
  of: 'records' | 'streams',
  live: readonly SpreadCandidate[],
  use: 'all' | 'disjoint',
): readonly number[] {
  if (!state.settings.enabled) return bestAlone(live)
  const weighing = state.weighing[of]
  const previous = of === 'records' ? state.carrying : state.carryingStreams
  const next = chooseCarrying(live, use, previous)
  const isGivenUp = (one: SpreadCandidate): boolean =>
    one.straight &&
    one.included &&
    previous.includes(one.id) &&
    !live.some((other) => next.includes(other.id) && isOfSameEnds(one, other))
  if (!live.some(isGivenUp)) {
    weighing.unsteadySinceMs = null
    return next
  }
  // When an interface comes back its pairs do so one after the other, and crossed ones may be first.
  weighing.unsteadySinceMs ??= state.nowMs
  if (state.nowMs - weighing.unsteadySinceMs >= steadyMs || state.spreading.byUser) return next
  return previous.filter((id) => live.some((one) => one.id === id && one.included))
}

/** The same pair, or the one of the other IP version. */
function isOfSameEnds(one: SpreadCandidate, other: SpreadCandidate): boolean {
  return one.localInterface === other.localInterface && one.remoteInterface === other.remoteInterface
}

/** With multipath off: the one pair that RFC 8445 would have selected. */
function bestAlone(live: readonly SpreadCandidate[]): readonly number[] {
  let best: SpreadCandidate | undefined
  for (const candidate of live) {
    if (candidate.included && (best === undefined || candidate.priority > best.priority)) best = candidate
  }
  return best === undefined ? [] : [best.id]
}
