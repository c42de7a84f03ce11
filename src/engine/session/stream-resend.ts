import type { Pair } from '../ice'
import type { StoredPacket } from '../resend'
import { noteSent } from './feedback'
import { lostSinceMs } from './lost-since'
import { pairById, type SessionState } from './state'
import { sendCopy } from './transmit'

/** A packet is sent again at most so often, and not when it was made longer ago than this, ms. */
const maxHops = 3
const resendWithinMs = 500

/** A stream packet has gone out over one pair alone: kept, should it be lost there. */
export function keepPacket(
  state: SessionState,
  streamId: number,
  sequence: number,
  pair: Pair,
  data: Uint8Array,
): void {
  state.resendBudget.earn(data.length, state.spreading.streams.demandBps)
  // What is lost on a stock peer's path stays lost, and `single` is what that is compared with.
  if (state.mode !== 'single') state.packets.add(streamId, sequence, pair.id, data, state.nowMs)
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
      if (packet.atMs <= late.untilMs) resend(state, packet)
    }
  }
}

/** Over the pair on which it comes soonest, and over the same one only if that is well. */
function resend(state: SessionState, packet: StoredPacket): void {
  const { nowMs, spreading } = state
  const stream = state.streams.sent[packet.streamId - 1]
  if (stream === undefined || packet.hops >= maxHops) return
  if (nowMs - packet.madeMs > resendWithinMs) return
  const bytes = packet.data.length
  const id = spreading.streams.rescue(packet.pathId, bytes, stream.rests, nowMs)
  const pair = id === null ? undefined : pairById(state, id)
  if (pair === undefined || !state.resendBudget.spend(bytes)) return
  packet.pathId = pair.id
  packet.atMs = nowMs
  packet.hops += 1
  pair.resent += 1
  spreading.streams.resent(pair.id, packet.streamId, bytes, nowMs)
  stream.copied(pair.id, bytes, false)
  sendCopy(state, pair, packet.data)
  noteSent(state, pair, packet.streamId, packet.sequence, bytes, false)
}
