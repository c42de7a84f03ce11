import { createDedupWindow } from '../dedup'
import { firstApplicationRecord, limits } from '../face/limits'
import type { PeerView, RecordsSnapshot } from '../face/snapshot'
import { jitterMs, liveness, noteDeparture, noteRecord, type Pair, tellLimit } from '../ice'
import { createResequencer, type Resequencer } from '../resequence'
import { noRests } from '../spread'
import { keepSole } from './resend'
import { drop, pairById, type SessionState } from './state'
import { transmitOn } from './transmit'

/** DTLS record header (RFC 6347 section 4.1): type, version, epoch, 48-bit sequence number, length. */
const recordHeaderBytes = 13
const applicationData = 23

/** Longest that a record waits for an earlier one, ms. */
export const holdLimitMs = 500
/** Added to the expected delay difference of the pairs, for jitter and timers, ms. */
const holdMarginMs = 10

/** One application record of ours: over every carrying pair, or over the one whose turn it is. */
export function sendRecord(state: SessionState, data: Uint8Array): void {
  if (data.length > limits.datagramBytes) {
    const detail = `A record of ${data.length} bytes was not sent; datagrams have at most ${limits.datagramBytes}.`
    return tellLimit(state.agent.state, 'datagramBytes', detail)
  }
  const pairs = pairsForRecord(state, data.length)
  if (pairs.length === 0) {
    state.recordsWithoutPair += 1
    return
  }
  state.recordBytes.needed += data.length
  for (const pair of pairs) {
    noteDeparture(pair, data.length, state.nowMs)
    state.recordBytes.sent += data.length
    transmitOn(state, pair, data)
  }
  const [only] = pairs
  // A stock peer's agent sends nothing again, and `single` is what that is compared with.
  if (pairs.length === 1 && state.mode !== 'single' && only !== undefined) keepSole(state, only, data)
}

/** SCTP waits for every record, so none has a deadline, and none matters more than others. */
const recordFacts = {
  kind: 'records',
  streamId: 0,
  keyFrame: false,
  behind: 0,
  deadlineMs: null,
  rests: noRests,
} as const

function pairsForRecord(state: SessionState, bytes: number): Pair[] {
  const { ids } = state.spreading.records.choose({ ...recordFacts, bytes }, state.nowMs)
  return ids.flatMap((id) => pairById(state, id) ?? [])
}

/** A datagram of DTLS records from a validated address. True when anything in it was fit to be counted as received. */
export function takeRecords(state: SessionState, pair: Pair, data: Uint8Array): boolean {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  let counted = false
  let at = 0
  while (at + recordHeaderBytes <= data.length) {
    const end = at + recordHeaderBytes + view.getUint16(at + 11)
    if (end > data.length) break
    if (takeRecord(state, pair, data.subarray(at, end))) counted = true
    at = end
  }
  if (at !== data.length) drop(state, 'bad-record')
  return counted
}

function takeRecord(state: SessionState, pair: Pair, record: Uint8Array): boolean {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength)
  const epoch = view.getUint16(3)
  if (record[0] !== applicationData || epoch === 0) return takeHandshakeRecord(state, record)
  if (state.dtls !== 'connected') {
    drop(state, 'unexpected')
    return false
  }
  const sequence = view.getUint16(5) * 2 ** 32 + view.getUint32(7)
  const seen = windowOf(state, epoch)?.seen(sequence) ?? 'new'
  if (seen === 'too-old') {
    drop(state, 'replayed')
    return false
  }
  if (seen === 'duplicate') {
    state.duplicatesDropped += 1
    pair.duplicates += 1
    countRecord(state, pair, record.length, sequence)
    return true
  }
  return openRecord(state, pair, record, epoch, sequence)
}

/** Has a record authenticated; the answer comes at once as `secure-opened` and only then moves the window. */
function openRecord(
  state: SessionState,
  pair: Pair,
  record: Uint8Array,
  epoch: number,
  sequence: number,
): boolean {
  const token = state.nextToken
  state.nextToken += 1
  state.opening.set(token, { pair, epoch, sequence, bytes: record.length })
  state.outbox.push({ kind: 'secure-open', token, record })
  return false
}

/** Handshake and alert records: from a stock peer before DTLS is connected; otherwise nobody honest sends them bare. */
function takeHandshakeRecord(state: SessionState, record: Uint8Array): boolean {
  if (state.peer.kind !== 'stock' || state.dtls === 'connected' || !state.secureStarted) {
    drop(state, 'plaintext-record')
    return false
  }
  state.outbox.push({ kind: 'secure-handshake', data: record })
  return true
}

