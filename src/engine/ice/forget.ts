import { limits } from '../face/limits'
import { labelPairs } from './labels'
import type { Pair } from './pair'
import type { AgentState } from './state'

/**
 * Forgets the pairs that were closed longest ago, and returns them: a NAT that maps anew makes new pairs all session long.
 * The latest stay, as do those whose last datagrams may still be on their way.
 */
export function forgetClosed(state: AgentState, nowMs: number): readonly Pair[] {
  const closed = state.pairs.filter((pair) => pair.state === 'closed')
  const spare = closed.length - limits.closedPairs
  if (spare <= 0) return []
  const oldest = closed.sort((a, b) => a.stateSinceMs - b.stateSinceMs).slice(0, spare)
  const gone = new Set(oldest.filter((pair) => nowMs - pair.stateSinceMs >= limits.closedPairMs))
  if (gone.size === 0) return []
  state.pairs = state.pairs.filter((pair) => !gone.has(pair))
  for (const pair of gone) forget(state, pair)
  labelPairs(state.pairs)
  state.revision += 1
  return [...gone]
}

function forget(state: AgentState, pair: Pair): void {
  const { id, socket, remote } = pair
  state.pairsById.delete(id)
  if (state.places.at(socket.id, remote.address) === pair) state.places.forget(socket.id, remote.address)
  const isLast = state.pairs.every((one) => one.remote !== remote)
  // One that the peer has told is still to be paired with sockets to come.
  if (isLast && remote.type === 'prflx' && state.remotes.get(remote.key) === remote)
    state.remotes.delete(remote.key)
}
