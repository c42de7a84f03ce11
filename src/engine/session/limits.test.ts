import { expect, test } from 'vitest'
import type { SocketInfo, TransportAddress } from '../face/address'
import type { EngineEvent } from '../face/event'
import { limits } from '../face/limits'
import { defaultSettings } from '../face/settings'
import { encodeStun, parseStun } from '../stun'
import { pairOfEngines, testPrimitives } from '../testing'
import { createEngine } from './index'

const limitsTold = (events: readonly EngineEvent[]) =>
  events.flatMap((event) => (event.kind === 'limit' ? [event.limit] : []))

/** Connected, and then nothing of the peer arrives any more. */
function connectedToSilence() {
  const world = pairOfEngines([{ delayMs: 5, loss: 0, up: true }])
  world.connect()
  world.runUntil(3000)
  world.lose(1, true)
  expect(limitsTold(world.hosts[0].events)).toEqual([])
  return world
}

test('control texts beyond what may wait for a silent peer are not sent, and that is told once', () => {
  const world = connectedToSilence()
  for (let i = 0; i < limits.reliableFrames + 50; i += 1) {
    const mode = i % 2 === 0 ? 'weighted' : 'redundant'
    world.give(0, { kind: 'command', command: { kind: 'set-mode', direction: 'sent', mode } })
  }
  expect(limitsTold(world.hosts[0].events)).toEqual(['reliableFrames'])
})

test('handshake datagrams beyond what may wait are not sent, and that is told once', () => {
  const world = connectedToSilence()
  for (let i = 0; i < limits.reliableFrames; i += 1)
    world.give(0, { kind: 'secure-handshake', data: Uint8Array.of(22, 9, i) })
  expect(limitsTold(world.hosts[0].events)).toEqual([])
  for (let i = 0; i < 3; i += 1) world.give(0, { kind: 'secure-handshake', data: Uint8Array.of(22, 9, i) })
  expect(limitsTold(world.hosts[0].events)).toEqual(['reliableFrames'])
})

test('of more addresses of ours than a description holds the rest is left out, and that is told once', () => {
  const primitives = testPrimitives(1)
  const servers = [1, 2, 3].map((last): { url: string; address: TransportAddress } => ({
    url: `stun:${last}`,
    address: { family: 4, address: `192.0.2.${last}`, port: 3478 },
  }))
  const engine = createEngine({
    role: 'offerer',
    fingerprint: Array.from({ length: 32 }, () => 'AA').join(':'),
    primitives,
    settings: defaultSettings,
    self: { appVersion: '0', os: 'test', interfaces: [] },
    stunServers: servers,
    turnServers: [],
  })
  const events: EngineEvent[] = []
  const questions: { socketId: number; to: TransportAddress; data: Uint8Array }[] = []
  let sdp = ''
  const drain = () => {
    for (let output = engine.poll(); output; output = engine.poll()) {
      if (output.kind === 'event') events.push(output.event)
      if (output.kind === 'transmit') questions.push(output)
      if (output.kind === 'local-description') sdp = output.description.sdp
    }
  }
  for (let id = 1; id <= limits.sockets; id += 1) {
    engine.handle({ kind: 'socket-opened', socket: socketOf(id) }, 0)
    drain()
  }
  engine.handle({ kind: 'sockets-ready' }, 0)
  drain()
  engine.handle({ kind: 'tick' }, 1)
  drain()
  for (const [at, { socketId, to, data }] of questions.entries()) {
    const parsed = parseStun(data)
    if (parsed.kind !== 'stun') throw new Error(parsed.detail)
    const { transactionId } = parsed.message
    const xorMappedAddress: TransportAddress = { family: 4, address: '198.51.100.1', port: 1000 + at }
    const answer = { class: 'success', method: 1, transactionId, attributes: { xorMappedAddress } } as const
    const bytes = encodeStun(answer, null, primitives)
    engine.handle({ kind: 'datagram', socketId, from: to, data: bytes, receivedAtMs: 2 }, 2)
    drain()
  }
  expect(questions).toHaveLength(3 * limits.sockets)
  expect(sdp.match(/a=candidate/g)).toHaveLength(limits.localCandidates)
  expect(sdp.match(/typ host/g)).toHaveLength(limits.sockets)
  expect(limitsTold(events)).toEqual(['localCandidates'])
})

function socketOf(id: number): SocketInfo {
  const local = { family: 4, address: `10.0.0.${id}`, port: 5000 } as const
  return { id, local, interfaceName: `if${id}`, interfaceKind: 'ethernet', binding: 'device' }
}
