import { createHash } from 'node:crypto'
import type { Description, EngineEvent, EngineSnapshot } from '../../src/engine'
import {
  createHub,
  createRandom,
  createVirtualClock,
  createWorld,
  type Hub,
  serveStun,
  serveTurn,
  type TurnServer,
  type VirtualClock,
  type World,
} from '../../src/sim'
import { addAdversary, createAdversary } from './adversary'
import { createFlow, type MessageFlow } from './checked-secure'
import { checkAtEnd, checkSnapshot } from './checks'
import { type End, startEnd } from './end'
import { type Carried, watchCarried } from './carried'
import { type Change, type Scenario, type Side, sides, stunName, stunPort } from './scenario'
import { type DeadLinks, watchDeadLinks } from './dead-links'
import { watchShares } from './shares'
import { watchWire } from './wire-watch'

/** What came of a scenario. */
export interface Run {
  readonly scenario: Scenario
  /** SHA-256 over every datagram with its time and every event: equal for equal seeds. */
  readonly hash: string
  readonly story: readonly string[]
  readonly violations: readonly string[]
  readonly ends: Readonly<Record<Side, End>>
  /** Messages by the side that sent them. */
  readonly flows: Readonly<Record<Side, MessageFlow>>
  readonly world: World
  readonly deadLinks: DeadLinks
  readonly carried: Carried
  readonly turn: TurnServer | undefined
  /** When each side knew both descriptions; undefined when it never did. */
  readonly describedAtMs: ReadonlyMap<Side, number>
}

const maxViolations = 20
const maxStoryLines = 20_000

export async function runScenario(scenario: Scenario): Promise<Run> {
  const clock = createVirtualClock()
  const world = buildWorld(scenario)
  const hash = createHash('sha256')
  const story: string[] = []
  const violations: string[] = []
  const describedAtMs = new Map<Side, number>()
  const flows = { left: createFlow(), right: createFlow() }

  const tell = (line: string) => {
    if (story.length < maxStoryLines) story.push(`${clock.nowMs().toFixed(3).padStart(12)} ${line}`)
  }
  const report = (violation: string) => {
    if (violations.length < maxViolations) violations.push(`at ${clock.nowMs().toFixed(3)} ms: ${violation}`)
    tell(`VIOLATION ${violation}`)
  }

  const wire = watchWire(report)
  const deadLinks = watchDeadLinks(scenario)
  const carried = watchCarried(scenario)
  const adversary = createAdversary(scenario, world, clock, (packet) => hub.send('mallory', 'tap', packet))
  const hub: Hub = createHub({
    clock,
    world,
    names: stunNames(scenario),
    tamper: (host, interfaceName, packet) => adversary.tamper(host, interfaceName, packet),
    onSend(host, packet, nowMs) {
      if (host !== 'mallory') wire.see(host, packet, nowMs)
      deadLinks.see(host, packet, nowMs)
      carried.see(host, packet, nowMs)
      hash.update(
        `${nowMs} ${host} ${packet.from.address}:${packet.from.port} ${packet.to.address}:${packet.to.port}`,
      )
      hash.update(packet.data)
    },
  })
  const server = scenario.interfaces.find((each) => each.host === 'stun')
  const turn =
    server === undefined || scenario.turn === undefined
      ? undefined
      : serveTurn(hub, 'stun', server.name, { ...scenario.turn, port: stunPort })
  if (server !== undefined && turn === undefined) serveStun(hub, 'stun', server.name)

  const ends: Partial<Record<Side, End>> = {}
  const start = async (side: Side) => {
    const other = side === 'left' ? 'right' : 'left'
    const reportOfSide = (violation: string): void => report(`${side}: ${violation}`)
    const shares = watchShares(reportOfSide)
    ends[side] = await startEnd({
      scenario,
      side,
      clock,
      host: hub.host(side),
      random: createRandom(`${scenario.seed}/${side}`),
      outward: flows[side],
      inward: flows[other],
      report: reportOfSide,
      onEvent(event) {
        hash.update(JSON.stringify(event))
        tell(`${side} ${describeEvent(event)}`)
      },
      onDescription: (description) => carry(side, description),
      onSnapshot(snapshot: EngineSnapshot) {
        checkSnapshot(snapshot, scenario, side, reportOfSide)
        shares(snapshot)
      },
    })
  }

  /** A person carries the text over. */
  function carry(from: Side, description: Description): void {
    const to = from === 'left' ? 'right' : 'left'
    const takesMs = from === 'left' ? scenario.offerTakesMs : scenario.answerTakesMs
    tell(`${from} made its ${description.type}`)
    clock.at(clock.nowMs() + takesMs, () => {
      const problem = ends[to]?.driver.describe(
        scenario.roleConflict ? asAnswer(description, from) : description,
      )
      if (problem !== undefined) report(`${to} refused the ${description.type}: ${problem.message}`)
      describedAtMs.set(to, clock.nowMs())
      tell(`${to} was given the ${description.type}`)
    })
  }

  await start('right')
  await start('left')
  const both = { left: ends.left!, right: ends.right! }
  for (const change of scenario.changes) clock.at(change.atMs, () => apply(change))
  if (scenario.finishBeforeEndMs > 0) {
    clock.at(scenario.durationMs - scenario.finishBeforeEndMs, () =>
      both.left.driver.command({ kind: 'finish' }),
    )
  }

  function apply(change: Change): void {
    tell(`change ${JSON.stringify(change)}`)
    if (change.kind === 'link') {
      world.setLinkUp(change.host, change.interface, change.up)
      deadLinks.change(change.host, change.interface, change.up, clock.nowMs())
    }
    if (change.kind === 'impair') {
      world.setImpairments(change.host, change.interface, change.which, change.to)
    }
    if (change.kind === 'rebind') world.rebindNat(change.nat)
    if (change.kind === 'turn-server' && change.to === 'dead') turn?.die()
    if (change.kind === 'turn-server' && change.to === 'restarted') turn?.restart()
    if (change.kind === 'interface-added') world.addInterface(change.spec)
    if (change.kind === 'interface-removed') world.removeInterface(change.host, change.interface)
    if (change.kind === 'addresses') world.setAddresses(change.host, change.interface, change.addresses)
    if (change.kind === 'command') both[change.side].driver.command(change.command)
  }

  await step(clock, scenario.durationMs, () => {
    const wrong = world.audit()
    if (wrong !== undefined) report(wrong)
  })
  const run: Run = {
    scenario,
    hash: hash.digest('hex'),
    story,
    violations,
    ends: both,
    flows,
    world,
    turn,
    deadLinks,
    carried,
    describedAtMs,
  }
  checkAtEnd(run, report)
  for (const side of sides) both[side].driver.close()
  hub.close()
  return run
}

