import type { Pair } from '../ice'
import { chooseCarrying, chooseControl, type SpreadCandidate, streamShares } from '../spread'
import { capacityOf } from './feedback'
import { mayCarry, tellPaths } from './spreading'
import { pairById, type SessionState } from './state'

/** The pairs that work and that the user left in, as the spread room sees them. */
export function livePairs(state: SessionState): SpreadCandidate[] {
  const { pairs } = state.agent.state
  return pairs
    .filter((pair) => pair.state === 'up')
    .map((pair) => ({
      ...asCandidate(pair),
      included: mayCarry(state, pair),
      doubtful: pair.suspicion !== null && !state.carrying.includes(pair.id),
    }))
}

function asCandidate(pair: Pair): Omit<SpreadCandidate, 'included' | 'doubtful'> {
  return {
    id: pair.id,
    localInterface: pair.socket.interfaceName,
    remoteInterface: pair.remote.interfaceName ?? pair.remote.address.address,
    straight: pair.straight,
    priority: pair.priority,
    rttMs: pair.rtt.smoothedMs,
    loss: pair.lossSent.recentLoss,
    family: pair.socket.local.family,
  }
}

/** Chooses anew which pairs carry; cheap when nothing has changed. */
export function refreshCarrying(state: SessionState, force: boolean): void {
  const { revision } = state.agent.state
  if (!force && revision === state.seenRevision) return
  state.seenRevision = revision
  const live = livePairs(state)
  // `auto` is all pairs for messages and the best disjoint ones for RTP streams.
  const choose = (use: 'all' | 'disjoint', previous: readonly number[]): readonly number[] =>
    state.settings.enabled ? chooseCarrying(live, use, previous) : bestAlone(live)
  const before = carryingAny(state)
  state.carrying = choose(state.use === 'disjoint' ? 'disjoint' : 'all', state.carrying)
  state.carryingStreams = choose(state.use === 'all' ? 'all' : 'disjoint', state.carryingStreams)
  state.streamPairs = state.carryingStreams.flatMap((id) => pairById(state, id) ?? [])
  const after = carryingAny(state)
  for (const id of before) {
    if (after.includes(id)) continue
    state.weights.remove(id)
    state.wireTallies.delete(id)
  }
  tellPaths(state)
  // Excluded pairs still serve control when they are all there is, so that the session can be steered.
  const included = live.filter((candidate) => candidate.included)
  state.controlPairs = chooseControl(
    included.length > 0 ? included : live.map((one) => ({ ...one, included: true })),
  )
}

/** With multipath off: the one pair that RFC 8445 would have selected. */
function bestAlone(live: readonly SpreadCandidate[]): readonly number[] {
  let best: SpreadCandidate | undefined
  for (const candidate of live) {
    if (candidate.included && (best === undefined || candidate.priority > best.priority)) best = candidate
  }
  return best === undefined ? [] : [best.id]
}

/** The pairs that carry messages or streams. */
export function carryingAny(state: SessionState): readonly number[] {
  const { carrying, carryingStreams } = state
  const others = carryingStreams.filter((id) => !carrying.includes(id))
  return others.length === 0 ? carrying : [...carrying, ...others]
}

export function updateWeights(state: SessionState): void {
  const inputs = carryingAny(state).flatMap((id) => {
    const pair = pairById(state, id)
    if (pair === undefined) return []
    const { rtt, lossSent } = pair
    return [
      {
        id,
        rttMs: rtt.smoothedMs,
        loss: lossSent.recentLoss,
        rateBps: capacityOf(state, id)?.capacityBps ?? null,
        queueMs: capacityOf(state, id)?.queueMs ?? null,
        capBps: state.spreading.caps.get(id) ?? null,
      },
    ]
  })
  state.weights.update(
    inputs,
    state.spreading.records.demandBps + state.spreading.streams.demandBps,
    state.nowMs,
  )
  shareOutRecords(state)
}

/** Counts of sent packets fade with this time constant, ms. */
const wireMemoryMs = 3000

/** Sets what each pair gets of records and stream packets, so that all its packets together keep to its weight's share. */
function shareOutRecords(state: SessionState): void {
  const fading = Math.exp(-state.settings.weightUpdateInterval / wireMemoryMs)
  let records = 0
  const inputs = carryingAny(state).map((id) => {
    const pair = pairById(state, id) as Pair
    // Feedback comes with what the other side sends, over few pairs: it is not for weights to make good.
    const packets = pair.sent.packets - (state.feedback.toldOver.get(id) ?? 0)
    const ofStreams = pair.recordsSent.packets + pair.streamSent.packets
    const before = state.wireTallies.get(id) ?? {
      packets,
      records: ofStreams,
      recent: 0,
      recentOthers: 0,
    }
    const newRecords = ofStreams - before.records
    const newOthers = packets - before.packets - newRecords
    const recent = before.recent * fading + newRecords
    const recentOthers = before.recentOthers * fading + newOthers
    const now = { packets, records: ofStreams, recent, recentOthers }
    state.wireTallies.set(id, now)
    records += recent
    return { id, weight: state.weights.weight(id), otherPackets: recentOthers }
  })
  state.recordShares = streamShares(inputs, records)
}
