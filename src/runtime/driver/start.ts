import type { Engine, EngineOptions, EngineSettings } from '../../engine'
import type { TurnAccount } from '../../shared/turn'
import type { InterfaceInfo, Ports } from '../ports'
import { chooseSockets } from './choose'
import type { Driver, DriverCallbacks } from './driver'
import { createDriver } from './driver'
import { resolveStunServers } from './stun-servers'
import { resolveTurnServers } from './turn-servers'

export interface StartOptions {
  readonly role: 'offerer' | 'answerer'
  readonly settings: EngineSettings
  /** Interface names to use; null = those used by default. */
  readonly interfaces: readonly string[] | null
  /** STUN URLs; empty = nothing is contacted. */
  readonly stun: readonly string[]
  readonly turn: readonly TurnAccount[]
  readonly appVersion: string
  readonly os: string
  readonly createEngine: (options: EngineOptions) => Engine
  readonly ports: Ports
  readonly callbacks: DriverCallbacks
  /** Called once, before any callback, when engine time stands at 0. */
  readonly onStarted: (driver: Driver, interfaces: readonly InterfaceInfo[]) => void
}

/**
 * Makes an engine and its driver and gathers: lists interfaces, resolves STUN servers, makes the session's certificate,
 * then opens the sockets. Resolves when the engine has all its sockets; from then on these follow the interfaces.
 */
export async function startDriver(options: StartOptions): Promise<Driver> {
  const { ports, callbacks } = options
  const interfaces = await ports.interfaces.list()
  const [stun, turn, secure] = await Promise.all([
    resolveStunServers(options.stun, ports.datagrams.resolve),
    resolveTurnServers(options.turn, ports.datagrams.resolve),
    ports.secure.create(),
  ])
  const chosen = chooseSockets(interfaces, options.interfaces)
  const names = new Set(chosen.requests.map((request) => request.interfaceName))
  const engine = options.createEngine({
    role: options.role,
    fingerprint: secure.fingerprint,
    primitives: ports.entropy,
    settings: options.settings,
    self: {
      appVersion: options.appVersion,
      os: options.os,
      interfaces: interfaces
        .filter((each) => names.has(each.name))
        .map(({ name, kind, addresses }) => ({ name, kind, addresses: addresses.map((own) => own.address) })),
    },
    stunServers: stun.servers,
    turnServers: turn.servers,
  })
  const { clock, datagrams, streams, counters, entropy } = ports
  const driver = createDriver({ engine, clock, datagrams, streams, counters, entropy, secure, callbacks })
  options.onStarted(driver, interfaces)
  for (const warning of [...stun.warnings, ...turn.warnings, ...chosen.warnings]) callbacks.onWarning(warning)
  await driver.open(chosen.requests)
  driver.follow(ports.interfaces, options.interfaces, interfaces)
  return driver
}
