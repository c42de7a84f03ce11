import { defaultSettings } from '../../engine'
import type { EmulatedPath, SessionUpdate } from '../../shared/session'
import { createVirtualClock, modelSecure } from '../../sim'
import type { Clock, Entropy } from '../ports'
import type { RunningSession } from '../session'
import { runLoopback } from './run-loopback'

/** Done at once at most, ms: what else the thread has to do waits no longer. */
const sliceMs = 4
/** It is over after so much virtual time, ms, in which some 8,000 packets go each way; */
const virtualMs = 2000
/** or after so much work, ms. */
const mostWorkMs = 2000

const paths: readonly EmulatedPath[] = [
  {
    name: 'one',
    kind: 'ethernet',
    delayMs: 5,
    jitterMs: 0,
    lossPercent: 0,
    rateBps: 40_000_000,
    queueMs: 50,
  },
  { name: 'two', kind: 'wifi', delayMs: 10, jitterMs: 2, lossPercent: 1, rateBps: 20_000_000, queueMs: 100 },
]

/**
 * Takes over what a session has to tell, and from its description on, while a person carries that over, sends streams
 * between two engines in memory, in virtual time, until a path of the session works. So the code that every packet runs
 * through is compiled before the first one is measured: cold it takes several times as long, and a machine that is late by
 * that measures itself. Nothing leaves the thread.
 */
export function warmUpBefore(
  clock: Clock,
  entropy: Entropy,
  post: (update: SessionUpdate) => void,
): (update: SessionUpdate) => void {
  let stop: (() => void) | undefined
  return (update) => {
    if (update.kind === 'local-description') stop ??= warmUp(clock, entropy)
    if (needsThread(update)) stop?.()
    post(update)
  }
}

function needsThread(update: SessionUpdate): boolean {
  if (update.kind !== 'event') return update.kind === 'ended'
  return update.event.kind === 'ice-state' && update.event.state === 'connected'
}

function warmUp(clock: Clock, entropy: Entropy): () => void {
  const virtual = createVirtualClock()
  const session = rehearse(virtual, entropy)
  let isOver = false
  let workedMs = 0
  const stop = (): void => {
    if (isOver) return
    isOver = true
    session.end('done', null)
  }
  const work = (): void => {
    if (isOver) return
    const startMs = clock.nowMs()
    try {
      while (clock.nowMs() < startMs + sliceMs && virtual.step(virtualMs)) {
        // Each step runs one timer.
      }
    } catch {
      // The session does without; what is broken it will meet itself, and tell.
      return stop()
    }
    workedMs += clock.nowMs() - startMs
    if (virtual.nowMs() >= virtualMs || workedMs >= mostWorkMs) stop()
    else clock.at(clock.nowMs(), work)
  }
  clock.at(clock.nowMs(), work)
  return stop
}

function rehearse(virtual: Clock, entropy: Entropy): RunningSession {
  return runLoopback({
    request: {
      id: '',
      role: 'loopback',
      title: '',
      settings: { ...defaultSettings, mode: 'weighted', streams: [{ kind: 'bulk' }] },
      interfaces: null,
      stun: [],
      turn: [],
      emulatedPaths: paths,
      durationSeconds: null,
      connectTimeoutSeconds: null,
    },
    appVersion: '',
    os: '',
    clock: virtual,
    entropy,
    secure: modelSecure(virtual, entropy),
    log: { write: () => undefined },
    post: () => undefined,
  })
}
