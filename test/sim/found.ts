import type { EngineEvent, SocketInfo } from '../../src/engine'
import type { WorldInterface } from '../../src/sim'
import type { Report } from './checked-engine'
import type { Run } from './run'
import { type Scenario, type Side, sides } from './scenario'

/** A pair that can work must have worked by then, once both links have been up and both sides knew each other, ms. */
export const foundWithinMs = 12_000
/** The same for a pair that could not work in its first 10 s and has not since: those are tried every 5 s. */
export const foundLateWithinMs = 30_000

/** Then the secure channel must be open this much later, ms. */
const openWithinMs = 6000

interface Interval {
  readonly fromMs: number
  readonly toMs: number
}

/** Pairs of host addresses that the world's plan lets work in both directions, from the left side's view. */
export function workablePairs(run: Run): { left: SocketInfo; right: SocketInfo }[] {
  const { scenario, ends } = run
  const steady = (side: Side) =>
    ends[side].sockets.filter((socket) => !comesOrGoes(scenario, side, socket.interfaceName))
  return steady('left').flatMap((left) =>
    steady('right')
      .filter((right) => left.local.family === right.local.family)
      .filter((right) => canTalk(scenario, left, right))
      .map((right) => ({ left, right })),
  )
}

/** Interfaces that come, go or change their addresses are what tests of their own look at. */
function comesOrGoes(scenario: Scenario, side: Side, name: string): boolean {
  return scenario.changes.some((change) => {
    if (change.kind === 'interface-added') return change.spec.host === side && change.spec.name === name
    const changes = change.kind === 'interface-removed' || change.kind === 'addresses'
    return changes && change.host === side && change.interface === name
  })
}

export function checkFound(run: Run, report: Report): void {
  const knownAtMs = Math.max(
    run.describedAtMs.get('left') ?? Infinity,
    run.describedAtMs.get('right') ?? Infinity,
  )
  for (const { left, right } of workablePairs(run)) {
    const up = upIntervals(run, left, right)
    let worked = false
    for (const { fromMs, toMs } of bothLinksUp(run.scenario, left.interfaceName, right.interfaceName)) {
      const startMs = Math.max(fromMs, knownAtMs)
      const boundMs = worked || startMs <= knownAtMs ? foundWithinMs : foundLateWithinMs
      const found = up.some((each) => each.fromMs <= startMs + boundMs && each.toMs >= startMs)
      worked ||= up.some((each) => each.fromMs <= toMs)
      if (toMs - startMs < boundMs || found) continue
      const name = `${left.interfaceName} ${left.local.address} → ${right.local.address}`
      report(`${name} can work from ${startMs} ms on and did not within ${boundMs} ms`)
    }
  }
}

/** With a pair that works without interruption both channels open. */
export function checkOpened(run: Run, report: Report): void {
  const knownAtMs = Math.max(
    run.describedAtMs.get('left') ?? Infinity,
    run.describedAtMs.get('right') ?? Infinity,
  )
  const byMs = knownAtMs + foundWithinMs + openWithinMs
  const steady = workablePairs(run).some(({ left, right }) =>
    bothLinksUp(run.scenario, left.interfaceName, right.interfaceName).some(
      ({ fromMs, toMs }) => fromMs <= knownAtMs && toMs >= byMs,
    ),
  )
  if (!steady) return
  for (const side of sides) {
    const { events } = run.ends[side]
    const open = events.find((event) => event.kind === 'channel-state' && event.state === 'open')
    if ((open?.atMs ?? Infinity) > byMs)
      report(`${side} has no open channel at ${byMs} ms though a pair works`)
  }
}

function canTalk(scenario: Scenario, left: SocketInfo, right: SocketInfo): boolean {
  const here = interfaceOf(scenario, 'left', left.interfaceName)
  const there = interfaceOf(scenario, 'right', right.interfaceName)
  const outward = reaches(scenario, here, 'right', there, right.local.family)
  const back = reaches(scenario, there, 'left', here, right.local.family)
  return outward === 'straight' && back === 'straight'
    ? true
    : outward === 'through-nat' && here.network !== there.network && isOutside(scenario, here, there)
}

/** A NAT lets in what answers a packet that went out, so one NAT alone does not prevent a pair. */
function isOutside(scenario: Scenario, inner: WorldInterface, outer: WorldInterface): boolean {
  const nat = scenario.nats.find((each) => each.inside === inner.network)
  return nat !== undefined && nat.outside === outer.network
}

function reaches(
  scenario: Scenario,
  from: WorldInterface,
  toHost: Side,
  to: WorldInterface,
  family: 4 | 6,
): 'straight' | 'through-nat' | 'never' {
  const isThere = (network: string) =>
    to.network === network ||
    scenario.interfaces.some((each) => each.host === toHost && each.network === network)
  if (isThere(from.network)) return 'straight'
  const outsides = scenario.nats.filter((nat) => nat.inside === from.network)
  const first = outsides[0]
  if (first === undefined) return 'never'
  if (!isThere(first.outside)) return 'never'
  return family === 6 ? 'straight' : 'through-nat'
}

function interfaceOf(scenario: Scenario, host: Side, name: string): WorldInterface {
  const found = scenario.interfaces.find((each) => each.host === host && each.name === name)
  if (found === undefined) throw new Error(`no interface ${name} on ${host}`)
  return found
}

/** When the left side's pair of the two addresses was up. */
function upIntervals(run: Run, left: SocketInfo, right: SocketInfo): Interval[] {
  const id = run.ends.left.driver
    .snapshot()
    .pairs.find(
      (pair) =>
        pair.local.address === left.local.address &&
        pair.local.port === left.local.port &&
        pair.remote.address === right.local.address &&
        pair.remote.port === right.local.port,
    )?.id
  const changes = run.ends.left.events.filter(
    (event): event is Extract<EngineEvent, { kind: 'pair-state' }> =>
      event.kind === 'pair-state' && event.pairId === id,
  )
  return changes.flatMap((change, at) =>
    change.to === 'up' ? [{ fromMs: change.atMs, toMs: changes[at + 1]?.atMs ?? Infinity }] : [],
  )
}

/** When no change had either link down or treated worse than it began. */
function bothLinksUp(scenario: Scenario, left: string, right: string): Interval[] {
  const changes = scenario.changes
    .filter(
      (change) =>
        change.kind === 'rebind' ||
        (change.kind === 'link' &&
          ((change.host === 'left' && change.interface === left) ||
            (change.host === 'right' && change.interface === right))),
    )
    .sort((a, b) => a.atMs - b.atMs)
  const down = new Set<string>()
  const intervals: Interval[] = []
  let fromMs: number | undefined = 0
  const endMs = scenario.durationMs - scenario.finishBeforeEndMs
  for (const change of changes) {
    if (change.kind === 'link') {
      if (change.up) down.delete(change.host)
      else down.add(change.host)
    }
    if (fromMs !== undefined) intervals.push({ fromMs, toMs: change.atMs })
    fromMs = down.size === 0 ? change.atMs : undefined
  }
  if (fromMs !== undefined) intervals.push({ fromMs, toMs: endMs })
  return intervals
}
