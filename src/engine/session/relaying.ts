import type { RelaySink } from '../turn'
import { forgetSocket } from './candidates'
import { takeDatagram } from './datagram'
import type { Outbox } from './outbox'
import { type SessionState, tell } from './state'

/**
 * Joins the relays to the session: a relayed address is a socket like any other to the agent, so its pairs are checked,
 * measured and used as all are. `holder` is filled before anything happens.
 */
export function relaySink(outbox: Outbox, holder: { readonly state: SessionState | null }): RelaySink {
  return {
    transmit: (socketId, to, data) => outbox.push({ kind: 'transmit', socketId, to, data }),
    openStream: (streamId, socketId, to, tlsName) =>
      outbox.push({ kind: 'stream-open', streamId, socketId, to, tlsName }),
    sendStream: (streamId, data) => outbox.push({ kind: 'stream-send', streamId, data }),
    closeStream: (streamId) => outbox.push({ kind: 'stream-close', streamId }),
    opened(socket) {
      const { state } = holder
      if (state === null || !state.agent.addSocket(socket, state.nowMs)) return
      state.sockets = [...state.sockets, socket]
      state.candidatesChanged = true
    },
    closed(socketId, detail) {
      const { state } = holder
      if (state === null) return
      forgetSocket(state, socketId)
      state.agent.closeSocket(socketId, detail, state.nowMs)
    },
    arrived(socketId, from, data) {
      const { state } = holder
      if (state === null) return
      takeDatagram(state, { kind: 'datagram', socketId, from, data, receivedAtMs: state.receivedAtMs })
    },
    event: (event) => holder.state && tell(holder.state, event),
  }
}
