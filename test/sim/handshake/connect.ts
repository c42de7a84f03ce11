import { createEngine, type Description, defaultSettings } from '../../../src/engine'
import { type Driver, startDriver } from '../../../src/runtime/driver'
import type { Clock, Entropy, SecureSessions } from '../../../src/runtime/ports'
import { createHub, createWorld, type Hub } from '../../../src/sim'
import { type BadNetwork, interfacesOf } from './networks'

/** What is real in one run, and what is modelled. */
export interface Means {
  readonly clock: Clock
  readonly entropy: (side: Side) => Entropy
  readonly secure: (side: Side) => SecureSessions
}

type Side = 'left' | 'right'

export interface Connecting {
  /** When each side's channel opened, ms. */
  readonly openedAtMs: ReadonlyMap<Side, number>
  /** Sentences on what failed. */
  readonly failures: readonly string[]
  /** Called whenever either grows. */
  onChange: () => void
  close(): void
}

/** Starts two Pathscopes on a bad network; each text is carried over at once. */
export async function startConnecting(network: BadNetwork, seed: number, means: Means): Promise<Connecting> {
  const { clock } = means
  const world = createWorld({ seed })
  for (const at of network.paths.keys()) world.addNetwork(`net${at}`)
  for (const each of interfacesOf(network)) world.addInterface(each)
  const hub = createHub({ clock, world })
  const openedAtMs = new Map<Side, number>()
  const failures: string[] = []
  const drivers = new Map<Side, Driver>()

  const start = async (side: Side) => {
    const other = side === 'left' ? 'right' : 'left'
    const driver = await startSide(hub, side, means, {
      onOpen() {
        openedAtMs.set(side, clock.nowMs())
        connecting.onChange()
      },
      onFailure(detail) {
        failures.push(`${side}: ${detail}`)
        connecting.onChange()
      },
      onDescription(description) {
        clock.at(clock.nowMs(), () => {
          const problem = drivers.get(other)?.describe(description)
          if (problem !== undefined) failures.push(`${other} refused the text: ${problem.message}`)
        })
      },
    })
    drivers.set(side, driver)
  }
  const connecting: Connecting = {
    openedAtMs,
    failures,
    onChange: () => undefined,
    close() {
      for (const driver of drivers.values()) driver.close()
      hub.close()
    },
  }
  await start('right')
  await start('left')
  return connecting
}

interface Told {
  onOpen(): void
  onFailure(detail: string): void
  onDescription(description: Description): void
}

function startSide(hub: Hub, side: Side, means: Means, told: Told): Promise<Driver> {
  const host = hub.host(side)
  return startDriver({
    role: side === 'left' ? 'offerer' : 'answerer',
    settings: { ...defaultSettings, snapshotIntervalMs: 5000 },
    interfaces: null,
    stun: [],
    turn: [],
    appVersion: '0',
    os: 'simulated',
    createEngine,
    ports: {
      clock: means.clock,
      entropy: means.entropy(side),
      interfaces: host.interfaces,
      datagrams: host.datagrams,
      counters: host.counters,
      streams: host.streams,
      secure: means.secure(side),
      log: { write: () => undefined },
    },
    callbacks: {
      onEvent(event) {
        if (event.kind === 'channel-state' && event.state === 'open') told.onOpen()
        if (event.kind === 'dtls-state' && event.state === 'failed')
          told.onFailure(event.detail ?? 'DTLS failed')
        if (event.kind === 'ended') told.onFailure(`ended as ${event.reason}: ${event.detail ?? ''}`)
      },
      onSnapshot: () => undefined,
      onLocalDescription: (description) => told.onDescription(description),
      // Such as that this machine is busy, which is no failure.
      onWarning: () => undefined,
      onEnded: () => undefined,
    },
    onStarted: () => undefined,
  })
}
