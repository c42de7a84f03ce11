import { expect, test } from 'vitest'
import { defaultSettings, type EngineEvent } from '../../engine'
import type { SessionRequest } from '../../shared/session'
import { createVirtualClock } from '../../sim'
import { createLifecycle } from './lifecycle'

function make(role: 'offerer' | 'answerer', changes: Partial<SessionRequest> = {}) {
  const clock = createVirtualClock()
  const log: string[] = []
  const request: SessionRequest = {
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
  }
  const lifecycle = createLifecycle(request, role, clock, {
    finish: () => log.push(`finish at ${clock.nowMs()}`),
    end: (reason, detail) => log.push(`${reason} at ${clock.nowMs()}: ${detail}`),
  })
  return { clock, lifecycle, log }
}

const pairUp: EngineEvent = {
  kind: 'pair-state',
  pairId: 1,
  label: '',
  from: 'checking',
  to: 'up',
  afterMs: 0,
  atMs: 0,
}
const open: EngineEvent = { kind: 'channel-state', state: 'open', atMs: 0 }

test('waiting for an answer has no limit', () => {
  const { clock, log } = make('offerer')
  clock.runUntil(86_400_000)
  expect(log).toEqual([])
})

test('an offerer gives up 60 s after both descriptions were there when no pair answered', () => {
  const { clock, lifecycle, log } = make('offerer')
  clock.runUntil(10_000)
  lifecycle.bothDescribed()
  clock.runUntil(200_000)
  expect(log).toHaveLength(1)
  expect(log[0]).toMatch(/^not-connected at 70000: No pair/)
})

test('an offerer whose pairs work but whose channel does not open ends as failed', () => {
  const { clock, lifecycle, log } = make('offerer', { connectTimeoutSeconds: 5 })
  lifecycle.bothDescribed()
  lifecycle.event(pairUp)
  clock.runUntil(60_000)
  expect(log).toHaveLength(1)
  expect(log[0]).toMatch(/^failed at 5000: Addresses answered/)
})

test('an answerer waits for its answer to be carried over, an hour unless asked otherwise', () => {
  const patient = make('answerer')
  patient.lifecycle.bothDescribed()
  patient.clock.runUntil(3_599_000)
  expect(patient.log).toEqual([])
  patient.clock.runUntil(3_600_000)
  expect(patient.log[0]).toMatch(/^not-connected/)
})

test('an open channel ends the waiting and starts the duration, once', () => {
  const { clock, lifecycle, log } = make('offerer', { durationSeconds: 20 })
  lifecycle.bothDescribed()
  clock.runUntil(3000)
  lifecycle.event(open)
  clock.runUntil(10_000)
  lifecycle.event(open)
  clock.runUntil(24_000)
  expect(log).toEqual(['finish at 23000'])
})

test('a goodbye that stays unanswered ends the session after 5 s all the same', () => {
  const { clock, lifecycle, log } = make('offerer')
  lifecycle.stop()
  lifecycle.stop()
  clock.runUntil(60_000)
  expect(log).toEqual(['finish at 0', 'done at 5000: The other side did not answer the goodbye.'])
})

test('nothing happens after it is closed', () => {
  const { clock, lifecycle, log } = make('offerer', { connectTimeoutSeconds: 1 })
  lifecycle.bothDescribed()
  lifecycle.close()
  clock.runUntil(60_000)
  expect(log).toEqual([])
})
