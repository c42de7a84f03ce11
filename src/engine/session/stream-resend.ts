import type { Pair } from '../ice'
import type { StoredPacket } from '../resend'
import { playoutDeadlineMs } from '../streams'
import { noteSent } from './feedback'
import { lostSinceMs } from './lost-since'
import { pairById, type SessionState } from './state'
import { sendCopy } from './transmit'

/** A packet is sent again at most so often. */
const maxHops = 3

/** A stream packet has gone out over one pair alone: kept, should it be lost there. */
export function keepPacket(
  state: SessionState,
  streamId: number,
  sequence: number,
  pair: Pair,
  data: Uint8Array,
): void {
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

/** In time for its deadline only; over the pair on which it comes soonest, and over the same one only if that is well. */
function resend(state: SessionState, packet: StoredPacket): void {
  const { nowMs, spreading } = state
  const stream = state.streams.sent[packet.streamId - 1]
  if (stream === undefined || packet.hops >= maxHops) return
  if (nowMs - packet.madeMs > playoutDeadlineMs[stream.spec.kind]) return
  const bytes = packet.data.length
  const id = spreading.streams.rescue(packet.pathId, bytes, nowMs)
  const pair = id === null ? undefined : pairById(state, id)
  if (pair === undefined) return
  packet.pathId = pair.id
  packet.atMs = nowMs
  packet.hops += 1
  pair.resent += 1
  spreading.streams.resent(pair.id, packet.streamId, bytes, nowMs)
  stream.copied(pair.id, bytes, false)
  sendCopy(state, pair, packet.data)
  noteSent(state, pair, packet.streamId, packet.sequence, bytes, false)
}
