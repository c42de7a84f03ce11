import { limits } from '../face/limits'
import type { Mode } from '../face/settings'
import { behindFeature } from '../feedback'
import { type ControlText, restsFeature } from '../frames'
import { tellLimit } from '../ice'
import { namePeer, takeCandidates } from './candidates'
import { takeBye, takeFinish } from './finish'
import { type SessionState, tell } from './state'
import { setMode } from './wishes'
import { takeRests } from './rests'
import { takeAsk, takeRefused, takeStreamCounts, takeStreamText } from './streams'

/** A text of the peer, which came in order and once. */
export function takeText(state: SessionState, text: ControlText): void {
  take(state, text)
  tellWhatIsNew(state)
}

function take(state: SessionState, text: ControlText): void {
  switch (text.t) {
    case 'hello':
      return takeHello(state, text)
    case 'mode':
      return takeMode(state, text)
    case 'ask-mode':
      return takeAskMode(state, text.mode)
    case 'candidates':
      return takeCandidates(state, text)
    case 'counts':
      return state.sender.peerReport(text)
    case 'finish':
      return takeFinish(state, text)
    case 'stream':
      return takeStreamText(state, text, mayTell(state))
    case 'ask-stream':
      return mayTell(state) ? takeAsk(state, text) : undefined
    case 'stream-refused':
      return mayTell(state) ? takeRefused(state, text) : undefined
    case 'stream-rests':
      return takeRests(state, text, mayTell(state))
    case 'stream-counts':
      return takeStreamCounts(state, text)
    case 'bye':
      return takeBye(state)
  }
}

function takeHello(state: SessionState, hello: Extract<ControlText, { t: 'hello' }>): void {
  const { appVersion, os, interfaces } = hello
  state.peer = { kind: 'pathscope', appVersion, os, interfaces }
  state.streams.peerKnows = hello.features?.includes('streams') ?? false
  state.feedback.peerReadsBehind = hello.features?.includes(behindFeature) ?? false
  state.streams.peerReadsRests = hello.features?.includes(restsFeature) ?? false
  namePeer(state, hello.candidates ?? [])
}

/** The peer's user wants us to spread so. One that wants something else over and over is followed rarely. */
function takeAskMode(state: SessionState, mode: Mode): void {
  if (mode !== state.mode && mayTell(state)) setMode(state, mode, 'peer')
}

/** The peer says both whenever one changes. */
function takeMode(state: SessionState, { mode, use, asked }: Extract<ControlText, { t: 'mode' }>): void {
  state.peerSpread = { mode, use, asked: asked === true }
}

/**
 * Tells what the peer has changed of itself since it was last told. A peer that changes it over and over is told of rarely,
 * and then with what it says by then, so that it cannot make the recording grow at will.
 */
function tellWhatIsNew(state: SessionState): void {
  const { peerTold: told, peer, peerSpread } = state
  const { mode, use, asked } = peerSpread
  if (peer !== told.peer && mayTell(state)) {
    told.peer = peer
    tell(state, { kind: 'peer', peer })
  }
  if (mode !== null && mode !== told.mode && mayTell(state)) {
    told.mode = mode
    tell(state, { kind: 'mode', mode, direction: 'received', by: asked ? 'us' : 'peer' })
  }
  if (use !== told.use && mayTell(state)) {
    told.use = use
    tell(state, { kind: 'use', use, by: 'peer' })
  }
}

function mayTell(state: SessionState): boolean {
  if (state.peerEvents.take(state.nowMs)) return true
  const detail = `The peer changes its mode, use, names or streams over and over; one change each ${limits.peerEventEveryMs / 1000} s is told.`
  tellLimit(state.agent.state, 'peerEvents', detail)
  return false
}