/** Turns of the microtask queue that a look at the interfaces and the opening of new sockets take, and some more. */
const turns = 100

/**
 * Runs the clock; twice a second of virtual time the world's books are audited, since that reads every counter, and what
 * waits on promises goes on.
 */
async function step(clock: VirtualClock, untilMs: number, audit: () => void): Promise<void> {
  for (let atMs = 500; atMs < untilMs + 500; atMs += 500) {
    clock.runUntil(Math.min(atMs, untilMs))
    audit()
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
  }
}

function buildWorld(scenario: Scenario): World {
  const world = createWorld({ seed: scenario.seed })
  for (const network of scenario.networks) world.addNetwork(network)
  for (const nat of scenario.nats) world.addNat(nat)
  for (const each of scenario.interfaces) world.addInterface(each)
  addAdversary(scenario, world)
  return world
}

function stunNames(scenario: Scenario): ReadonlyMap<string, readonly { family: 4 | 6; address: string }[]> {
  const server = scenario.interfaces.find((each) => each.host === 'stun')
  return new Map(server === undefined ? [] : [[stunName, [...server.addresses]]])
}

/** The offer made to look like an answer; DTLS roles are given out as well, since two offers leave them open. */
function asAnswer(offer: Description, from: Side): Description {
  const setup = from === 'left' ? 'active' : 'passive'
  return { type: 'answer', sdp: offer.sdp.replace('a=setup:actpass', `a=setup:${setup}`) }
}

function describeEvent(event: EngineEvent): string {
  const { kind, ...rest } = event
  return `${kind} ${JSON.stringify({ ...rest, atMs: undefined })}`
}
