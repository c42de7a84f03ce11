import {
  createEngine,
  defaultSettings,
  type Description,
  type EngineInput,
  limits,
  type SocketInfo,
} from '../../../src/engine'
import { readSdp } from '../../../src/engine/description'
import { testPrimitives } from '../../../src/engine/testing'
import { demand, demandFinite, type Target, textOf } from '../target'
import { sdp } from './sdp'

const socket: SocketInfo = {
  id: 1,
  local: { family: 4, address: '192.0.2.77', port: 5000 },
  interfaceName: 'eth0',
  interfaceKind: 'ethernet',
  binding: 'emulated',
}
/** Of the session's time, so that checks are sent and given up. */
const untilMs = 4000
const mostSteps = 20_000

/** A session whose peer wrote the description: accepted or refused, answered, and checked for a while. */
export const descriptions: Target = {
  ...sdp,
  name: 'descriptions',
  slowMs: 2000,
  growBytes: limits.sdpBytes,
  run(input) {
    const text = textOf(input)
    runSession('answerer', { type: 'offer', sdp: text })
    runSession('offerer', { type: 'answer', sdp: text })
  },
}

function runSession(role: 'offerer' | 'answerer', description: Description): void {
  const engine = createEngine({
    role,
    fingerprint: Array.from({ length: 32 }, () => 'AA').join(':'),
    primitives: testPrimitives(),
    settings: defaultSettings,
    self: { appVersion: '0.0.0', os: 'test', interfaces: [] },
    stunServers: [],
    turnServers: [],
  })
  let own: Description | undefined
  let refused = false
  let sent = 0
  let starts = 0
  const give = (input: EngineInput, nowMs: number): void => {
    engine.handle(input, nowMs)
    for (let output = engine.poll(); output; output = engine.poll()) {
      if (output.kind === 'local-description') own = output.description
      else if (output.kind === 'description-refused') refused = true
      else if (output.kind === 'transmit') sent += 1
      else if (output.kind === 'secure-start') starts += 1
    }
  }
  give({ kind: 'socket-opened', socket }, 0)
  give({ kind: 'sockets-ready' }, 0)
  give({ kind: 'remote-description', description }, 1)
  demand(own !== undefined || refused, 'a description is answered or refused')
  if (own !== undefined) demand(readSdp(own).kind === 'ok', 'what the engine says of itself is read')
  const taken = readSdp(description)
  demand((taken.kind === 'problem') === refused, 'what is read is taken, and nothing else')
  let nowMs = 1
  for (let steps = 0; ; steps += 1) {
    demand(steps < mostSteps, 'ticks are limited')
    const deadline = engine.nextDeadline()
    if (deadline === undefined || deadline > untilMs) break
    demand(deadline >= nowMs, `no deadline lies in the past, as ${deadline} does at ${nowMs}`)
    nowMs = deadline
    give({ kind: 'tick' }, nowMs)
  }
  demand(starts === 0, 'no session begins before a path works')
  demand(sent <= (untilMs / 1000 + 1) * limits.checksPerSecond, 'checks are limited')
  demandFinite(engine.snapshot(untilMs), 'snapshot')
}
