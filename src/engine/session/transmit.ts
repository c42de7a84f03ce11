import type { TransportAddress } from '../face/address'
import { firstRelaySocketId } from '../face/limits'
import { countDeparture, type Pair } from '../ice'
import type { SessionState } from './state'

/** Sends by a socket of the machine, or by way of a relay. */
export function transmit(
  state: SessionState,
  socketId: number,
  to: TransportAddress,
  data: Uint8Array,
): void {
  if (socketId >= firstRelaySocketId) state.relays.send(socketId, to, data, state.nowMs)
  else state.outbox.push({ kind: 'transmit', socketId, to, data })
}

/** Sends a datagram over a pair and counts it there. */
export function transmitOn(state: SessionState, pair: Pair, data: Uint8Array): void {
  countDeparture(pair, data.length, state.nowMs)
  transmit(state, pair.socket.id, pair.remote.address, data)
}

/** One copy of a sealed stream packet over one pair. */
export function sendCopy(state: SessionState, pair: Pair, datagram: Uint8Array): void {
  pair.usedMs = state.nowMs
  pair.streamSent.packets += 1
  pair.streamSent.bytes += datagram.length
  state.recordBytes.sent += datagram.length
  transmitOn(state, pair, datagram)
}
