import type { EngineSettings } from '../face/settings'
import type { Pair } from '../ice'
import { createWeights, streamShares, type Weights } from '../spread'
import { capacityOf } from './feedback'
import { pairById, type SessionState } from './state'

/**
 * Weights of the pairs that carry one kind of traffic: messages and streams may have different pairs, and what one of
 * them needs is divided over its own.
 */
export interface Weighing {
  readonly weights: Weights
  /** What each of the pairs gets of the traffic's packets in weighted mode, and the counts that this follows from. */
  shares: ReadonlyMap<number, number>
  readonly tallies: Map<number, WireTally>
  /** Since when the choice of pairs would give up one that works; null while it would not. */
  unsteadySinceMs: number | null
}

/** A pair's sent packets at the last update, and how many it sent lately: of this traffic, and neither kind's. */
interface WireTally {
  readonly packets: number
  readonly own: number
  readonly both: number
  readonly recentOwn: number
  readonly recentOthers: number
}

export interface WeighingState {
  readonly records: Weighing
  readonly streams: Weighing
}

export function createWeighing(settings: EngineSettings): WeighingState {
  const one = (): Weighing => ({
    weights: createWeights(settings),
    shares: new Map(),
    tallies: new Map(),
    unsteadySinceMs: null,
  })
  return { records: one(), streams: one() }
}

/** Pairs that carry something no more weigh as new ones when they come back. */
export function forgetWeights(state: SessionState): void {
  const { weighing, carrying, carryingStreams } = state
  keepOnly(weighing.records, carrying)
  keepOnly(weighing.streams, carryingStreams)
}

function keepOnly({ weights, tallies }: Weighing, carrying: readonly number[]): void {
  for (const id of tallies.keys()) {
    if (carrying.includes(id)) continue
    weights.remove(id)
    tallies.delete(id)
  }
}

export function updateWeights(state: SessionState): void {
  const { weighing, spreading } = state
  weigh(state, weighing.records, state.carrying, spreading.records.demandBps)
  weigh(state, weighing.streams, state.carryingStreams, spreading.streams.demandBps)
  shareOut(state, weighing.records, state.carrying, ({ recordsSent }) => recordsSent.packets)
  shareOut(state, weighing.streams, state.carryingStreams, ({ streamSent }) => streamSent.packets)
}

function weigh(
  state: SessionState,
  { weights }: Weighing,
  carrying: readonly number[],
  demandBps: number,
): void {
  const inputs = carrying.flatMap((id) => {
    const pair = pairById(state, id)
    if (pair === undefined) return []
    const { rtt, lossSent } = pair
    const known = capacityOf(state, id)
    return [
      {
        id,
        rttMs: rtt.present.levelMs,
        loss: lossSent.recentOwnLoss,
        rateBps: known?.usableBps ?? null,
        seenBps: known?.capacityBps ?? null,
        queueMs: known?.queueMs ?? null,
        capBps: state.spreading.caps.get(id) ?? null,
      },
    ]
  })
  weights.update(inputs, demandBps, state.nowMs)
}

/** Counts of sent packets fade with this time constant, ms. */
const wireMemoryMs = 3000

/** Sets what each pair gets, so that what it sends with its checks and control keeps to its weight's share. */
function shareOut(
  state: SessionState,
  weighing: Weighing,
  carrying: readonly number[],
  ownOf: (pair: Pair) => number,
): void {
  const { weights, tallies } = weighing
  const fading = Math.exp(-state.settings.weightUpdateInterval / wireMemoryMs)
  let all = 0
  const inputs = carrying.map((id) => {
    const pair = pairById(state, id) as Pair
    // Feedback comes with what the other side sends, over few pairs: it is not for weights to make good.
    const packets = pair.sent.packets - (state.feedback.toldOver.get(id) ?? 0)
    const both = pair.recordsSent.packets + pair.streamSent.packets
    const own = ownOf(pair)
    const before = tallies.get(id) ?? { packets, own, both, recentOwn: 0, recentOthers: 0 }
    const newOthers = packets - before.packets - (both - before.both)
    const recentOwn = before.recentOwn * fading + (own - before.own)
    const recentOthers = before.recentOthers * fading + newOthers
    tallies.set(id, { packets, own, both, recentOwn, recentOthers })
    all += recentOwn
    return { id, weight: weights.weight(id), otherPackets: recentOthers }
  })
  weighing.shares = streamShares(inputs, all)
}
