import { expect, test } from 'vitest'
import { defaultSettings } from '../../engine'
import type { SessionRequest, SessionUpdate } from '../../shared/session'
import {
  createHub,
  createRandom,
  createSeededEntropy,
  createVirtualClock,
  createWorld,
  modelSecure,
} from '../../sim'
import type { Interfaces } from '../ports'
import { runSession } from './run-session'

function makeWorld() {
  const clock = createVirtualClock()
  const world = createWorld({ seed: 1 })
  world.addNetwork('net')
  for (const [at, host] of ['left', 'right'].entries()) {
    const addresses = [{ family: 4 as const, address: `198.18.0.${at + 1}` }]
    world.addInterface({
      host,
      name: 'eth0',
      kind: 'ethernet',
      addresses,
      network: 'net',
      up: { delayMs: 5 },
    })
  }
  const hub = createHub({ clock, world })

  function start(
    host: string,
    role: 'offerer' | 'answerer',
    changes: Partial<SessionRequest> = {},
    interfaces?: Interfaces,
  ) {
    const updates: SessionUpdate[] = []
    const entropy = createSeededEntropy(createRandom(host))
    const ports = hub.host(host)
    const session = runSession({
      role,
      appVersion: '1.2.3',
      os: 'test',
      post: (update) => updates.push(update),
      request: {
        id: '',
        role,
        title: '',
        settings: defaultSettings,
        interfaces: null,
        stun: [],
        turn: [],
        emulatedPaths: null,
        durationSeconds: null,
        connectTimeoutSeconds: null,
        ...changes,
      },
      ports: {
        clock,
        entropy,
        interfaces: interfaces ?? ports.interfaces,
        datagrams: ports.datagrams,
        counters: ports.counters,
        streams: ports.streams,
        secure: modelSecure(clock, entropy),
        log: { write: () => undefined },
      },
    })
    const kinds = () =>
      updates.map((update) => update.kind).filter((kind) => kind !== 'event' && kind !== 'snapshot')
    const text = () => {
      const told = updates.find((update) => update.kind === 'local-description')
      return told?.kind === 'local-description' ? told.text : undefined
    }
    return { session, updates, kinds, text }
  }

  /** Lets what waits on promises run, then time. */
  async function pass(ms: number): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    clock.runUntil(clock.nowMs() + ms)
  }
  return { start, pass }
}

test('two sessions tell their texts, connect when these are pasted, and end together', async () => {
  const { start, pass } = makeWorld()
  const left = start('left', 'offerer', { durationSeconds: 5 })
  const right = start('right', 'answerer')
  await pass(100)
  expect(left.kinds()).toEqual(['started', 'local-description'])
  right.session.order({ kind: 'paste', text: left.text()?.compact ?? '' })
  await pass(100)
  expect(right.kinds()).toEqual(['started', 'paste-accepted', 'local-description'])
  left.session.order({ kind: 'paste', text: right.text()?.json ?? '' })
  await pass(10_000)
  for (const { updates } of [left, right]) {
    expect(updates.at(-1)).toMatchObject({ kind: 'ended', reason: 'done' })
    expect(updates.at(-2)?.kind).toBe('snapshot')
    expect(updates.filter((update) => update.kind === 'ended')).toHaveLength(1)
  }
})

test('an order that comes before the sockets are open is obeyed when they are', async () => {
  const { start, pass } = makeWorld()
  const left = start('left', 'offerer')
  left.session.order({ kind: 'paste', text: 'hello' })
  expect(left.updates).toEqual([])
  await pass(10)
  expect(left.kinds()).toContain('paste-refused')
})

test('a text that cannot be used is refused and changes nothing', async () => {
  const { start, pass } = makeWorld()
  const left = start('left', 'offerer')
  await pass(100)
  left.session.order({ kind: 'paste', text: left.text()?.json ?? '' })
  left.session.order({ kind: 'paste', text: '{"type":"answer","sdp":"v=0"}' })
  expect(left.kinds()).toEqual(['started', 'local-description', 'paste-refused', 'paste-refused'])
})

test('stop before anything is there ends at once', async () => {
  const { start, pass } = makeWorld()
  const left = start('left', 'offerer')
  left.session.order({ kind: 'stop' })
  expect(left.kinds()).toEqual(['ended'])
  await pass(1000)
  expect(left.kinds()).toEqual(['ended'])
})

test('a failure while starting ends the session as failed, with the reason', async () => {
  const { start, pass } = makeWorld()
  const broken = { list: () => Promise.reject(new Error('no such thing')) }
  const left = start('left', 'offerer', {}, broken)
  await pass(10)
  expect(left.updates).toEqual([{ kind: 'ended', atMs: 0, reason: 'failed', detail: 'no such thing' }])
})

test('a connect timeout ends with a last snapshot and says that nothing connected', async () => {
  const { start, pass } = makeWorld()
  const left = start('left', 'offerer', { connectTimeoutSeconds: 2 })
  const right = start('right', 'answerer')
  await pass(100)
  right.session.order({ kind: 'paste', text: left.text()?.json ?? '' })
  await pass(100)
  right.session.end('done', null)
  left.session.order({ kind: 'paste', text: right.text()?.json ?? '' })
  await pass(3000)
  expect(left.updates.at(-1)).toMatchObject({ kind: 'ended', reason: 'not-connected' })
  expect(left.updates.at(-2)?.kind).toBe('snapshot')
})
