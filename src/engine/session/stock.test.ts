import { expect, test } from 'vitest'
import { chromiumOffer } from '../description/testing/samples'
import type { EngineInput, EngineOutput } from '../face/io'
import { defaultSettings } from '../face/settings'
import { testPrimitives } from '../testing/primitives'
import { createEngine } from './engine'

/** An engine whose peer is a browser and whose channel is open; without a network. */
function withBrowser() {
  const engine = createEngine({
    role: 'answerer',
    fingerprint: Array<string>(32).fill('AB').join(':'),
    primitives: testPrimitives(1),
    settings: { ...defaultSettings, messages: { enabled: true, ratePerSecond: 10, sizeBytes: 64 } },
    self: { appVersion: '0', os: 'test', interfaces: [] },
    stunServers: [],
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
  give({ kind: 'secure-channel-open' }, 0)
  give({ kind: 'tick' }, 0)
  return { engine, give, sent, ended }
}

test('messages that a stock peer sends back are round trips of ours and none of the peer', () => {
  const { engine, give, sent } = withBrowser()
  for (const data of sent()) give({ kind: 'secure-message', data }, 30)
  const [ours, theirs] = engine.snapshot(30).messages
  expect(ours).toMatchObject({ sent: 1, received: null, missing: null, roundTripMs: { n: 1, p50: 30 } })
  expect(theirs).toMatchObject({ sent: null, received: 0, missing: null })
})

test('a session with a stock peer ends as soon as all messages are back', () => {
  const { give, sent, ended } = withBrowser()
  give({ kind: 'command', command: { kind: 'finish' } }, 10)
  expect(ended()).toBeUndefined()
  for (const data of sent()) give({ kind: 'secure-message', data }, 30)
  expect(ended()).toBeDefined()
})

test('a session with a stock peer that sends nothing back ends half a second later', () => {
  const { engine, give, ended } = withBrowser()
  give({ kind: 'command', command: { kind: 'finish' } }, 10)
  for (let atMs = engine.nextDeadline() ?? 510; atMs < 510; atMs = engine.nextDeadline() ?? 510)
    give({ kind: 'tick' }, atMs)
  expect(ended()).toBeUndefined()
  give({ kind: 'tick' }, 510)
  expect(ended()).toBeDefined()
})
