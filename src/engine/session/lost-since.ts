import { jitterMs, liveness, type Pair, silenceBoundMs } from '../ice'
import type { SessionState } from './state'

/**
 * From when on what we sent over a pair in doubt may be lost. When it fell silent: all that the peer had not answered in
 * some way, which is a round trip before the last arrival. When the peer hears nothing: a round trip more than what the
 * peer's own patience is.
 */
export function lostSinceMs({ nowMs }: SessionState, pair: Pair): number {
  const rttMs = pair.rtt.smoothedMs ?? 0
  const patienceMs = silenceBoundMs(pair, nowMs) ?? rttMs / 2 + liveness.suspectMarginMs + jitterMs(pair)
  const heardMs = Math.min(pair.lastReceivedMs ?? nowMs, pair.unansweredSinceMs ?? nowMs)
  return Math.min(heardMs, nowMs - patienceMs) - rttMs - jitterMs(pair)
}
