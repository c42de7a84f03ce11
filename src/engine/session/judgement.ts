import { limits } from '../face/limits'
import { hold } from '../ice'
import type { SessionState } from './state'

/**
 * Holds back all that is concluded from silence since this machine was late, at `sinceMs`, and allows it again at null;
 * held for `limits.unreadMs` at most. It may have been away since it last was handed anything, at `lastInputMs`.
 */
export function holdJudgement(state: SessionState, sinceMs: number | null, lastInputMs: number): void {
  const { agent, spreading, timers, nowMs } = state
  const isHeld = sinceMs !== null
  if (isHeld === agent.state.isHeld) return
  hold(agent.state, isHeld, sinceMs ?? nowMs, nowMs)
  state.feedback.readUntilMs = isHeld ? Math.min(sinceMs, lastInputMs) : Infinity
  spreading.records.hold(isHeld)
  spreading.streams.hold(isHeld)
  if (isHeld) timers.set('unread', nowMs + limits.unreadMs)
  else timers.remove('unread')
}
