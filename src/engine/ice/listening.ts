import type { AgentState } from './state'

/**
 * This machine was busy from `sinceMs` on, so that arrivals may wait unread (`isHeld`); or all that came has been read.
 * A machine that does not listen hears no silence: that time is no pair's gap.
 */
export function hold(state: AgentState, isHeld: boolean, sinceMs: number, nowMs: number): void {
  if (isHeld) state.deafSinceMs = Math.min(nowMs, Math.max(sinceMs, state.heldMs))
  else state.deafMs += nowMs - state.deafSinceMs
  state.isHeld = isHeld
  state.heldMs = nowMs
}

/** How long this machine has listened so far, ms: all time but what it was too busy in. */
export function listenedMs(state: AgentState, nowMs: number): number {
  return (state.isHeld ? state.deafSinceMs : nowMs) - state.deafMs
}
