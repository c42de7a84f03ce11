import { expect, test } from 'vitest'
import { defaultSettings } from '../../engine'
import type { EmulatedPath, SessionUpdate } from '../../shared/session'
import { createRandom, createSeededEntropy, createVirtualClock, modelSecure } from '../../sim'
import { runLoopback } from './run-loopback'

const path = (name: string, delayMs: number): EmulatedPath => ({
  name,
  kind: 'wifi',
  delayMs,
  jitterMs: 0,
  lossPercent: 0,
  rateBps: null,
  queueMs: 100,
})

function start(emulatedPaths: readonly EmulatedPath[] | null) {
  const clock = createVirtualClock()
  const entropy = createSeededEntropy(createRandom('loopback'))
  const updates: SessionUpdate[] = []
  const session = runLoopback({
    request: {
      id: '',
      role: 'loopback',
      title: '',
      settings: defaultSettings,
      interfaces: ['eth0'],
      stun: ['stun:nobody.example'],
      turn: [],
      emulatedPaths,
      durationSeconds: 5,
      connectTimeoutSeconds: null,
    },
    appVersion: '0',
    os: 'test',
    clock,
    entropy,
    secure: modelSecure(clock, entropy),
    log: { write: () => undefined },
    post: (update) => updates.push(update),
  })
  const run = async (untilMs: number) => {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve()
    clock.runUntil(untilMs)
  }
  const last = () => {
    const told = updates.filter((update) => update.kind === 'snapshot').at(-1)
    if (told?.kind !== 'snapshot') throw new Error('no snapshot')
    return told.snapshot
  }
  return { session, updates, run, last }
}

test('each pair has the delay of the links that its two ends send by', async () => {
  const { run, last, updates } = start([path('fast', 10), path('slow', 50)])
  await run(4000)
  const rtts = last().pairs.map((pair) => [pair.label, Math.round(pair.rttMs?.min ?? 0)])
  expect(Object.fromEntries(rtts)).toEqual({
    'fast → fast': 20,
    'slow → slow': 100,
    'fast → slow': 60,
    'slow → fast': 60,
  })
  expect(last().pairs.map((pair) => pair.local.binding)).toEqual([
    'emulated',
    'emulated',
    'emulated',
    'emulated',
  ])
  expect(updates.filter((update) => update.kind === 'warning')).toEqual([])
})

test('it ends after its duration with every message there, told from the offerer’s side', async () => {
  const { run, updates, last } = start(null)
  await run(20_000)
  expect(updates[0]?.kind).toBe('started')
  expect(updates.at(-1)).toMatchObject({ kind: 'ended', reason: 'done' })
  expect(updates.filter((update) => update.kind === 'ended')).toHaveLength(1)
  expect(last().role).toBe('offerer')
  expect(last().pairs).toHaveLength(9)
  expect(last().messages.map((stream) => stream.missing)).toEqual([0, 0])
})

test('a pasted text is refused, since it has nobody to go to', async () => {
  const { session, run, updates } = start(null)
  await run(100)
  session.order({ kind: 'paste', text: '{}' })
  expect(updates.at(-1)).toMatchObject({ kind: 'paste-refused', problem: { kind: 'not-now' } })
})

test('stop ends both sides', async () => {
  const { session, run, updates } = start(null)
  await run(3000)
  session.order({ kind: 'stop' })
  await run(8000)
  expect(updates.at(-1)).toMatchObject({ kind: 'ended', reason: 'done', detail: null })
})
