import { encodeReport, type PairReport } from '../frames'
import { broadcast, sendText } from './control'
import type { SessionState } from './state'
import { sendStreamCounts } from './streams'

/** Between two reports of counts to the peer, ms. */
export const reportIntervalMs = 1000
/** Control frames that may wait for the peer before no more counts are added to them: later ones tell all again. */
const countsWaiting = 8

/** Tells the peer what we counted: per pair, and of its messages. */
export function sendReport(state: SessionState): void {
  if (state.control === null) return
  for (const plain of encodeReport(reportPairs(state))) broadcast(state, plain)
  // During an outage counts would fill the channel, and a change of mode or the end find no room in it.
  if (state.control.reliable.unacked >= countsWaiting && state.finish === null) return
  const { received, missing, duplicated, reordered } = state.receiver.snapshotReceived(state.nowMs)
  sendText(state, {
    t: 'counts',
    received: received ?? 0,
    missing: missing ?? 0,
    duplicated: duplicated ?? 0,
    reordered: reordered ?? 0,
  })
  sendStreamCounts(state)
}

/** By the peer's numbers: where a NAT changed an address, one pair of the peer's is several here, one after the other. */
function reportPairs({ agent, forgottenByPeer }: SessionState): PairReport[] {
  const reports = new Map<number, PairReport>()
  for (const { peerNumber, echo, firstArrivals, duplicates } of agent.state.pairs) {
    if (peerNumber === null) continue
    const before = reports.get(peerNumber)
    const sums = before ?? forgottenByPeer.get(peerNumber)
    const isLatest = before === undefined || echo.sent >= before.sentSeen
    reports.set(peerNumber, {
      pairNumber: peerNumber,
      sentSeen: isLatest ? echo.sent : before.sentSeen,
      received: isLatest ? echo.received : before.received,
      firstArrivals: firstArrivals + (sums?.firstArrivals ?? 0),
      duplicates: duplicates + (sums?.duplicates ?? 0),
    })
  }
  return [...reports.values()]
}
