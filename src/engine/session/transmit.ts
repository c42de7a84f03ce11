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
