import type { ControlText } from '../frames'
import { namePeer, takeCandidates } from './candidates'
import { takeBye, takeFinish } from './finish'
import { type SessionState, tell } from './state'

/** A text of the peer, which came in order and once. */
export function takeText(state: SessionState, text: ControlText): void {
  switch (text.t) {
    case 'hello':
      return takeHello(state, text)
    case 'mode':
      return takeMode(state, text)
    case 'candidates':
      return takeCandidates(state, text)
    case 'counts':
      return state.sender.peerReport(text)
    case 'finish':
      return takeFinish(state, text.messagesSent)
    case 'bye':
      return takeBye(state)
  }
}

function takeHello(state: SessionState, hello: Extract<ControlText, { t: 'hello' }>): void {
  const { appVersion, os, interfaces } = hello
  state.peer = { kind: 'pathscope', appVersion, os, interfaces }
  namePeer(state, hello.candidates ?? [])
  tell(state, { kind: 'peer', peer: state.peer })
}

/** The peer says both whenever one changes; told is what is new. */
function takeMode(state: SessionState, { mode, use }: Extract<ControlText, { t: 'mode' }>): void {
  if (mode !== state.peerSpread.mode) tell(state, { kind: 'mode', mode, by: 'peer' })
  if (use !== state.peerSpread.use) tell(state, { kind: 'use', use, by: 'peer' })
  state.peerSpread = { mode, use }
}
