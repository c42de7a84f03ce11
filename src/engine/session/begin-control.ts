import type { EngineInput } from '../face/io'
import { limits } from '../face/limits'
import { behindFeature } from '../feedback'
import { createControlSealer, restsFeature } from '../frames'
import { createReliable } from '../reliable'
import { sendText } from './control'
import { ownCandidates } from './own-candidates'
import { reportIntervalMs } from './report-counts'
import { type SessionState, tell } from './state'
import { beginStreams } from './streams'

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
  const features = ['streams', restsFeature, behindFeature]
  sendText(state, { t: 'hello', appVersion, os, interfaces, candidates, features })
  sendText(state, { t: 'mode', mode: state.mode, use: state.use })
  state.timers.set('report', state.nowMs + reportIntervalMs)
}
