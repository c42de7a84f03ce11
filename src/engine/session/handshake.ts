import { openShim, sealShim } from '../frames'
import { type Pair, tellLimit } from '../ice'
import { chooseCarrying } from '../spread'
import { livePairs } from './carriers'
import { descriptionsHashOf, proofKeyOf } from './describe'
import { drop, pairById, type SessionState, tell } from './state'
import { transmitOn } from './transmit'

/** Copies of one handshake frame sent at once, on as many disjoint pairs. */
const handshakeCopies = 4

/** Starts DTLS when a pair works and both descriptions are there (DESIGN, Waiting). */
export function considerSecureStart(state: SessionState): void {
  if (state.secureStarted || state.local === null || state.remote === null || state.agent.state.alive === 0)
    return
  state.secureStarted = true
  const { description, ice } = state.remote
  const weAreOfferer = state.options.role === 'offerer'
  const answererSetup = weAreOfferer ? ice.setup : ice.setup === 'active' ? 'passive' : 'active'
  const answererIsClient = answererSetup !== 'passive'
  state.outbox.push({
    kind: 'secure-start',
    start: {
      dtlsRole: weAreOfferer === answererIsClient ? 'server' : 'client',
      iceRole: weAreOfferer ? 'controlling' : 'controlled',
      peerKind: ice.pathscope === null ? 'stock' : 'pathscope',
      remoteFingerprint: ice.fingerprint,
      sctpPort: ice.sctpPort,
      maxMessageSize: ice.maxMessageSize,
      descriptionsHash: descriptionsHashOf(state, state.local, description),
      proofKey: proofKeyOf(state, ice),
    },
  })
  state.dtls = 'connecting'
  state.channel = 'connecting'
  tell(state, { kind: 'dtls-state', state: 'connecting', detail: null })
  tell(state, { kind: 'channel-state', state: 'connecting' })
}

/** A handshake datagram of ours: through the shim to a Pathscope, once and on the best pair to a stock peer. */
export function sendHandshake(state: SessionState, data: Uint8Array): void {
  if (state.peer.kind === 'pathscope') {
    if (!state.shim.send(data, state.nowMs)) {
      tellLimit(state.agent.state, 'reliableFrames', 'The handshake waits for too many answers.')
    }
    flushShim(state)
    return
  }
  const best = handshakePairs(state)[0]
  if (best !== undefined) transmitOn(state, best, data)
}

/** Sends what the shim wants sent now, each frame on several disjoint pairs. */
export function flushShim(state: SessionState): void {
  const dueAtMs = state.shim.nextDeadline()
  if (state.shimKeys === null || state.agent.state.alive === 0) return
  if (dueAtMs === undefined || dueAtMs > state.nowMs) return
  const pairs = handshakePairs(state)
  const rtos = pairs.map((pair) => pair.rtt.rtoMs())
  if (rtos.length > 0) state.shim.setRto(Math.max(100, Math.min(...rtos)))
  for (let frame = state.shim.poll(state.nowMs); frame; frame = state.shim.poll(state.nowMs)) {
    const sealed = sealShim(state.shimKeys, frame, state.options.primitives)
    for (const pair of pairs) transmitOn(state, pair, sealed)
  }
}

/** A shim frame from the peer; its handshake datagrams reach the secure session in order, exactly once. */
export function takeShim(state: SessionState, data: Uint8Array): boolean {
  const frame = state.shimKeys && openShim(state.shimKeys, data, state.options.primitives)
  if (!frame) {
    drop(state, 'bad-frame')
    return false
  }
  if (state.shim.receive(frame, state.nowMs) === 'bad') drop(state, 'bad-frame')
  passHandshake(state)
  flushShim(state)
  return true
}

/** Hands on what arrived in order, once the secure session listens. */
export function passHandshake(state: SessionState): void {
  if (!state.secureStarted) return
  for (let data = state.shim.next(); data; data = state.shim.next()) {
    state.outbox.push({ kind: 'secure-handshake', data })
  }
}

function handshakePairs(state: SessionState): Pair[] {
  const live = livePairs(state)
  const chosen = chooseCarrying(live, 'disjoint', [])
  return chosen.slice(0, handshakeCopies).flatMap((id) => pairById(state, id) ?? [])
}
