import { broadcast } from './control'
import { retirePath } from './feedback'
import { pairById, type SessionState } from './state'
import { resendLost } from './stream-resend'

/** Tells the peer what came, and notices what is lost or silent. */
export function settleFeedback(state: SessionState): void {
  const { recorder, paths } = state.feedback
  // A report says that nothing else has come, so what waits unread is read first.
  const { isHeld } = state.agent.state
  if (
    !isHeld &&
    state.nowMs >= recorder.nextDeadline() &&
    state.control !== null &&
    state.controlPairs.length > 0
  ) {
    const [first] = state.controlPairs
    recorder.setRtt(first === undefined ? null : (pairById(state, first)?.rtt.smoothedMs ?? null))
    for (const plain of recorder.poll(state.nowMs)) tellOver(state, plain)
  }
  const { spreading } = state
  for (const path of paths.values()) {
    const { pair, capacity } = path
    if (pair.state === 'closed') {
      retirePath(state, path)
      continue
    }
    capacity.setCap(spreading.caps.get(pair.id) ?? null)
    if (pair.state !== 'up') capacity.suspend(state.nowMs)
    else capacity.resume(state.nowMs)
    capacity.pause(pair.suspicion !== null)
    if (!isHeld && state.nowMs >= capacity.nextDeadline()) capacity.tick(state.nowMs)
  }
  if (state.feedback.lost.length === 0) return
  for (const { pairId, streamId, sequence } of state.feedback.lost.splice(0)) {
    resendLost(state, pairId, streamId, sequence)
  }
}

export function feedbackDeadline(state: SessionState): number {
  const { recorder, paths } = state.feedback
  if (state.agent.state.isHeld) return Infinity
  let soonest = state.controlPairs.length > 0 ? recorder.nextDeadline() : Infinity
  for (const { capacity } of paths.values()) soonest = Math.min(soonest, capacity.nextDeadline())
  return soonest
}

function tellOver(state: SessionState, plain: Uint8Array): void {
  const { toldOver } = state.feedback
  for (const id of state.controlPairs) toldOver.set(id, (toldOver.get(id) ?? 0) + 1)
  broadcast(state, plain)
}
