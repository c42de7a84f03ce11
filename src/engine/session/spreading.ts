import type { ModeReason, PathReason, PathSwitch, RestReason } from '../face/explain'
import type { Mode } from '../face/settings'
import type { SpreadingView } from '../face/snapshot'
import { doubtDelivery, type Pair } from '../ice'
import { createSpreader, isTooNarrow, type PathFacts, type Spreader } from '../spread'
import { explainBulk } from './bulk'
import { capacityOf } from './feedback'
import { pairById, type SessionState, tell } from './state'

/** What spreads what we send, and what the user wants of paths. */
export interface SpreadingState {
  readonly records: Spreader
  /** Of RTP streams, whose pairs may be others. */
  readonly streams: Spreader
  readonly pins: Set<number>
  /** Limits in bit/s by pair. */
  readonly caps: Map<number, number>
  /** Pairs in the user's order; empty: by `settings.backupOrder`. */
  order: readonly number[]
  /** The user changed something of it since the paths were last told. */
  byUser: boolean
  /** A pair came into doubt since the paths were last told, and how many were then. */
  newDoubt: boolean
  seenSuspects: number
  /** The newest that was told, or that nobody needs to be told of, as the other one's were told then. */
  readonly seenSwitches: Record<Told, PathSwitch | null>
  toldSwitchMs: number
}

type Told = 'records' | 'streams'

/** Between two events of switches, ms; what happens in between is counted and not told. */
const switchEventMs = 250

export function createSpreading(mode: Mode, budgetPercent: number): SpreadingState {
  const records = createSpreader(mode)
  const streams = createSpreader(mode)
  for (const spreader of [records, streams]) spreader.setBudget(budgetPercent / 100)
  return {
    records,
    streams,
    pins: new Set(),
    caps: new Map(),
    order: [],
    byUser: false,
    newDoubt: false,
    seenSuspects: 0,
    seenSwitches: { records: null, streams: null },
    toldSwitchMs: -Infinity,
  }
}

/** A pair came into doubt, or works no more: it is avoided from now on, and what went over it alone is sent again. */
export function noteDoubt(state: SessionState, pair: Pair): void {
  state.doubted.push(pair)
  state.spreading.newDoubt = true
}

/** Tells the spread room of the paths as they are now: whenever they changed, and with the weights' timer. */
export function tellPaths(state: SessionState): void {
  const { spreading, nowMs } = state
  spreading.seenSuspects = state.agent.state.suspects
  tellSpreader(state, 'records', state.carrying)
  tellSpreader(state, 'streams', state.carryingStreams)
  spreading.byUser = false
  spreading.newDoubt = false
  spreading.records.tick(nowMs)
  spreading.streams.tick(nowMs)
}

function tellSpreader(state: SessionState, of: Told, carrying: readonly number[]): void {
  const { nowMs, spreading } = state
  const spreader = spreading[of]
  const { weights, shares } = state.weighing[of]
  const paths = withHeldOn(state, spreader, carrying).flatMap((id) => {
    const pair = pairById(state, id)
    if (pair === undefined) return []
    const weight = shares.get(id) ?? 1 / Math.max(1, carrying.length)
    const tooNarrow = of === 'streams' && isTooNarrowForAll(state, id)
    return [{ ...factsOf(state, pair), weight, hold: weights.hold(id), tooNarrow }]
  })
  spreader.update(paths, nowMs, spreading.byUser)
}

/** A stock peer stays with its pair for a while when that is silent: `single` goes by that, not by our faster signs. */
function withHeldOn(state: SessionState, spreader: Spreader, carrying: readonly number[]): readonly number[] {
  const id = spreader.mode === 'single' ? spreader.activeId : null
  if (id === null || carrying.includes(id)) return carrying
  const pair = pairById(state, id)
  return pair?.state === 'down' && mayCarry(state, pair) ? [...carrying, id] : carrying
}

/** Whether the user wants it to carry. */
export function mayCarry({ spreading }: SessionState, { id, included }: Pair): boolean {
  return included && (spreading.pins.size === 0 || spreading.pins.has(id))
}

function isTooNarrowForAll({ streams: { running } }: SessionState, id: number): boolean {
  return running.length > 0 && running.every(({ rests }) => isTooNarrow(id, rests))
}