export function takeOpened(state: SessionState, token: number, plain: Uint8Array | undefined): void {
  const opening = state.opening.get(token)
  if (opening === undefined) return
  state.opening.delete(token)
  const { pair, epoch, sequence, bytes } = opening
  if (plain === undefined) {
    drop(state, 'bad-record')
    return
  }
  const window = windowOf(state, epoch) ?? createDedupWindow()
  if (window.seen(sequence) !== 'new') {
    // The same record twice in one drained batch.
    state.duplicatesDropped += 1
    pair.duplicates += 1
  } else {
    state.dedup.set(epoch, window)
    window.commit(sequence)
    pair.firstArrivals += 1
    state.resequencer.push(sequence, plain, state.nowMs, holdMs(state) + resendRoomMs(state))
  }
  countRecord(state, pair, bytes, sequence)
  pair.received.packets += 1
  pair.received.bytes += bytes
  pair.lastReceivedMs = state.nowMs
  considerGap(state)
  deliverInOrder(state)
}

function windowOf(state: SessionState, epoch: number): ReturnType<typeof createDedupWindow> | undefined {
  return state.dedup.get(epoch)
}

function countRecord(state: SessionState, pair: Pair, bytes: number, sequence: number): void {
  pair.highestRecord = Math.max(pair.highestRecord, sequence)
  pair.recordAtMs = state.nowMs
  noteRecord(state.agent.state, pair, state.nowMs)
  pair.recordsReceived.packets += 1
  pair.recordsReceived.bytes += bytes
}

export function makeResequencer(peerKind: PeerView['kind']): Resequencer<Uint8Array> {
  const order = peerKind === 'pathscope' ? { expectFirst: firstApplicationRecord } : {}
  return createResequencer({ maxHeld: limits.resequenceRecords, ...order })
}

export function snapshotRecords({ resequencer }: SessionState): RecordsSnapshot | null {
  const { received, reordered, reorderingExtentMax, held, holdMs, gapsExpired } = resequencer.stats
  if (received === 0) return null
  const { heldCount: waiting } = resequencer
  return { received, reordered, reorderingExtentMax, held, holdMs, waiting, gapsGivenUp: gapsExpired }
}

export function deliverInOrder(state: SessionState): void {
  for (let plain = state.resequencer.poll(state.nowMs); plain; plain = state.resequencer.poll(state.nowMs)) {
    state.outbox.push({ kind: 'secure-deliver', plain })
  }
}

/**
 * How long a record may wait for earlier ones: the difference in one-way delay between the slowest and the fastest pair
 * that works, taken as half of that of their round trips, plus the slowest one's jitter and a margin.
 */
function holdMs(state: SessionState): number {
  let slowest = 0
  let fastest = Infinity
  let working = 0
  for (const pair of state.agent.state.pairs) {
    const smoothed = pair.rtt.smoothedMs
    if (pair.state !== 'up' || smoothed === null) continue
    working += 1
    slowest = Math.max(slowest, smoothed / 2 + 2 * (pair.rtt.varianceMs ?? 0))
    fastest = Math.min(fastest, smoothed / 2)
  }
  if (working < 2) return 0
  return Math.min(holdLimitMs, Math.max(0, slowest - fastest) + holdMarginMs)
}

/** A pair that brought a record within this time is one that a missing record may have gone over, ms. */
const carriedLatelyMs = 1000

/**
 * What a record may wait beyond that where the peer sends each over one path only: should that path have failed, the peer
 * notices, and sends what is missing again over another. Any path may turn out to be the one until it brings a later
 * record.
 */
function resendRoomMs(state: SessionState): number {
  const { mode } = state.peerSpread
  if (mode === null || mode === 'redundant') return 0
  let noticedMs = 0
  let slowestMs = 0
  for (const pair of state.agent.state.pairs) {
    if (!carriedLately(state, pair)) continue
    const rttMs = pair.rtt.smoothedMs ?? 0
    noticedMs = Math.max(noticedMs, rttMs + liveness.suspectMarginMs + jitterMs(pair))
    slowestMs = Math.max(slowestMs, rttMs / 2)
  }
  return Math.min(holdLimitMs, noticedMs + slowestMs)
}

/** When every path has brought a later record, what is missing was lost on one that works: only SCTP can mend that. */
function considerGap(state: SessionState): void {
  const { missing } = state.resequencer
  if (missing === undefined) return
  const hidden = state.agent.state.pairs.some(
    (pair) => carriedLately(state, pair) && pair.highestRecord < missing,
  )
  if (!hidden) state.resequencer.hurry(state.nowMs, holdMs(state))
}

function carriedLately(state: SessionState, pair: Pair): boolean {
  return pair.highestRecord >= 0 && state.nowMs - pair.recordAtMs < carriedLatelyMs
}
