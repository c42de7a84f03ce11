import type { Pair } from '../ice'
import type { StoredPacket } from '../resend'
import type { SentStream } from '../streams'
import { takenForBulk } from './bulk'
import { noteSent } from './feedback'
import { lostSinceMs } from './lost-since'
import { pairById, type SessionState } from './state'
import { sendCopy } from './transmit'

/** A packet is sent again at most so often, and not when it was made longer ago than this, ms. */
const maxHops = 3
const resendWithinMs = 500
/** Instead of the path of a packet that is lost on none alone. */
const nowhere = -1

/** A packet of `bulk` that waits for room on a path. */
export interface LostOfBulk {
  readonly streamId: number
  readonly sequence: number
  /** The pair on which it was lost. */
  readonly pairId: number
}

/** A stream packet has gone out over one pair alone: kept, should it be lost there. */
export function keepPacket(
  state: SessionState,
  stream: SentStream,
  sequence: number,
  pair: Pair,
  data: Uint8Array,
): void {
  // What `bulk` sends again takes the place of new packets, so it needs no budget.
  if (!isOfBulk(stream)) state.resendBudget.earn(data.length, state.spreading.streams.demandBps)
  // What is lost on a stock peer's path stays lost, and `single` is what that is compared with.
  if (state.mode !== 'single') state.packets.add(stream.id, sequence, pair.id, data, state.nowMs)
}

/** Sends a packet of `bulk` that was lost over the pairs that now have room, in place of a new one. False when there is none. */
export function resendOfBulk(state: SessionState): boolean {
  if (state.mode === 'single') state.lostOfBulk.length = 0
  for (let next = state.lostOfBulk.shift(); next !== undefined; next = state.lostOfBulk.shift()) {
    const packet = state.packets.find(next.streamId, next.sequence)
    const stream = state.streams.sent[next.streamId - 1]
    if (packet === undefined || stream === undefined || packet.pathId !== 0) continue
    if (state.nowMs - packet.madeMs > resendWithinMs) continue
    // The doubt was for nothing, as in a moment in which the peer was busy.
    if (state.feedback.paths.get(next.pairId)?.capacity.ledger.hasArrived(next.streamId, next.sequence))
      continue
    const pairs = takenForBulk(state, packet.data.length)
    for (const pair of pairs) sendAgain(state, stream, packet, pair, true)
    packet.hops += 1
    // What one of several loses the others bring.
    if (pairs.length > 1) packet.pathId = nowhere
    return true
  }
  return false
}

/** Sends again over others what may be under way on a pair that has come into doubt. */
export function resendPackets(state: SessionState, pair: Pair): void {
  const unacknowledgedMs = state.spreading.streams.unacknowledgedSinceMs(pair.id)
  const sinceMs = unacknowledgedMs ?? lostSinceMs(state, pair)
  for (const packet of state.packets.since(pair.id, sinceMs)) resend(state, packet)
}

/** The peer's feedback shows that a packet was lost on a pair. */
export function resendLost(state: SessionState, pairId: number, streamId: number, sequence: number): void {
  const packet = state.packets.find(streamId, sequence)
  if (packet?.pathId === pairId) resend(state, packet)
}

/** Sends again what has not been acknowledged in time: by the time that is sure to be a loss, it would be late. */
export function resendOverdue(state: SessionState): void {
  const { streams } = state.spreading
  for (let late = streams.takeOverdue(); late !== undefined; late = streams.takeOverdue()) {
    const sinceMs = streams.unacknowledgedSinceMs(late.id)
    if (sinceMs === null) continue
    for (const packet of state.packets.since(late.id, sinceMs)) {
      // A whole window of `bulk` would go twice whenever a report is late.
      if (packet.atMs <= late.untilMs && !isOfBulk(state.streams.sent[packet.streamId - 1]))
        resend(state, packet)
    }
  }
}

/** Over the pair on which it comes soonest, and over the same one only if that is well. */
function resend(state: SessionState, packet: StoredPacket): void {
  const { nowMs, spreading } = state
  const stream = state.streams.sent[packet.streamId - 1]
  if (stream === undefined || packet.hops >= maxHops) return
  if (nowMs - packet.madeMs > resendWithinMs) return
  if (isOfBulk(stream)) {
    state.lostOfBulk.push({ streamId: packet.streamId, sequence: packet.sequence, pairId: packet.pathId })
    packet.pathId = 0
    return
  }
  const bytes = packet.data.length
  const id = spreading.streams.rescue(packet.pathId, bytes, stream.rests, nowMs)
  const pair = id === null ? undefined : pairById(state, id)
  if (pair === undefined || !state.resendBudget.spend(bytes)) return
  spreading.streams.resent(pair.id, packet.streamId, bytes, nowMs)
  packet.hops += 1
  sendAgain(state, stream, packet, pair, false)
}

function sendAgain(
  state: SessionState,
  stream: SentStream,
  packet: StoredPacket,
  pair: Pair,
  isBulk: boolean,
): void {
  // It is on its way for longer than its place in the store may keep it.
  const data = new Uint8Array(packet.data)
  packet.pathId = pair.id
  packet.atMs = state.nowMs
  pair.resent += 1
  stream.copied(pair.id, data.length, false)
  sendCopy(state, pair, data)
  noteSent(state, pair, stream.id, packet.sequence, data.length, isBulk)
}

function isOfBulk(stream: SentStream | undefined): boolean {
  return stream?.spec.kind === 'bulk'
}
