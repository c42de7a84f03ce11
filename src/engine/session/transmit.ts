import { countDeparture, type Pair } from '../ice'
import type { SessionState } from './state'

/** Sends a datagram over a pair and counts it there. */
export function transmitOn(state: SessionState, pair: Pair, data: Uint8Array): void {
  countDeparture(pair, data.length, state.nowMs)
  state.outbox.push({ kind: 'transmit', socketId: pair.socket.id, to: pair.remote.address, data })
}
