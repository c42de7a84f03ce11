import type { EmulatedPath, SessionOrder, SessionUpdate } from '../../shared/session'
import { createHub, createWorld, type Hub, type World } from '../../sim'
import type { Ports } from '../ports'
import { type RunningSession, type RunOptions, runSession } from '../session'
import { defaultPreset, emulatedPresets } from './paths'

export interface LoopbackOptions
  extends Omit<RunOptions, 'role' | 'ports'>,
    Omit<Ports, 'interfaces' | 'datagrams' | 'streams' | 'counters'> {}

const ends = { here: 'here', there: 'there' } as const

/**
 * Both ends of a session in one thread, joined by emulated paths in real time. It is told from the offerer's side;
 * offer and answer are exchanged as the texts that a person would paste.
 */
export function runLoopback(options: LoopbackOptions): RunningSession {
  const { clock, entropy, post } = options
  const seed = entropy.random(8).join('.')
  const world = emulate(options.request.emulatedPaths ?? emulatedPresets[defaultPreset] ?? [], seed)
  const hub = createHub({ clock, world })

  /** On the clock's next turn, because an end must not be spoken to while it speaks. */
  const soon = (run: () => void) => void clock.at(clock.nowMs(), run)

  const offerer = runEnd(options, hub, 'offerer', (update) => {
    if (update.kind === 'local-description') {
      soon(() => answerer.order({ kind: 'paste', text: update.text.json }))
    }
    if (update.kind === 'ended') {
      answerer.end('done', null)
      hub.close()
    }
    post(update)
  })
  const answerer = runEnd(options, hub, 'answerer', (update) => {
    if (update.kind === 'local-description') {
      soon(() => offerer.order({ kind: 'paste', text: update.text.json }))
    }
    const broke = brokenBy(update)
    if (broke !== undefined) soon(() => offerer.end('failed', broke))
  })

  return {
    order(order: SessionOrder) {
      if (order.kind !== 'paste') return offerer.order(order)
      const message = 'This session is with this machine itself: it needs no offer or answer.'
      post({ kind: 'paste-refused', problem: { kind: 'not-now', message } })
    },
    end: offerer.end,
  }
}

/** What went wrong on the far end that the near one cannot know. */
function brokenBy(update: SessionUpdate): string | undefined {
  if (update.kind === 'paste-refused') return `The emulated peer refused the offer: ${update.problem.message}`
  if (update.kind !== 'ended' || update.reason !== 'failed') return undefined
  return `The emulated peer failed: ${update.detail ?? 'it did not say why'}`
}

function runEnd(
  options: LoopbackOptions,
  hub: Hub,
  role: 'offerer' | 'answerer',
  post: (update: SessionUpdate) => void,
): RunningSession {
  const { clock, entropy, secure, log, appVersion, os } = options
  const request = { ...options.request, role, interfaces: null, stun: [], turn: [] }
  const host = hub.host(role === 'offerer' ? ends.here : ends.there)
  return runSession({ request, role, appVersion, os, post, ports: { clock, entropy, secure, log, ...host } })
}

/** Each path is a link of its own; addresses are of the range set apart for such tests (RFC 2544). */
function emulate(paths: readonly EmulatedPath[], seed: string): World {
  const world = createWorld({ seed })
  for (const [at, { name, kind, delayMs, jitterMs, lossPercent, rateBps, queueMs }] of paths.entries()) {
    world.addNetwork(name)
    const up = { delayMs, jitterMs, lossPercent, rateBps, queueMs }
    for (const [end, host] of [ends.here, ends.there].entries()) {
      const addresses = [{ family: 4 as const, address: `198.18.${at + 1}.${end + 1}` }]
      world.addInterface({ host, name, kind, addresses, network: name, up })
    }
  }
  return world
}