function factsOf(state: SessionState, pair: Pair): Omit<PathFacts, 'weight' | 'hold' | 'tooNarrow'> {
  const { id, rtt } = pair
  const { spreading } = state
  const known = capacityOf(state, id)
  return {
    id,
    up: pair.state === 'up',
    suspect: pair.suspicion !== null,
    priority: pair.priority,
    straight: pair.straight,
    order: placeOf(state, pair),
    rttMs: rtt.present.levelMs,
    rttVarMs: rtt.present.variationMs,
    baseRttMs: rtt.minRecentMs(state.nowMs),
    loss: pair.lossSent.recentOwnLoss,
    rateBps: known?.usableBps ?? null,
    queueMs: known?.queueMs ?? null,
    capBps: spreading.caps.get(id) ?? null,
    heardMs: pair.lastReceivedMs,
    answeredSentMs: pair.answeredSentMs,
    answersSinceMs: pair.answersSinceMs,
  }
}

/** The pair's place in the order for `backup`: as the user gave it, else its interface's place in the settings. */
export function placeOf({ spreading, settings }: SessionState, { id, socket }: Pair): number | null {
  const place =
    spreading.order.length > 0
      ? spreading.order.indexOf(id)
      : settings.backupOrder.indexOf(socket.interfaceName)
  return place < 0 ? null : place
}

/** After every input: what the spread room noticed of itself, and what it should know at once. */
export function settleSpreading(state: SessionState): void {
  const { spreading } = state
  if (spreading.newDoubt || state.agent.state.suspects !== spreading.seenSuspects) tellPaths(state)
  takeDoubts(state, spreading.records)
  takeDoubts(state, spreading.streams)
  if (spreading.newDoubt) tellPaths(state)
  tellSwitch(state)
}

function takeDoubts(state: SessionState, spreader: Spreader): void {
  const { nowMs } = state
  spreader.tick(nowMs)
  for (let id = spreader.takeDoubted(); id !== undefined; id = spreader.takeDoubted()) {
    const pair = pairById(state, id)
    const sinceMs = spreader.unacknowledgedSinceMs(id) ?? nowMs
    if (pair !== undefined) doubtDelivery(state.agent.state, pair, sinceMs, nowMs)
  }
}

/** The one whose switches and reasons are told: that of the streams while any runs. */
function told({ streams }: SessionState): Told {
  return streams.running.length > 0 ? 'streams' : 'records'
}

function tellSwitch(state: SessionState): void {
  const { spreading, nowMs } = state
  const { seenSwitches } = spreading
  const of = told(state)
  const other = of === 'streams' ? 'records' : 'streams'
  seenSwitches[other] = spreading[other].lastSwitch
  const { lastSwitch } = spreading[of]
  if (lastSwitch === seenSwitches[of] || lastSwitch === null) return
  if (nowMs - spreading.toldSwitchMs < switchEventMs) return
  seenSwitches[of] = lastSwitch
  spreading.toldSwitchMs = nowMs
  const { fromId, toId, reason } = lastSwitch
  const labelOf = (id: number): string => pairById(state, id)?.label ?? ''
  tell(state, {
    kind: 'switch',
    fromId,
    fromLabel: fromId === null ? null : labelOf(fromId),
    toId,
    toLabel: labelOf(toId),
    reason,
  })
}

export function spreadingView(state: SessionState): SpreadingView {
  const { switches, lastSwitch } = state.spreading[told(state)]
  const known = state.agent.state.pairs.filter((pair) => pair.answeredMs !== null)
  const reasons = known.map((pair) => ({ pairId: pair.id, reason: reasonOf(state, pair) }))
  return { switches, lastSwitch, reasons }
}

function reasonOf(state: SessionState, pair: Pair): PathReason {
  const { spreading, settings, nowMs } = state
  const explained = spreading[told(state)].explain(pair.id, nowMs)
  if (explained?.kind === 'not-working') return explained
  if (explained !== null) {
    const reason = restOf(state, pair) ?? explained
    return explainBulk(state, pair, reason) ?? reason
  }
  if (!pair.included) return { kind: 'excluded' }
  if (spreading.pins.size > 0 && !spreading.pins.has(pair.id)) return { kind: 'not-pinned' }
  if (pair.state !== 'up') return { kind: 'not-working' }
  return { kind: settings.enabled ? 'not-in-set' : 'multipath-off' }
}

/** The streams of ours that the pair is too narrow for; null when there are none. */
function restOf({ streams, nowMs }: SessionState, { id: pairId }: Pair): ModeReason | null {
  const resting = streams.running.flatMap(({ id: streamId, rests }): RestReason[] => {
    const rest = rests.view(nowMs).find((one) => one.pairId === pairId)
    if (rest === undefined || rest.state === 'over') return []
    const { sentBps, lostPercent, againAtMs } = rest
    return [{ streamId, sentBps, lostPercent, againInMs: againAtMs && Math.max(0, againAtMs - nowMs) }]
  })
  return resting.length === 0 ? null : { kind: 'resting', streams: resting }
}
