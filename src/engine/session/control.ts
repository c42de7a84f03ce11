import {
  type ControlText,
  decodeControl,
  decodeControlText,
  encodeControlText,
  encodeReliable,
  type PairReport,
} from '../frames'
import { tellLimit } from '../ice'
import { takeFeedback } from './feedback'
import { drop, pairById, type SessionState } from './state'
import { transmitOn } from './transmit'

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

/** One sealed datagram, the same on each of these pairs: the second copy is told apart by its number and dropped. */
export function broadcast(
  state: SessionState,
  plain: Uint8Array,
  over: readonly number[] = state.controlPairs,
): void {
  if (state.control === null) return
  const sealed = state.control.sealer.seal(plain)
  for (const id of over) {
    const pair = pairById(state, id)
    if (pair !== undefined) transmitOn(state, pair, sealed)
  }
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
