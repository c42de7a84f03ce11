import { supersede } from './pairing'
import type { Pair } from './pair'
import type { AgentState } from './state'

/**
 * A NAT that maps anew makes the peer's one pair several here, and may go back to an old mapping. Those whose address only
 * checks had shown, which answer no more or never did while another works, are closed: they would be asked for ever, and
 * fill the limits.
 */
export function supersedeOld(state: AgentState, nowMs: number): void {
  if (state.revision === state.supersededAtRevision) return
  for (const old of state.pairs) {
    if (old.remote.type !== 'prflx' || old.peerNumber === null) continue
    if (old.state !== 'down' && old.state !== 'no-reply') continue
    const heir = state.pairs.find((pair) => replaces(pair, old))
    if (heir !== undefined) supersede(state, old, heir, nowMs)
  }
  state.supersededAtRevision = state.revision
}

function replaces(pair: Pair, old: Pair): boolean {
  return pair.state === 'up' && pair.socket.id === old.socket.id && pair.peerNumber === old.peerNumber
}
