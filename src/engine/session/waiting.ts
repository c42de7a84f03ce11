import { end } from './finish'
import type { SessionState } from './state'

/**
 * A timer that fires this late, ms, shows a machine that was suspended: the time ran out without anybody having asked.
 */
const sleptMs = 10_000
/** For so long a machine that was suspended may still ask, ms. */
const askAgainMs = 30_000

/** Every pair is silent: from now on the peer is waited for, as long as the settings say. */
export function beginWaiting(state: SessionState): void {
  state.agent.state.peerGaveUp = false
  waitUntil(state, state.nowMs + state.settings.reconnectFor * 1000)
}

/** A pair works again. What was sent into the silence goes out at once, and not when some timer next runs out. */
export function endWaiting(state: SessionState): void {
  if (state.waitingUntilMs === null) return
  state.waitingUntilMs = null
  state.timers.remove('silence')
  if (state.dtls === 'connected') state.outbox.push({ kind: 'secure-resume' })
}

/** The time is over: the session ends, and the peer is told on every pair, should it hear us after all. */
export function giveUpWaiting(state: SessionState): void {
  const late = state.nowMs - (state.waitingUntilMs ?? state.nowMs)
  if (late > sleptMs) return waitUntil(state, state.nowMs + askAgainMs)
  state.agent.giveUp(state.nowMs)
  end(state, 'peer-gone', `No path has been answered for ${spanText(state.settings.reconnectFor)}.`)
}

/** The peer said that it waits no longer. While a pair works that is not believed: it may be an old check, replayed. */
export function considerPeerGone(state: SessionState): void {
  if (!state.agent.state.peerGaveUp || state.waitingUntilMs === null) return
  end(state, 'peer-gone', 'The peer stopped waiting for this side to be heard again.')
}

function waitUntil(state: SessionState, atMs: number): void {
  state.waitingUntilMs = atMs
  state.timers.set('silence', atMs)
}

function spanText(seconds: number): string {
  return seconds >= 120 && seconds % 60 === 0 ? `${seconds / 60} minutes` : `${seconds} s`
}
