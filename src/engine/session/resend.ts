import { isDoubted, noteDeparture, type Pair } from '../ice'
import { choosePath, type ResendCandidate } from '../resend'
import { lostSinceMs } from './lost-since'
import { mayCarry } from './spreading'
import { pairById, type SessionState } from './state'
import { resendPackets } from './stream-resend'
import { transmitOn } from './transmit'

/** A record that went out over one pair alone. */
export interface SoleRecord {
  readonly data: Uint8Array
  /** Times it was sent again because the pair it went over was doubted. */
  readonly hops: number
}

/** A record is sent again at most so often: with more paths in doubt than this SCTP is left to mend it. */
const maxHops = 3

/** A record has gone out over one pair alone: kept, and sent over another one as well while that pair is suspect. */
export function keepSole(state: SessionState, pair: Pair, data: Uint8Array): void {
  // A stock peer's own layers mend what is lost, and need not cope with copies.
  if (state.peer.kind !== 'pathscope') return
  const record = { data, hops: 0 }
  if (pair.suspicion === null || !resend(state, record)) state.sole.add(pair.id, record, state.nowMs)
}

/** Sends again what may be under way on pairs that have come into doubt since the last time. */
export function resendDoubted(state: SessionState): void {
  for (const pair of state.doubted.splice(0)) {
    resendPackets(state, pair)
    for (const record of state.sole.take(pair.id, lostSinceMs(state, pair))) {
      if (!resend(state, record)) state.sole.add(pair.id, record, state.nowMs)
    }
  }
}

function resend(state: SessionState, { data, hops }: SoleRecord): boolean {
  if (hops >= maxHops) return true
  const id = choosePath(candidates(state))
  const pair = id === undefined ? undefined : pairById(state, id)
  if (pair === undefined) return false
  state.sole.add(pair.id, { data, hops: hops + 1 }, state.nowMs)
  noteDeparture(pair, data.length, state.nowMs)
  pair.resent += 1
  state.recordBytes.sent += data.length
  transmitOn(state, pair, data)
  return true
}

/** Pairs that work or have just stopped working, as the choice sees them. */
function candidates(state: SessionState): ResendCandidate[] {
  const carrying = new Set(state.carrying)
  return state.agent.state.pairs
    .filter((pair) => mayCarry(state, pair) && (pair.state === 'up' || pair.state === 'down'))
    .map((pair) => ({
      id: pair.id,
      localInterface: pair.socket.interfaceName,
      remoteInterface: pair.remote.interfaceName ?? pair.remote.address.address,
      doubted: isDoubted(pair),
      carrying: carrying.has(pair.id),
      silentMs: state.nowMs - (pair.lastReceivedMs ?? 0),
      rttMs: pair.rtt.smoothedMs ?? 0,
    }))
}
