import { noteRecord, type Pair } from '../ice'
import { rtpHeaderBytes, srtpOverheadBytes } from '../srtp'
import { readPayload, type SentStream, ssrcOf, streamOfSsrc, writePayload } from '../streams'
import { bulkDeadline, sendsBulk, takeForBulk } from './bulk'
import { choosePaths } from './choose-paths'
import { noteArrived, noteSent } from './feedback'
import { drop, type SessionState } from './state'
import { keepPacket, resendOfBulk } from './stream-resend'
import { receivedStream } from './streams'
import { sendCopy } from './transmit'

/** The first of the dynamic payload types (RFC 3551 section 6). */
const payloadType = 96
/** RTP timestamps are of engine time at the clock rate of video (RFC 3551 section 5). */
const ticksPerMs = 90

/**
 * Makes and sends the packets that are due, one a stream in turn: what has room for one packet of `bulk` gives it to the
 * stream whose last one is longest ago. What `bulk` lost goes again also when none runs any more.
 */
export function sendDuePackets(state: SessionState): void {
  const { streams } = state
  for (let isSending = true; isSending; ) {
    isSending = false
    const { running, turn } = streams
    for (let at = 0; at < running.length; at += 1) {
      const stream = running[(turn + at) % running.length] as SentStream
      if (!stream.source.poll(state.nowMs)) continue
      sendPacket(state, stream)
      isSending = true
      if (stream.spec.kind === 'bulk') streams.turn = (turn + at + 1) % running.length
    }
  }
  if (!isBulkLeftOver(state)) return
  while (takeForBulk(state) && resendOfBulk(state));
}

function isBulkLeftOver(state: SessionState): boolean {
  return state.lostOfBulk.length > 0 && !sendsBulk(state)
}

/** When the next packet of any stream is due; Infinity when none is. */
export function packetsDeadline(state: SessionState): number {
  let earliest = isBulkLeftOver(state) ? bulkDeadline(state) : Infinity
  for (const stream of state.streams.running) earliest = Math.min(earliest, stream.source.nextDeadline())
  return earliest
}

/** Sealed once: copies are the same bytes on every path. A packet that no path carries has been sent, and is lost. */
function sendPacket(state: SessionState, stream: SentStream): void {
  const { streams, nowMs } = state
  if (streams.srtp === null) return
  const isBulk = stream.spec.kind === 'bulk'
  if (isBulk && resendOfBulk(state)) return
  const { packet } = streams
  const { due } = stream.source
  const sequence = stream.sent
  writePayload(packet, rtpHeaderBytes, stream.id, stream.spec.kind, sequence, nowMs, due)
  const fields = {
    ssrc: ssrcOf(stream.id),
    payloadType,
    marker: due.behind === 0,
    timestamp: Math.floor(nowMs * ticksPerMs) % 2 ** 32,
  }
  const datagram = streams.srtp.sealer.seal(packet, due.bytes, fields, sequence)
  stream.made(due.bytes)
  const pairs = choosePaths(state, stream, due, datagram.length)
  if (pairs.length > 0) state.recordBytes.needed += datagram.length
  for (let at = 0; at < pairs.length; at += 1) {
    const pair = pairs[at] as Pair
    stream.copied(pair.id, datagram.length, at === 0)
    sendCopy(state, pair, datagram)
    noteSent(state, pair, stream.id, sequence, datagram.length, isBulk)
  }
  if (pairs.length === 1) keepPacket(state, stream, sequence, pairs[0] as Pair, datagram)
}

/** An RTP packet from a validated address. True when it counts as received over the pair. */
export function takePacket(
  state: SessionState,
  pair: Pair,
  datagram: Uint8Array,
  receivedAtMs: number,
): boolean {
  const { streams } = state
  if (streams.srtp === null) {
    drop(state, 'unexpected')
    return false
  }
  const { receiver } = streams.srtp
  switch (receiver.receive(datagram, state.nowMs)) {
    case 'new':
      noteArrived(state, pair, streamOfSsrc(receiver.ssrc), receiver.index, receivedAtMs)
      takeNew(state, pair, datagram.length, receivedAtMs)
      break
    case 'duplicate':
      noteArrived(state, pair, streamOfSsrc(receiver.ssrc), receiver.index, receivedAtMs)
      state.duplicatesDropped += 1
      pair.duplicates += 1
      if (!isOver(state))
        streams.received
          .get(streamOfSsrc(receiver.ssrc))
          ?.duplicate(datagram.length - srtpOverheadBytes, pair.id)
      break
    case 'too-old':
      drop(state, 'replayed')
      return false
    case 'malformed':
      drop(state, 'bad-frame')
      return false
    case 'forged':
    case 'too-many-sources':
      drop(state, 'bad-record')
      return false
  }
  noteRecord(state.agent.state, pair, state.nowMs)
  pair.streamReceived.packets += 1
  pair.streamReceived.bytes += datagram.length
  return true
}

/** What the peer has been told is final: a packet that still comes would make both sides' counts differ. */
function isOver(state: SessionState): boolean {
  return state.finish?.byeSent ?? false
}

function takeNew(state: SessionState, pair: Pair, datagramBytes: number, receivedAtMs: number): void {
  const { srtp, facts } = state.streams
  if (srtp === null) return
  const { receiver } = srtp
  pair.firstArrivals += 1
  // The number inside and the one that SRTP went by are one, and a stream has one SSRC.
  const fits =
    readPayload(receiver.payload, facts) &&
    facts.sequence === receiver.index &&
    ssrcOf(facts.streamId) === receiver.ssrc
  if (!fits) return drop(state, 'bad-frame')
  if (isOver(state)) return
  receivedStream(state, facts.streamId)?.take(facts, datagramBytes - srtpOverheadBytes, pair.id, receivedAtMs)
}
