import { limits } from '../face/limits'
import { hold } from '../ice'
import type { SessionState } from './state'

/**
 * Holds back all that is concluded from silence since this machine was late, at `sinceMs`, and allows it again at null;
 * held for `limits.unreadMs` at most.
 */
export function holdJudgement(state: SessionState, sinceMs: number | null): void {
  const { agent, spreading, timers, nowMs } = state
  const isHeld = sinceMs !== null
  if (isHeld === agent.state.isHeld) return
  hold(agent.state, isHeld, sinceMs ?? nowMs, nowMs)
  spreading.records.hold(isHeld)
  spreading.streams.hold(isHeld)
  if (isHeld) timers.set('unread', nowMs + limits.unreadMs)
  else timers.remove('unread')
}
