import { addressKey } from '../address'
import type { SocketInfo, TransportAddress } from '../face/address'
import { limits } from '../face/limits'
import { candidatePriority, localPreference, tellLimit } from '../ice'
import type { SessionState } from './state'

/** One of our candidates, and the socket that it is a way to. */
export interface OwnCandidate {
  readonly socket: SocketInfo
  readonly address: TransportAddress
  readonly type: 'host' | 'srflx' | 'relay'
  readonly priority: number
}

/**
 * Our candidates as of now: host, server-reflexive, relayed; no more than `limits.localCandidates`. Of those with one
 * address the first stands, which has the highest priority (RFC 8445 section 5.1.3).
 */
export function ownCandidates(state: SessionState): OwnCandidate[] {
  const hosts = state.sockets.filter((socket) => socket.relay === undefined)
  const relays = state.sockets.filter((socket) => socket.relay !== undefined)
  const found = [
    ...hosts.map((socket) => own(state, socket, socket.local, 'host')),
    ...state.gatherer.reflexive().map(({ socket, address }) => own(state, socket, address, 'srflx')),
    ...relays.map((socket) => own(state, socket, socket.local, 'relay')),
  ]
  const byAddress = new Map<string, OwnCandidate>()
  for (const one of found) {
    const key = addressKey(one.address)
    if (!byAddress.has(key)) byAddress.set(key, one)
  }
  const all = [...byAddress.values()]
  if (all.length > limits.localCandidates) {
    const detail = `Only ${limits.localCandidates} of our ${all.length} addresses are told to the peer.`
    tellLimit(state.agent.state, 'localCandidates', detail)
  }
  return all.slice(0, limits.localCandidates)
}

function own(
  state: SessionState,
  socket: SocketInfo,
  address: TransportAddress,
  type: OwnCandidate['type'],
): OwnCandidate {
  const order = state.agent.state.sockets.get(socket.id)?.order ?? 0
  const priority = candidatePriority(type, localPreference(order, socket.local.family))
  return { socket, address, type, priority }
}
