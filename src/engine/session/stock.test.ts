import { expect, test } from 'vitest'
import { chromiumOffer } from '../description/testing/samples'
import { utf8 } from '../bytes'
import type { TransportAddress } from '../face/address'
import type { EngineInput, EngineOutput } from '../face/io'
import { defaultSettings } from '../face/settings'
import { encodeStun, parseStun } from '../stun'
import { testPrimitives } from '../testing/primitives'
import { createEngine } from './engine'

/** An engine whose peer is a browser; without a network. */
function withBrowser() {
  const primitives = testPrimitives(1)
  const engine = createEngine({
    role: 'answerer',
    fingerprint: Array<string>(32).fill('AB').join(':'),
    primitives,
    settings: { ...defaultSettings, messages: { enabled: true, ratePerSecond: 10, sizeBytes: 64 } },
    self: { appVersion: '0', os: 'test', interfaces: [] },
    stunServers: [],
    turnServers: [],
  })
  const outputs: EngineOutput[] = []
  const give = (input: EngineInput, nowMs: number): void => {
    engine.handle(input, nowMs)
    for (let output = engine.poll(); output; output = engine.poll()) outputs.push(output)
  }
  const sent = (): Uint8Array[] =>
    outputs.flatMap((output) => (output.kind === 'secure-message' ? [output.data] : []))
  const ended = (): unknown => outputs.find(({ kind }) => kind === 'ended')
  give({ kind: 'remote-description', description: { type: 'offer', sdp: chromiumOffer } }, 0)

  /** Has the engine's first check to the browser answered. */
  function connectOver(from: TransportAddress) {
    const local: TransportAddress = { family: 4, address: '192.0.2.20', port: 5000 }
    const names = { interfaceName: 'eth0', interfaceKind: 'ethernet', binding: 'emulated' } as const
    give({ kind: 'socket-opened', socket: { id: 1, local, ...names } }, 0)
    give({ kind: 'sockets-ready' }, 0)
    give({ kind: 'tick' }, engine.nextDeadline() ?? 0)
    const checks = outputs.flatMap((output) => (output.kind === 'transmit' ? [parseStun(output.data)] : []))
    for (const check of checks) {
      if (check.kind === 'malformed') throw new Error('the engine sent what it cannot read')
      const { method, transactionId } = check.message
      const message = {
        class: 'success',
        method,
        transactionId,
        attributes: { xorMappedAddress: local },
      } as const
      const data = encodeStun(message, utf8('by2GZGG1lw+040DWA6hXM5Bz'), primitives)
      give({ kind: 'datagram', socketId: 1, from, data, receivedAtMs: 40 }, 40)
    }
    return { socketId: 1, from }
  }
  return { engine, give, outputs, sent, ended, connectOver }
}

/** With the channel open and the first message sent. */
function talking() {
  const session = withBrowser()
  session.give({ kind: 'secure-channel-open' }, 0)
  session.give({ kind: 'tick' }, 0)
  return session
}

test('messages that a stock peer sends back are round trips of ours and none of the peer', () => {
  const { engine, give, sent } = talking()
  for (const data of sent()) give({ kind: 'secure-message', data }, 30)
  const [ours, theirs] = engine.snapshot(30).messages
  expect(ours).toMatchObject({ sent: 1, received: null, missing: null, roundTripMs: { n: 1, p50: 30 } })
  expect(theirs).toMatchObject({ sent: null, received: 0, missing: null })
})

test('a session with a stock peer ends as soon as all messages are back', () => {
  const { give, sent, ended } = talking()
  give({ kind: 'command', command: { kind: 'finish' } }, 10)
  expect(ended()).toBeUndefined()
  for (const data of sent()) give({ kind: 'secure-message', data }, 30)
  expect(ended()).toBeDefined()
})

test('a session with a stock peer that sends nothing back ends half a second later', () => {
  const { engine, give, ended } = talking()
  give({ kind: 'command', command: { kind: 'finish' } }, 10)
  for (let atMs = engine.nextDeadline() ?? 510; atMs < 510; atMs = engine.nextDeadline() ?? 510)
    give({ kind: 'tick' }, atMs)
  expect(ended()).toBeUndefined()
  give({ kind: 'tick' }, 510)
  expect(ended()).toBeDefined()
})

test('a record that a stock peer sends right behind its Finished is kept until ours is done', () => {
  const { give, outputs, connectOver } = withBrowser()
  const socket = connectOver({ family: 4, address: '192.0.2.10', port: 52133 })
  expect(outputs.some(({ kind }) => kind === 'secure-start')).toBe(true)
  const record = Uint8Array.of(23, 254, 253, 0, 1, 0, 0, 0, 0, 0, 1, 0, 2, 7, 7)
  give({ kind: 'datagram', ...socket, data: record, receivedAtMs: 50 }, 50)
  give({ kind: 'secure-connected', exporter: new Uint8Array(32), srtpExporter: new Uint8Array(56) }, 60)
  const opened = outputs.filter((output) => output.kind === 'secure-open')
  expect(opened.map((output) => output.kind === 'secure-open' && output.record)).toEqual([record])
})

test('nothing of our own goes to a stock peer, and a handshake datagram goes out once although two pairs live', () => {
  const { engine, give, outputs, connectOver } = withBrowser()
  connectOver({ family: 4, address: '192.0.2.10', port: 52133 })
  connectOver({ family: 4, address: '198.51.100.7', port: 52133 })
  expect(engine.snapshot(40).pairs.filter(({ state }) => state === 'up')).toHaveLength(2)
  const flight = Uint8Array.of(22, 254, 253, 1, 2, 3)
  give({ kind: 'secure-handshake', data: flight }, 50)
  give({ kind: 'secure-connected', exporter: new Uint8Array(32), srtpExporter: new Uint8Array(56) }, 60)
  for (let atMs = 70; atMs < 3000; atMs = engine.nextDeadline() ?? 3000) give({ kind: 'tick' }, atMs)
  const sent = outputs.flatMap((output) => (output.kind === 'transmit' ? [output.data] : []))
  const [checks, others] = [sent.filter(([first]) => first! < 4), sent.filter(([first]) => first! >= 4)]
  expect(others).toEqual([flight])
  expect(checks.length).toBeGreaterThan(10)
  for (const check of checks.map(parseStun)) {
    if (check.kind === 'malformed') throw new Error('the engine sent what it cannot read')
    expect(check.message.attributes.pathscope).toBeUndefined()
  }
})
