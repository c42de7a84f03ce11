import { defaultSettings } from '../../engine'
import type { EmulatedPath, SessionUpdate } from '../../shared/session'
import { createVirtualClock, modelSecure, type VirtualClock } from '../../sim'
import type { Clock, Entropy } from '../ports'
import type { RunningSession } from '../session'
import { runLoopback } from './run-loopback'

/** Done at once at most, ms: what else the thread has to do waits no longer. */
const sliceMs = 2
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
 * between two engines in memory, in virtual time, until the answer is there, or a path works. So the code that every packet
 * runs through is compiled before the first one is measured: cold it takes several times as long, and a machine that is late
 * by that measures itself. Nothing leaves the thread, and what breaks in it breaks nothing else.
 */
export function warmUpBefore(
  clock: Clock,
  entropy: Entropy,
  post: (update: SessionUpdate) => void,
): (update: SessionUpdate) => void {
  let warmUp: WarmUp | undefined
  return (update) => {
    if (update.kind === 'local-description') warmUp ??= createWarmUp(clock, entropy)
    if (needsThread(update)) warmUp?.stop()
    post(update)
  }
}

function needsThread(update: SessionUpdate): boolean {
  if (update.kind === 'paste-accepted') return update.type === 'answer'
  if (update.kind !== 'event') return update.kind === 'ended'
  return update.event.kind === 'ice-state' && update.event.state === 'connected'
}

interface WarmUp {
  stop(): void
}

function createWarmUp(clock: Clock, entropy: Entropy): WarmUp {
  let virtual: VirtualClock | undefined = createVirtualClock()
  let session: RunningSession | undefined
  let workedMs = 0
  /** Also lets go of all that it holds. */
  const stop = (): void => {
    const ending = session
    virtual = session = undefined
    harmless(() => ending?.end('done', null))
  }
  const work = (): void => {
    const startMs = clock.nowMs()
    while (clock.nowMs() < startMs + sliceMs && virtual?.step(virtualMs)) {
      // Each step runs one timer.
    }
    workedMs += clock.nowMs() - startMs
    if (virtual === undefined || virtual.nowMs() >= virtualMs || workedMs >= mostWorkMs) stop()
    else goOn()
  }
  const goOn = (): void => {
    clock.at(clock.nowMs(), () => {
      if (virtual !== undefined && !harmless(work)) stop()
    })
  }
  const own = virtual
  harmless(() => {
    session = rehearse(own, entropy)
    goOn()
  })
  return { stop }
}

/** False when it broke: the session does without, and what is broken it will meet itself, and tell. */
function harmless(run: () => void): boolean {
  try {
    run()
    return true
  } catch {
    return false
  }
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
