import { isDoubted, jitterMs, liveness, noteDeparture, type Pair, silenceBoundMs } from '../ice'
import { choosePath, type ResendCandidate } from '../resend'
import { mayCarry } from './spreading'
import type { SentStream } from '../streams'
import { pairById, type SessionState } from './state'
import { transmitOn } from './transmit'

/** A record, or a stream packet, that went out over one pair alone. */
export interface SoleRecord {
  readonly data: Uint8Array
  /** The stream whose packet it is; null for a record. */
  readonly stream: SentStream | null
  /** Times it was sent again because the pair it went over was doubted. */
  readonly hops: number
}

/** A record is sent again at most so often: with more paths in doubt than this SCTP is left to mend it. */
const maxHops = 3

/**
 * A record, or a packet of `stream`, has gone out over one pair alone: kept, and sent over another one as well while that
 * pair is suspect.
 */
export function keepSole(state: SessionState, pair: Pair, data: Uint8Array, stream: SentStream | null): void {
  // A stock peer's own layers mend what is lost, and need not cope with copies.
  if (state.peer.kind !== 'pathscope') return
  const record = { data, stream, hops: 0 }
  if (pair.suspicion === null || !resend(state, record)) state.sole.add(pair.id, record, state.nowMs)
}

/** Sends again what may be under way on pairs that have come into doubt since the last time. */
export function resendDoubted(state: SessionState): void {
  for (const pair of state.doubted.splice(0)) {
    for (const record of state.sole.take(pair.id, lostSinceMs(state, pair))) {
      if (!resend(state, record)) state.sole.add(pair.id, record, state.nowMs)
    }
  }
}

/**
 * From when on what we sent over a pair in doubt may be lost. When it fell silent: all that the peer had not answered in
 * some way, which is a round trip before the last arrival. When the peer hears nothing: a round trip more than what the
 * peer's own patience is.
 */
function lostSinceMs({ nowMs }: SessionState, pair: Pair): number {
  const rttMs = pair.rtt.smoothedMs ?? 0
  const patienceMs = silenceBoundMs(pair, nowMs) ?? rttMs / 2 + liveness.suspectMarginMs + jitterMs(pair)
  const heardMs = Math.min(pair.lastReceivedMs ?? nowMs, pair.unansweredSinceMs ?? nowMs)
  return Math.min(heardMs, nowMs - patienceMs) - rttMs - jitterMs(pair)
}

function resend(state: SessionState, { data, stream, hops }: SoleRecord): boolean {
  if (hops >= maxHops) return true
  const id = choosePath(candidates(state))
  const pair = id === undefined ? undefined : pairById(state, id)
  if (pair === undefined) return false
  state.sole.add(pair.id, { data, stream, hops: hops + 1 }, state.nowMs)
  if (stream === null) noteDeparture(pair, data.length, state.nowMs)
  else noteCopy(state, stream, pair, data.length, false)
  pair.resent += 1
  state.recordBytes.sent += data.length
  transmitOn(state, pair, data)
  return true
}

/** A copy of a stream's packet of this many bytes goes out over the pair. */
export function noteCopy(
  state: SessionState,
  stream: SentStream,
  pair: Pair,
  bytes: number,
  first: boolean,
): void {
  stream.copied(pair.id, bytes, first)
  pair.usedMs = state.nowMs
  pair.streamSent.packets += 1
  pair.streamSent.bytes += bytes
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
