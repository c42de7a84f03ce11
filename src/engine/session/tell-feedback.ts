import { broadcast } from './control'
import { isOfOneLink, retirePath } from './feedback'
import { pairById, type SessionState } from './state'
import { resendLost } from './stream-resend'

/** Tells the peer what came, and notices what is lost or silent. */
export function settleFeedback(state: SessionState): void {
  const { recorder, paths } = state.feedback
  const { isHeld } = state.agent.state
  if (
    mayReport(state) &&
    state.nowMs >= recorder.nextDeadline() &&
    state.control !== null &&
    state.controlPairs.length > 0
  ) {
    const [first, second] = state.controlPairs.map((id) => pairById(state, id))
    const isOneLink = first !== undefined && (second === undefined || isOfOneLink(first, second))
    const completeAtMs = Math.min(state.nowMs, state.feedback.readUntilMs)
    recorder.setWay(first?.rtt.smoothedMs ?? null, isOneLink)
    for (const [at, plain] of recorder.poll(state.nowMs, completeAtMs).entries())
      tellOver(state, plain, isOneLink, at)
    state.feedback.told += 1
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
  let soonest = mayReport(state) && state.controlPairs.length > 0 ? recorder.nextDeadline() : Infinity
  if (state.agent.state.isHeld) return soonest
  for (const { capacity } of paths.values()) soonest = Math.min(soonest, capacity.nextDeadline())
  return soonest
}

/** An earlier release takes a report for all that came, so what waits unread is read first. */
function mayReport(state: SessionState): boolean {
  return !state.agent.state.isHeld || state.feedback.peerReadsBehind
}

/** The `at`-th datagram of a report. Over one link the pairs take turns: two copies would leave one after the other, and a burst of loss take both. */
function tellOver(state: SessionState, plain: Uint8Array, isOneLink: boolean, at: number): void {
  const { toldOver } = state.feedback
  const turn = (state.feedback.told + at) % state.controlPairs.length
  const over = isOneLink ? state.controlPairs.slice(turn, turn + 1) : state.controlPairs
  for (const id of over) toldOver.set(id, (toldOver.get(id) ?? 0) + 1)
  broadcast(state, plain, over)
}
