import type { EgressVerdict } from '../face/io'
import { limits } from '../face/limits'
import { bindingMethod, encodeStun } from '../stun'
import type { AgentState } from './state'

/**
 * Sends a burst whose way out of this machine the driver watches. Binding indications with a fingerprint and nothing
 * else are what RFC 8445 section 11 has for keepalives: every peer passes over them. They are not authenticated and
 * nobody counts them, so they enter neither the pair's counts nor its loss.
 */
export function sendBurst(state: AgentState, pairId: number, packets: number): void {
  const pair = state.pairsById.get(pairId)
  if (pair === undefined || pair.state !== 'up') return
  const { primitives } = state.options
  const count = Math.min(packets, limits.egressBurst)
  for (let sent = 0; sent < count; sent += 1) {
    const transactionId = primitives.random(12)
    const message = { class: 'indication', method: bindingMethod, transactionId, attributes: {} } as const
    state.sink.transmit(pair.socket.id, pair.remote.address, encodeStun(message, null, primitives))
  }
  pair.egress.packets += count
}

/** Takes what the driver found out; told when it is another thing than was known. */
export function takeVerdict(state: AgentState, pairId: number, verdict: EgressVerdict): void {
  const pair = state.pairsById.get(pairId)
  if (pair === undefined) return
  const { egress } = pair
  if (verdict.kind === 'unknown') {
    // What was seen before stays what was seen last: the way is no other because it could not be seen now.
    if (egress.verified === null) egress.gap = verdict.gap
    return
  }
  const { verified, interfaceName } = verdict
  if (egress.verified === verified && egress.interfaceName === interfaceName) return
  egress.verified = verified
  egress.interfaceName = interfaceName
  egress.gap = null
  const named = pair.socket.interfaceName
  state.sink.event({ kind: 'egress', pairId, label: pair.label, verified, named, carriedBy: interfaceName })
}
