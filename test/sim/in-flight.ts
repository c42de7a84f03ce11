import type { EngineSnapshot } from '../../src/engine'
import { limits } from '../../src/engine'
import type { Report } from './checked-engine'
import { hasBulk, pathPlan } from './plan'
import type { Scenario, Side } from './scenario'

/** `bulk` may fill the queues of its path while it finds out what that carries, for so long after it began, ms. */
const startMs = 3000
/** Then it keeps a short queue: 7 ms, 5 ms more with jitter, 25 ms when it is cut at once, and what comes of a round late. */
const standingMs = 50
/** What has arrived counts as in flight until the peer's report of it, which waits for so long, ms. */
const reportMs = 30

/**
 * What may be in flight on a path with `bulk`: what its narrowest link carries in a round trip and while a queue stands that
 * `bulk` may make. Where no link has a limit, only what a pair remembers of packets under way, each as large as any.
 */
function mostInFlightBytes(
  path: { readonly rateBps: number; readonly roundTripMs: number; readonly queueMs: number } | null,
  isStarting: boolean,
): number {
  const rememberedBytes = limits.inFlightPackets * limits.datagramBytes
  if (path === null || path.rateBps === Infinity) return rememberedBytes
  const queueMs = isStarting ? path.queueMs : Math.min(path.queueMs, standingMs)
  return Math.min(rememberedBytes, (path.rateBps / 8000) * (path.roundTripMs + queueMs + reportMs))
}

export function checkInFlight(
  snapshot: EngineSnapshot,
  scenario: Scenario,
  side: Side,
  report: Report,
): void {
  const isKnown = hasBulk(scenario)
  const bulk = snapshot.streams.filter(({ direction, spec }) => direction === 'sent' && spec.kind === 'bulk')
  const isStarting = bulk.some(({ startedAtMs }) => snapshot.atMs - startedAtMs < startMs)
  for (const { local, remote, capacity, label } of snapshot.pairs) {
    const path = isKnown
      ? pathPlan(scenario, side, local.interfaceName ?? '', remote.interfaceName ?? '')
      : null
    const most = mostInFlightBytes(path, isStarting)
    const { inFlightBytes = 0 } = capacity ?? {}
    if (inFlightBytes > most) report(`${label}: ${inFlightBytes} of ${Math.round(most)} bytes in flight`)
  }
}
