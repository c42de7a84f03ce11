import type { MessageStreamSettings } from '../face/settings'
import { boundMessages } from './bounds'
import { drop, type SessionState, tell } from './state'

/** Between two tries to hand a refused message to the channel, ms. */
const retryMs = 50

/** The data channel is open: messages begin in both directions. */
export function openChannel(state: SessionState): void {
  if (state.channel === 'open') return
  state.channel = 'open'
  tell(state, { kind: 'channel-state', state: 'open' })
  if (state.finish === null) state.sender.start(state.nowMs)
}

/** Makes the messages that are due. While the channel refuses one, no new one is made: the rate drops, none is lost. */
export function sendDueMessages(state: SessionState): void {
  if (state.channel !== 'open' || isRefused(state)) return
  const echo = state.receiver.echo(state.nowMs)
  for (let data = state.sender.poll(state.nowMs, echo); data; data = state.sender.poll(state.nowMs, echo)) {
    state.outbox.push({ kind: 'secure-message', data })
  }
}

export function takeMessage(state: SessionState, data: Uint8Array): void {
  if (state.peer.kind === 'stock') {
    state.echoes.receive(data, state.sender.sent, state.nowMs)
    return
  }
  const taken = state.receiver.receive(data, state.nowMs)
  if (taken.kind === 'bad') drop(state, 'bad-frame')
}

/** The channel had no room. At most a few messages can come back, from one drained batch; they keep their order. */
export function keepRefused(state: SessionState, data: Uint8Array): void {
  state.refusedMessages.push(data)
  state.timers.set('retry-message', state.nowMs + retryMs)
}

/** Whether the channel refused a message and has not been seen to take it since. */
export function isRefused(state: SessionState): boolean {
  return state.timers.has('retry-message')
}

/** Tries again. New messages wait until a whole pause went by without a refusal, or they would pile up behind. */
export function retryRefused(state: SessionState): void {
  const waiting = state.refusedMessages.splice(0)
  if (waiting.length > 0) state.timers.set('retry-message', state.nowMs + retryMs)
  for (const data of waiting) state.outbox.push({ kind: 'secure-message', data })
}

export function setMessages(state: SessionState, messages: MessageStreamSettings): void {
  const bounded = boundMessages(messages)
  state.settings = { ...state.settings, messages: bounded }
  state.sender.update(bounded, state.nowMs)
}
