import {
  createEngine,
  defaultSettings,
  type Description,
  type EngineEvent,
  type EngineSnapshot,
  type SocketInfo,
} from '../../src/engine'
import { type Driver, startDriver } from '../../src/runtime/driver'
import type { Clock } from '../../src/runtime/ports'
import { createSeededEntropy, type HostPorts, modelSecure, type Random } from '../../src/sim'
import { checkEngine, type EngineCounts, type Report } from './checked-engine'
import { checkSecure, type MessageFlow } from './checked-secure'
import { type Scenario, type Side, stunName, stunPort } from './scenario'

/** One side of a simulated session. */
export interface End {
  readonly side: Side
  readonly driver: Driver
  readonly counts: EngineCounts
  readonly sockets: readonly SocketInfo[]
  readonly events: readonly EngineEvent[]
  readonly warnings: readonly string[]
  /** The last one told. */
  snapshot(): EngineSnapshot | undefined
  ended(): boolean
}

export interface EndOptions {
  readonly scenario: Scenario
  readonly side: Side
  readonly clock: Clock
  readonly host: HostPorts
  readonly random: Random
  readonly outward: MessageFlow
  readonly inward: MessageFlow
  readonly report: Report
  readonly onEvent: (event: EngineEvent) => void
  readonly onDescription: (description: Description) => void
  readonly onSnapshot: (snapshot: EngineSnapshot) => void
}

/** Starts a session's side as the worker does, in the simulated world and with every step checked. */
export async function startEnd(options: EndOptions): Promise<End> {
  const { scenario, side, clock, random, report } = options
  const entropy = createSeededEntropy(random)
  const counts: EngineCounts = {
    transmitted: 0,
    transmittedBytes: 0,
    datagramsTaken: 0,
    streamPackets: new Set(),
  }
  const events: EngineEvent[] = []
  const warnings: string[] = []
  const sockets: SocketInfo[] = []
  let last: EngineSnapshot | undefined
  let ended = false

  const { open } = options.host.datagrams
  const datagrams = Object.assign(options.host.datagrams, {
    open: async (request: Parameters<typeof open>[0]) => {
      const result = await open(request)
      if (result.kind === 'opened') sockets.push(result.socket)
      return result
    },
  })
  const hasStun = scenario.interfaces.some((each) => each.host === 'stun')
  const secure = checkSecure(
    modelSecure(clock, entropy),
    () => clock.nowMs(),
    options.outward,
    options.inward,
    report,
  )
  const driver = await startDriver({
    role: side === 'left' || scenario.roleConflict ? 'offerer' : 'answerer',
    settings: { ...defaultSettings, snapshotIntervalMs: 1000, ...scenario.settings },
    interfaces: scenario.chosen?.[side] ?? null,
    stun: hasStun ? [`stun:${stunName}:${stunPort}`] : [],
    turn: turnOf(scenario),
    appVersion: '0',
    os: 'simulated',
    createEngine: (engineOptions) => checkEngine(createEngine(engineOptions), counts, report),
    ports: {
      clock,
      entropy,
      interfaces: options.host.interfaces,
      datagrams,
      counters: options.host.counters,
      streams: options.host.streams,
      secure,
      log: { write: () => undefined },
    },
    callbacks: {
      onEvent(event) {
        events.push(event)
        options.onEvent(event)
      },
      onSnapshot(snapshot) {
        last = snapshot
        options.onSnapshot(snapshot)
      },
      onLocalDescription: options.onDescription,
      onWarning: (warning) => warnings.push(warning.message),
      onEnded() {
        ended = true
      },
    },
    onStarted: () => undefined,
  })
  return { side, driver, counts, sockets, events, warnings, snapshot: () => last, ended: () => ended }
}

function turnOf({ turn }: Scenario): { url: string; username: string; password: string }[] {
  if (turn === undefined) return []
  const { username, password } = turn
  return [{ url: `turn:${stunName}:${stunPort}`, username, password }]
}
