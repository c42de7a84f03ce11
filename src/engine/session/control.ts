import type { EngineInput } from '../face/io'
import { limits } from '../face/limits'
import {
  type ControlText,
  createControlSealer,
  decodeControl,
  decodeControlText,
  encodeControlText,
  encodeReliable,
  encodeReport,
  type PairReport,
} from '../frames'
import { type Pair, tellLimit } from '../ice'
import { createReliable } from '../reliable'
import { takeFeedback } from './feedback'
import { ownCandidates } from './own-candidates'
import { drop, pairById, type SessionState, tell } from './state'
import { beginStreams, sendStreamCounts } from './streams'
import { transmitOn } from './transmit'

/** Between two reports of counts to the peer, ms. */
export const reportIntervalMs = 1000
/** Control frames that may wait for the peer before no more counts are added to them: later ones tell all again. */
const countsWaiting = 8

/** The secure session stands: control begins with who we are. Only two Pathscopes speak control. */
export function beginControl(
  state: SessionState,
  connected: Extract<EngineInput, { kind: 'secure-connected' }>,
): void {
  state.dtls = 'connected'
  tell(state, { kind: 'dtls-state', state: 'connected', detail: null })
  if (state.peer.kind !== 'pathscope') return
  state.control = {
    sealer: createControlSealer(connected.exporter, state.options.role, state.options.primitives),
    reliable: createReliable({
      maxFrames: limits.reliableFrames,
      maxPayloadBytes: 1024,
      maxMessageBytes: 65_536,
    }),
  }
  beginStreams(state, connected.srtpExporter)
  const { appVersion, os } = state.options.self
  const { interfaces } = state
  const candidates = ownCandidates(state)
    .filter(({ type }) => type !== 'host')
    .map(({ socket, address: { address, port } }) => ({ address, port, interfaceName: socket.interfaceName }))
  sendText(state, { t: 'hello', appVersion, os, interfaces, candidates, features: ['streams'] })
  sendText(state, { t: 'mode', mode: state.mode, use: state.use })
  state.timers.set('report', state.nowMs + reportIntervalMs)
}

/** Queues a text for the peer; it arrives in order, once, over the control pairs. */
export function sendText(state: SessionState, text: ControlText): void {
  if (state.control === null) return
  if (!state.control.reliable.send(encodeControlText(text), state.nowMs)) {
    const detail = `Control is backed up; "${text.t}" was not sent.`
    tellLimit(state.agent.state, 'reliableFrames', detail)
  }
  flushControl(state)
}

/** Sends what the reliable channel wants sent now, each frame on both control pairs. */
export function flushControl(state: SessionState): void {
  const { control } = state
  if (control === null || state.controlPairs.length === 0) return
  const dueAtMs = control.reliable.nextDeadline()
  if (dueAtMs === undefined || dueAtMs > state.nowMs) return
  const rtos = state.controlPairs.flatMap((id) => pairById(state, id)?.rtt.rtoMs() ?? [])
  if (rtos.length > 0) control.reliable.setRto(Math.max(100, Math.min(...rtos)))
  for (let frame = control.reliable.poll(state.nowMs); frame; frame = control.reliable.poll(state.nowMs)) {
    broadcast(state, encodeReliable(frame))
  }
}

/** One sealed datagram, the same on each control pair: the second copy is told apart by its number and dropped. */
export function broadcast(state: SessionState, plain: Uint8Array): void {
  if (state.control === null) return
  const sealed = state.control.sealer.seal(plain)
  for (const id of state.controlPairs) {
    const pair = pairById(state, id)
    if (pair !== undefined) transmitOn(state, pair, sealed)
  }
}

/** Tells the peer what we counted: per pair, and of its messages. */
export function sendReport(state: SessionState): void {
  if (state.control === null) return
  for (const plain of encodeReport(reportPairs(state.agent.state.pairs))) broadcast(state, plain)
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
function reportPairs(pairs: readonly Pair[]): PairReport[] {
  const reports = new Map<number, PairReport>()
  for (const { peerNumber, echo, firstArrivals, duplicates } of pairs) {
    if (peerNumber === null) continue
    const before = reports.get(peerNumber)
    const isLatest = before === undefined || echo.sent >= before.sentSeen
    reports.set(peerNumber, {
      pairNumber: peerNumber,
      sentSeen: isLatest ? echo.sent : before.sentSeen,
      received: isLatest ? echo.received : before.received,
      firstArrivals: firstArrivals + (before?.firstArrivals ?? 0),
      duplicates: duplicates + (before?.duplicates ?? 0),
    })
  }
  return [...reports.values()]
}

/** What is done with a text of the peer. */
export type TakeText = (state: SessionState, text: ControlText) => void

/** A control datagram from a validated address. True when it was the peer's, a second copy included. */
export function takeControl(state: SessionState, data: Uint8Array, takeText: TakeText): boolean {
  const opened = state.control?.sealer.open(data)
  if (opened === undefined) {
    // Ours may not be connected yet while the peer's already is; it sends again.
    drop(state, state.control === null ? 'unexpected' : 'bad-frame')
    return false
  }
  if (opened === 'replayed') return true
  const message = decodeControl(opened.plain)
  if (message === undefined) {
    drop(state, 'bad-frame')
    return true
  }
  switch (message.kind) {
    case 'report':
      takeReports(state, message.pairs)
      break
    case 'feedback':
      takeFeedback(state, message.plain)
      break
    case 'reliable':
      takeReliable(state, message.frame, takeText)
  }
  return true
}

function takeReports(state: SessionState, reports: readonly PairReport[]): void {
  for (const report of reports) {
    const pair = pairById(state, report.pairNumber)
    if (pair === undefined) continue
    if (report.sentSeen > 0) pair.lossSent.compare(report.sentSeen, report.received, state.nowMs)
    pair.peerFirstArrivals = Math.max(pair.peerFirstArrivals, report.firstArrivals)
    pair.peerDuplicates = Math.max(pair.peerDuplicates, report.duplicates)
  }
}

function takeReliable(state: SessionState, frame: Uint8Array, takeText: TakeText): void {
  const { control } = state
  if (control === null) return
  if (control.reliable.receive(frame, state.nowMs) === 'bad') drop(state, 'bad-frame')
  for (let bytes = control.reliable.next(); bytes; bytes = control.reliable.next()) {
    const text = decodeControlText(bytes)
    if ('kind' in text) drop(state, 'bad-frame')
    else takeText(state, text)
  }
  flushControl(state)
}
