import type { SocketInfo, TransportAddress } from '../face/address'
import type { CandidateType, EgressGap, PairState } from '../face/snapshot'
import { createLoss, createRtt, type Loss, type Rtt } from '../measure'
import { limits } from '../face/limits'
import { type Bucket, createBucket } from './bucket'
import { createGaps, type Gaps } from './gaps'
import type { Suspicion } from './suspicion'

/** A candidate of the peer as this side knows it. */
export interface RemoteCandidate {
  readonly address: TransportAddress
  readonly key: string
  type: CandidateType
  priority: number
  interfaceName: string | null
}

/** A check or keepalive on its way. */
export interface Transaction {
  readonly id: string
  readonly sentAtMs: number
  readonly nominating: boolean
  /** The role that the request spoke in. */
  readonly controlling: boolean
}

/**
 * One candidate pair: a local socket and a remote address (server-reflexive local candidates are their base's pair, RFC
 * 8445 section 6.1.2.4). Only the ICE room writes its ICE part; the session room writes the counts of records and stream packets.
 */
export interface Pair {
  readonly id: number
  readonly socket: SocketInfo
  readonly remote: RemoteCandidate
  priority: bigint
  label: string
  /** Both ends seem to be on one link; kept with the label, as both follow from names and addresses. */
  straight: boolean
  state: PairState
  stateSinceMs: number
  /** Made for an address that only checks had shown. */
  newcomer: boolean
  included: boolean
  /** Address the peer or a server saw this pair's packets come from, when it is not the socket's own. */
  mapped: TransportAddress | null
  /** The peer's own number of this pair, once it told us. */
  peerNumber: number | null
  /** An authenticated message has come from the remote address: datagrams above STUN are let in. */
  validated: boolean
  /** Requests of this pair that are looked at. */
  readonly requests: Bucket

  readonly outstanding: Map<string, Transaction>
  /** Checks since the last answer or the last reset; grows the interval of those never answered. */
  attempts: number
  firstCheckMs: number | null
  /** Send time of the oldest request that has no answer although it was sent after the last answered one. */
  unansweredSinceMs: number | null
  lastReceivedMs: number | null
  lastSentMs: number | null
  downMs: number
  timesDown: number
  /** When the latest valid answer came (consent, RFC 7675); null before the first. */
  answeredMs: number | null
  /** When the newest thing was sent that the peer answered validly, or acknowledged; null before the first. */
  answeredSentMs: number | null
  /** When the first request was sent since which none was missed for longer than a retransmission timeout; 0 before. */
  answersSinceMs: number
  /** Answers in a row to checks that were sent since it went down, and when the first and the latest came. */
  readonly recovery: { answers: number; sinceMs: number; lastMs: number }
  /** It went down soon after it had come up. */
  flaps: boolean
  /** When a record last went or came over it; 0 before. */
  usedMs: number
  /** When a record last came over it while it was up. */
  lastRecordMs: number | null
  readonly gaps: Gaps
  suspicion: Suspicion | null
  timesSuspected: number
  /** When its watch is due, and whether that is a second look because the first came late. */
  watchDueMs: number
  watchLate: boolean

  readonly nominations: {
    suppressed: number
    attempted: number
    refused: number
    succeeded: number
    refusedByUs: number
  }
  /** The next check carries USE-CANDIDATE. */
  nominateNext: boolean
  nominated: boolean

  /** By which interface its packets leave. */
  readonly egress: {
    verified: boolean | null
    interfaceName: string | null
    gap: EgressGap | null
    packets: number
  }

  readonly sent: { packets: number; bytes: number }
  readonly received: { packets: number; bytes: number }
  readonly recordsSent: { packets: number; bytes: number }
  readonly recordsReceived: { packets: number; bytes: number }
  /** RTP packets of streams, each copy counted. */
  readonly streamSent: { packets: number; bytes: number }
  readonly streamReceived: { packets: number; bytes: number }
  readonly stun: {
    requestsSent: number
    responsesReceived: number
    requestsReceived: number
    responsesSent: number
  }
  /** Records that went out over it because another pair was in doubt. */
  resent: number
  /** The highest number of a record that came over it, and when one last came; -1 and 0 before. */
  highestRecord: number
  recordAtMs: number
  firstArrivals: number
  duplicates: number
  /** The same two as the peer counts them, from its reports. */
  peerFirstArrivals: number
  peerDuplicates: number

  readonly rtt: Rtt
  /** Towards the peer, by the peer's counts. */
  readonly lossSent: Loss
  /** Towards us, by ours. */
  readonly lossReceived: Loss
  /** The last comparison for the peer: of `sent` that it had sent we had counted `received`. */
  readonly echo: { sent: number; received: number }
}

export function createPair(id: number, socket: SocketInfo, remote: RemoteCandidate, nowMs: number): Pair {
  return {
    id,
    socket,
    remote,
    priority: 0n,
    label: '',
    straight: false,
    state: 'waiting',
    stateSinceMs: nowMs,
    newcomer: false,
    included: true,
    mapped: null,
    peerNumber: null,
    validated: false,
    requests: createBucket(limits.stunRequestsPerPairPerSecond, limits.stunRequestsPerPairPerSecond / 4),
    outstanding: new Map(),
    attempts: 0,
    firstCheckMs: null,
    unansweredSinceMs: null,
    lastReceivedMs: null,
    lastSentMs: null,
    downMs: 0,
    timesDown: 0,
    answeredMs: null,
    answeredSentMs: null,
    answersSinceMs: 0,
    recovery: { answers: 0, sinceMs: 0, lastMs: 0 },
    flaps: false,
    usedMs: 0,
    lastRecordMs: null,
    gaps: createGaps(),
    suspicion: null,
    timesSuspected: 0,
    watchDueMs: 0,
    watchLate: false,
    nominations: { suppressed: 0, attempted: 0, refused: 0, succeeded: 0, refusedByUs: 0 },
    nominateNext: false,
    nominated: false,
    egress: {
      verified: null,
      interfaceName: null,
      gap: socket.binding === 'emulated' ? 'emulated' : 'pending',
      packets: 0,
    },
    sent: { packets: 0, bytes: 0 },
    received: { packets: 0, bytes: 0 },
    recordsSent: { packets: 0, bytes: 0 },
    recordsReceived: { packets: 0, bytes: 0 },
    streamSent: { packets: 0, bytes: 0 },
    streamReceived: { packets: 0, bytes: 0 },
    stun: { requestsSent: 0, responsesReceived: 0, requestsReceived: 0, responsesSent: 0 },
    resent: 0,
    highestRecord: -1,
    recordAtMs: 0,
    firstArrivals: 0,
    duplicates: 0,
    peerFirstArrivals: 0,
    peerDuplicates: 0,
    rtt: createRtt(),
    lossSent: createLoss(),
    lossReceived: createLoss(),
    echo: { sent: 0, received: 0 },
  }
}

export function countArrival(pair: Pair, bytes: number, nowMs: number): void {
  pair.received.packets += 1
  pair.received.bytes += bytes
  pair.lastReceivedMs = nowMs
}

/** A record goes out over the pair. */
export function noteDeparture(pair: Pair, bytes: number, nowMs: number): void {
  pair.usedMs = nowMs
  pair.recordsSent.packets += 1
  pair.recordsSent.bytes += bytes
}

/** What goes over it may be lost. */
export function isDoubted(pair: Pair): boolean {
  return pair.state !== 'up' || pair.suspicion !== null
}

export function countDeparture(pair: Pair, bytes: number, nowMs: number): void {
  pair.sent.packets += 1
  pair.sent.bytes += bytes
  pair.lastSentMs = nowMs
}
