import { limits } from '../face/limits'
import type { SessionState } from './state'

/** Holds back, or allows again, all that is concluded from silence; for `limits.unreadMs` at most. */
export function holdJudgement(state: SessionState, isHeld: boolean): void {
  const { agent, spreading, timers, nowMs } = state
  if (isHeld === agent.state.isHeld) return
  agent.state.isHeld = isHeld
  agent.state.heldMs = nowMs
  spreading.records.hold(isHeld)
  spreading.streams.hold(isHeld)
  if (isHeld) timers.set('unread', nowMs + limits.unreadMs)
  else timers.remove('unread')
}
