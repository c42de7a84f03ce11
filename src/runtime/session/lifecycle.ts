import type { EndReason, EngineEvent } from '../../engine'
import type { SessionRequest } from '../../shared/session'
import type { Clock } from '../ports'

/** Default for `connectTimeoutSeconds`, from when both descriptions are there. */
const defaultConnectTimeoutSeconds = 60
/**
 * The answerer has both descriptions as soon as it has written its answer, which a person must still carry over: unless
 * the request says otherwise it waits this long.
 */
const answererPatienceSeconds = 3600
/** Longest that `stop` waits for the goodbye. */
const stopLimitMs = 5000

/** What the lifecycle may do to its session. */
export interface LifecycleActions {
  finish(): void
  /** Ends at once. */
  end(reason: EndReason, detail: string | null): void
}

/** When a session ends by itself: after its duration, when nothing connects, when a goodbye stays unanswered. */
export interface Lifecycle {
  /** Both descriptions are there. */
  bothDescribed(): void
  event(event: EngineEvent): void
  stop(): void
  close(): void
}

export function createLifecycle(
  request: SessionRequest,
  role: 'offerer' | 'answerer',
  clock: Clock,
  actions: LifecycleActions,
): Lifecycle {
  const timers: (() => void)[] = []
  let worked = false
  let open = false
  let stopping = false
  let described = false

  function after(waitMs: number, run: () => void): void {
    timers.push(clock.at(clock.nowMs() + waitMs, run))
  }

  function finish(): void {
    if (stopping) return
    stopping = true
    // Armed first: `finish` may end the session at once, which disarms it.
    after(stopLimitMs, () => actions.end('done', 'The other side did not answer the goodbye.'))
    actions.finish()
  }

  function giveUp(seconds: number): void {
    if (open || stopping) return
    if (!worked) {
      const detail = `No pair of addresses answered within ${seconds} s. A firewall or NAT on either side may be in the way.`
      return actions.end('not-connected', detail)
    }
    // The answerer's pairs work before its answer has been pasted; the offerer has no such excuse.
    if (role === 'answerer') return
    const detail = `Addresses answered, but the secure channel did not open within ${seconds} s.`
    actions.end('failed', detail)
  }

  return {
    bothDescribed() {
      if (described) return
      described = true
      const fallback = role === 'answerer' ? answererPatienceSeconds : defaultConnectTimeoutSeconds
      const seconds = request.connectTimeoutSeconds ?? fallback
      after(seconds * 1000, () => giveUp(seconds))
    },
    event(event) {
      if (event.kind === 'pair-state' && event.to === 'up') worked = true
      if (event.kind !== 'channel-state' || event.state !== 'open' || open) return
      open = true
      if (request.durationSeconds !== null) after(request.durationSeconds * 1000, finish)
    },
    stop: finish,
    close() {
      for (const cancel of timers) cancel()
    },
  }
}
