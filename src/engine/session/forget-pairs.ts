import { limits } from '../face/limits'
import type { ForgottenPairs, PacketCounts } from '../face/snapshot'
import type { Pair } from '../ice'
import type { SessionState } from './state'

const none: PacketCounts = { packets: 0, bytes: 0 }

export const noneForgotten: ForgottenPairs = {
  pairs: 0,
  sent: none,
  received: none,
  firstArrivals: 0,
  nominationsPrevented: 0,
  nominationsSucceeded: 0,
}

/** Gives up all that is kept of pairs that were closed long ago but for sums; the snapshots had their last figures. */
export function forgetPairs(state: SessionState): void {
  const { feedback, streams } = state
  for (const pair of state.agent.forgetClosed(state.nowMs)) {
    state.forgotten = withPair(state.forgotten, pair)
    addToPeer(state, pair)
    feedback.past.delete(pair.id)
    feedback.toldOver.delete(pair.id)
    for (const stream of [...streams.sent, ...streams.received.values()]) stream.forgetPath(pair.id)
  }
}

/** By the peer's numbers, which its pairs keep when a NAT maps them anew; of so many, those forgotten longest ago go. */
function addToPeer({ forgottenByPeer }: SessionState, { peerNumber, firstArrivals, duplicates }: Pair): void {
  if (peerNumber === null) return
  const before = forgottenByPeer.get(peerNumber)
  forgottenByPeer.delete(peerNumber)
  forgottenByPeer.set(peerNumber, {
    firstArrivals: firstArrivals + (before?.firstArrivals ?? 0),
    duplicates: duplicates + (before?.duplicates ?? 0),
  })
  const [oldest] = forgottenByPeer.keys()
  if (forgottenByPeer.size > limits.pairs && oldest !== undefined) forgottenByPeer.delete(oldest)
}

function withPair(sums: ForgottenPairs, { nominations, ...pair }: Pair): ForgottenPairs {
  return {
    pairs: sums.pairs + 1,
    sent: plus(sums.sent, pair.sent),
    received: plus(sums.received, pair.received),
    firstArrivals: sums.firstArrivals + pair.firstArrivals,
    nominationsPrevented: sums.nominationsPrevented + nominations.suppressed + nominations.refusedByUs,
    nominationsSucceeded: sums.nominationsSucceeded + nominations.succeeded,
  }
}

function plus(a: PacketCounts, b: PacketCounts): PacketCounts {
  return { packets: a.packets + b.packets, bytes: a.bytes + b.bytes }
}
