/** What a scenario's plan says of its paths before anything runs. */
import { defaultSettings, type EngineSettings, type Mode } from '../../src/engine'
import type { Impairments, WorldInterface } from '../../src/sim'
import { type Scenario, type Side, sides } from './scenario'

/** Where `Impairments.queueMs` is left out, ms. */
const usualQueueMs = 100

/** What a path's narrowest link does, at the most that it ever does in the scenario. */
export interface PathPlan {
  /** IP packets; Infinity = no link has a limit. */
  readonly rateBps: number
  /** Both ways without any queue, ms. */
  readonly roundTripMs: number
  /** The longest wait in front of all limited links on the way to the peer, ms. */
  readonly queueMs: number
}

export function settingsOf({ settings }: Scenario): EngineSettings {
  return { ...defaultSettings, ...settings }
}

/** The mode in which a side sends at that time. */
export function modeAt(scenario: Scenario, side: Side, atMs: number): Mode {
  let { mode } = settingsOf(scenario)
  for (const change of scenario.changes) {
    if (change.kind !== 'command' || change.side !== side || change.atMs > atMs) continue
    const { command } = change
    if (command.kind === 'set-mode' && command.direction === 'sent') mode = command.mode
  }
  return mode
}

/** Whether a side sends as fast as its paths allow at some time. */
export function hasBulk(scenario: Scenario): boolean {
  const started = scenario.changes.some(
    (change) =>
      change.kind === 'command' &&
      change.command.kind === 'start-stream' &&
      change.command.spec.kind === 'bulk',
  )
  return started || settingsOf(scenario).streams.some(({ kind }) => kind === 'bulk')
}

/** Of a side's path from one interface to one of the peer's; null where the plan has no such interface. */
export function pathPlan(scenario: Scenario, side: Side, local: string, remote: string): PathPlan | null {
  const other = side === 'left' ? 'right' : 'left'
  const here = interfaceOf(scenario, side, local)
  const there = interfaceOf(scenario, other, remote)
  if (here === undefined || there === undefined) return null
  const links = [statesOf(scenario, here, 'up'), statesOf(scenario, there, 'down')]
  const waits = links.filter((states) => states.some(isLimited)).map(longestWaitMs)
  return {
    rateBps: Math.min(
      ...links.map((states) => Math.max(...states.map(({ rateBps }) => rateBps ?? Infinity))),
    ),
    roundTripMs: wayMs(scenario, here, there) + wayMs(scenario, there, here),
    queueMs: waits.reduce((sum, waitMs) => sum + waitMs, 0),
  }
}

/** The longest round trip of the paths over an interface and one of the peer's in the same network, ms. */
export function roundTripMs(scenario: Scenario, host: Side, name: string): number {
  const here = interfaceOf(scenario, host, name)
  if (here === undefined) return 0
  const peers = scenario.interfaces.filter(
    (each) => each.host !== host && isSide(each.host) && each.network === here.network,
  )
  return Math.max(0, ...peers.map((there) => wayMs(scenario, here, there) + wayMs(scenario, there, here)))
}

const isSide = (host: string): host is Side => sides.some((side) => side === host)
const isLimited = ({ rateBps }: Impairments): boolean => (rateBps ?? null) !== null
const longestWaitMs = (states: readonly Impairments[]): number =>
  Math.max(...states.map(({ queueMs = usualQueueMs }) => queueMs))

function interfaceOf({ interfaces }: Scenario, host: Side, name: string): WorldInterface | undefined {
  return interfaces.find((each) => each.host === host && each.name === name)
}

function wayMs(scenario: Scenario, from: WorldInterface, to: WorldInterface): number {
  const longestMs = (states: readonly Impairments[]): number =>
    Math.max(...states.map(({ delayMs = 0, jitterMs = 0 }) => delayMs + jitterMs))
  return longestMs(statesOf(scenario, from, 'up')) + longestMs(statesOf(scenario, to, 'down'))
}

/** What one direction of an interface's link does at first, and from each change of it on. */
function statesOf(
  scenario: Scenario,
  { host, name, ...link }: WorldInterface,
  which: 'up' | 'down',
): Impairments[] {
  const changed = scenario.changes.flatMap((change) => {
    if (change.kind !== 'impair' || change.host !== host || change.interface !== name) return []
    return change.which === which || change.which === 'both' ? [change.to] : []
  })
  return [link[which] ?? {}, ...changed]
}
