import type { EngineInput } from '../face/io'
import { limits } from '../face/limits'
import type { DropReason } from '../face/snapshot'
import { classify } from '../frames'
import { countArrival, type Pair } from '../ice'
import { parseStun } from '../stun'
import { takeControl } from './control'
import { takeShim } from './handshake'
import { takeRecords } from './records'
import { drop, type SessionState } from './state'
import { takePacket } from './stream-packets'
import { takeText } from './texts'

type Arrival = Extract<EngineInput, { kind: 'datagram' }>

/**
 * What became of a datagram. `dropped`: at the door, and nothing has changed but a count, so that a flood of such costs no
 * more than this. `packet`: it was, or claimed to be, a packet of a stream.
 */
export type Taken = 'dropped' | 'packet' | 'other'

/**
 * A datagram on its first step: STUN to the ICE room; all else only from addresses that a check has validated. Packets of
 * streams wait a moment for that.
 */
export function takeDatagram(state: SessionState, arrival: Arrival): Taken {
  const { data } = arrival
  if (data.length > limits.receivedDatagramBytes) return refuse(state, 'oversize')
  state.receivedAtMs = arrival.receivedAtMs
  if (state.relays.datagram(arrival.socketId, arrival.from, data, state.nowMs)) return 'other'
  const kind = classify(data)
  if (kind === 'stun') return takeStun(state, arrival)
  const pair = state.agent.pairAt(arrival.socketId, arrival.from)
  if (pair === undefined || !pair.validated) {
    if (kind === 'rtp' && state.streams.srtp !== null && state.strays.hold(arrival, state.nowMs))
      return 'other'
    return refuse(state, 'unknown-source')
  }
  if (isEarly(state, kind, data)) holdEarly(state, pair, data)
  else if (takeFrom(state, pair, kind, data, arrival.receivedAtMs))
    countArrival(pair, data.length, state.nowMs)
  return kind === 'rtp' ? 'packet' : 'other'
}

function refuse(state: SessionState, reason: DropReason): 'dropped' {
  drop(state, reason)
  return 'dropped'
}

/** Type of a DTLS record (RFC 5246 section 6.2.1). */
const applicationData = 23
/** Datagrams held until our own side of the handshake is done; more than that are dropped. */
const earlyLimit = 64

/** The peer may be connected a moment before us: what it sends then must not be lost, or SCTP starts with a timeout. */
function isEarly(state: SessionState, kind: string, data: Uint8Array): boolean {
  if (state.dtls !== 'connecting') return false
  // A stock peer's handshake comes bare.
  return state.peer.kind === 'pathscope'
    ? kind === 'dtls' || kind === 'control'
    : kind === 'dtls' && data[0] === applicationData
}

function holdEarly(state: SessionState, pair: Pair, data: Uint8Array): void {
  if (state.early.length >= earlyLimit) return drop(state, 'unexpected')
  state.early.push({ pair, data })
}

/** Takes what came early, in order of arrival. */
export function takeEarly(state: SessionState): void {
  for (const { pair, data } of state.early.splice(0)) {
    if (takeFrom(state, pair, classify(data), data, state.nowMs)) countArrival(pair, data.length, state.nowMs)
  }
}

/** True when the datagram counts as received here; records given out to be opened are counted when they are. */
function takeFrom(
  state: SessionState,
  pair: Pair,
  kind: string,
  data: Uint8Array,
  receivedAtMs: number,
): boolean {
  switch (kind) {
    case 'rtp':
      return takePacket(state, pair, data, receivedAtMs)
    case 'dtls':
      return takeRecords(state, pair, data)
    case 'shim':
      return takeShim(state, data)
    case 'control':
      return takeControl(state, data, takeText)
    default:
      drop(state, 'unexpected')
      return false
  }
}

function takeStun(state: SessionState, arrival: Arrival): Taken {
  const parsed = parseStun(arrival.data)
  if (parsed.kind === 'malformed') return refuse(state, 'bad-stun')
  const isResponse = parsed.message.class === 'success' || parsed.message.class === 'error'
  if (isResponse && state.gatherer.answer(arrival.socketId, arrival.from, parsed, state.nowMs)) {
    state.candidatesChanged = true
    return 'other'
  }
  state.agent.stun(arrival.socketId, arrival.from, parsed, arrival.receivedAtMs, state.nowMs)
  if (state.strays.count > 0) takeStrays(state, arrival)
  return 'other'
}

/** After a check: what came from its address before it. */
function takeStrays(state: SessionState, { socketId, from }: Arrival): void {
  const pair = state.agent.pairAt(socketId, from)
  if (pair === undefined || !pair.validated) return
  for (const { data, receivedAtMs } of state.strays.from(socketId, from)) {
    if (takeFrom(state, pair, 'rtp', data, receivedAtMs)) countArrival(pair, data.length, receivedAtMs)
  }
}

/** Those that no check followed in time are dropped, and all are at the end. */
export function dropStrays(state: SessionState): void {
  for (let left = state.strays.expire(state.ended ? Infinity : state.nowMs); left > 0; left -= 1)
    drop(state, 'unknown-source')
}
