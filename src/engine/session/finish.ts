import type { EndReason } from '../face/event'
import type { ControlText } from '../frames'
import { sendText } from './control'
import { sendReport } from './report-counts'
import { type SessionState, tell } from './state'
import { allStreamsHere, endSending, settleStreams, takeFinalSent } from './streams'

/** A session that finishes in good order takes at most this long, ms: what is under way arrives, or is given up. */
export const finishLimitMs = 4000
/** A stock peer agrees on nothing: messages that it may still send back are waited for this long, ms. */
const echoLimitMs = 500
/** Packets of streams that are still under way when the peer has stopped are waited for this long, ms; others are lost. */
const streamGraceMs = 1000
/** After both goodbyes, ms: our last acknowledgement goes out, and again should the peer repeat what it acknowledges. */
const lingerMs = 750

/** Ends streams, tells the peer how much was sent, and waits for what is under way. Either side may begin. */
export function beginFinish(state: SessionState, by: 'us' | 'peer'): void {
  if (state.finish !== null) return
  state.finish = {
    startedAtMs: state.nowMs,
    peerSent: null,
    byeSent: false,
    byeReceived: false,
    lingering: false,
  }
  state.sender.stop()
  const streamsSent = endSending(state)
  tell(state, { kind: 'finishing', by })
  if (state.control === null) {
    if (state.channel !== 'open') return end(state, 'done', null)
    state.timers.set('finish', state.nowMs + echoLimitMs)
    return
  }
  state.timers.set('finish', state.nowMs + finishLimitMs)
  sendText(state, { t: 'finish', messagesSent: state.sender.sent, streams: streamsSent })
}

export function takeFinish(
  state: SessionState,
  { messagesSent, streams }: Extract<ControlText, { t: 'finish' }>,
): void {
  beginFinish(state, 'peer')
  if (state.finish === null) return
  state.finish.peerSent = messagesSent
  state.receiver.peerSent(messagesSent, state.nowMs)
  takeFinalSent(state, streams ?? [])
  if (!allStreamsHere(state)) state.timers.set('stream-grace', state.nowMs + streamGraceMs)
}

export function takeBye(state: SessionState): void {
  beginFinish(state, 'peer')
  if (state.finish !== null) state.finish.byeReceived = true
}

/** After every input: says goodbye when all has arrived, and ends when both have. */
export function considerEnd(state: SessionState): void {
  const { finish, control } = state
  if (finish === null || state.ended) return
  if (control === null) {
    if (state.echoes.returned >= state.sender.sent) end(state, 'done', null)
    return
  }
  const streamsDone = !state.timers.has('stream-grace') || allStreamsHere(state)
  const allHere = finish.peerSent !== null && streamsDone && state.receiver.allReceived(finish.peerSent)
  if (!finish.byeSent && allHere) {
    finish.byeSent = true
    settleStreams(state)
    // The last counts go ahead of the goodbye, in order, so that both reports agree.
    sendReport(state)
    sendText(state, { t: 'bye', reason: 'done' })
  }
  if (!finish.byeSent || !finish.byeReceived || control.reliable.unacked > 0 || finish.lingering) return
  finish.lingering = true
  state.timers.set('finish', state.nowMs + lingerMs)
}

/** The time for finishing is over: some of it was not confirmed. */
export function finishLate(state: SessionState): void {
  if (state.finish?.byeReceived || state.control === null) end(state, 'done', null)
  else end(state, 'done', `The peer did not confirm the end within ${finishLimitMs / 1000} s.`)
}

export function end(state: SessionState, reason: EndReason, detail: string | null): void {
  if (state.ended) return
  state.ended = true
  state.receiver.settle(state.nowMs)
  settleStreams(state)
  state.ice = 'closed'
  state.channel = 'closed'
  tell(state, { kind: 'ended', reason, detail })
}
