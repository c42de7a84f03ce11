import { type EngineSnapshot, limits, type StreamSnapshot } from '../../src/engine'
import { pairTraffic } from '../../src/shared/streams'
import type { Report } from './checked-engine'
import { checkDeadLinks } from './dead-links'
import { checkFound, checkOpened } from './found'
import { checkInFlight } from './in-flight'
import { settingsOf } from './plan'
import type { Run } from './run'
import { type Scenario, type Side, sides } from './scenario'

/** What every snapshot must show. */
export function checkSnapshot(
  snapshot: EngineSnapshot,
  scenario: Scenario,
  side: Side,
  report: Report,
): void {
  const { pairs } = snapshot
  const { minWeight, maxWeight } = settingsOf(scenario)
  checkInFlight(snapshot, scenario, side, report)
  if (pairs.length > limits.pairs) report(`${pairs.length} pairs`)
  if (new Set(pairs.map((pair) => pair.id)).size !== pairs.length) report('two pairs have one id')
  for (const pair of pairs) {
    const { nominations, label } = pair
    if (nominations.succeeded !== 0) report(`${label}: ${nominations.succeeded} nominations succeeded`)
    if (nominations.refused > nominations.attempted) report(`${label}: more refused than attempted`)
    if (pair.nominationsPrevented !== nominations.suppressed + nominations.refusedByUs)
      report(`${label}: prevented nominations do not add up`)
    const { packets: arrived } = pairTraffic(pair).received
    if (pair.firstArrivals + pair.duplicates !== arrived)
      report(`${label}: ${pair.firstArrivals} first and ${pair.duplicates} later of ${arrived}`)
    if (pairTraffic(pair).sent.packets > pair.sent.packets)
      report(`${label}: more records and stream packets sent than datagrams`)
    if (arrived > pair.received.packets) report(`${label}: more records received than datagrams`)
    if (pair.lossSent.received > pair.lossSent.sent) report(`${label}: the peer received more than was sent`)
    if (!(pair.share >= 0 && pair.share <= 1)) report(`${label}: a share of ${pair.share}`)
    if (!(pair.weight >= minWeight && pair.weight <= maxWeight))
      report(`${label}: a weight of ${pair.weight} from ${minWeight} to ${maxWeight}`)
    const inFlightBytes = pair.capacity?.inFlightBytes ?? 0
    if (!(inFlightBytes >= 0 && inFlightBytes <= pair.streamSent.bytes))
      report(`${label}: ${inFlightBytes} bytes in flight of ${pair.streamSent.bytes} sent`)
  }
  const shares = pairs.reduce((sum, pair) => sum + pair.share, 0)
  if (shares > 1 + 1e-6) report(`shares of ${shares} in all`)
  for (const { id, playout } of snapshot.streams) {
    if ((playout?.waiting ?? 0) > limits.playoutPackets) report(`stream ${id}: ${playout?.waiting} wait`)
  }
  const received = snapshot.messages.find((stream) => stream.direction === 'received')
  if ((received?.duplicated ?? 0) > 0) report(`${received?.duplicated} messages were delivered twice`)
  if ((received?.reordered ?? 0) > 0) report(`${received?.reordered} messages were delivered out of order`)
}

/** Every packet of a stream is accounted for, and none is lost that any path delivered. */
function checkStreams(run: Run, report: Report): void {
  for (const side of sides) {
    const other = side === 'left' ? 'right' : 'left'
    const ours = run.ends[side].driver.snapshot().streams.filter((stream) => stream.direction === 'received')
    const theirs = run.ends[other].driver.snapshot().streams.filter((stream) => stream.direction === 'sent')
    for (const stream of ours)
      checkStream(stream, theirs[stream.id - 1], run, (what) => report(`${side}: ${what}`))
    const received = ours.reduce((sum, stream) => sum + (stream.received ?? 0), 0)
    const came = run.ends[side].counts.streamPackets.size
    // What a hostile network forges comes as well.
    if (run.scenario.hostileNetwork === undefined && received !== came)
      report(`${side}: ${came} packets of streams came, ${received} were taken`)
  }
}

function checkStream(
  received: StreamSnapshot,
  sent: StreamSnapshot | undefined,
  run: Run,
  report: Report,
): void {
  const name = `stream ${received.id}`
  if (sent === undefined) return report(`${name} is none of the peer's`)
  const counted = (received.received ?? 0) + (received.lost ?? 0)
  if (counted > (sent.sent ?? 0)) report(`${name}: ${counted} counted of ${sent.sent} sent`)
  if (
    sides.some((side) =>
      run.ends[side].events.every((event) => event.kind !== 'ended' || event.detail !== null),
    )
  )
    return
  for (const key of ['sent', 'received', 'lost', 'duplicates', 'reordered'] as const)
    if (received[key] !== sent[key]) report(`${name}: ${key} ${received[key]} here and ${sent[key]} there`)
  if (counted !== sent.sent) report(`${name}: ${counted} received or lost of ${sent.sent} sent`)
}

/** What must hold when all is over. */
export function checkAtEnd(run: Run, report: Report): void {
  for (const side of sides) {
    const end = run.ends[side]
    const snapshot = end.driver.snapshot()
    checkSnapshot(snapshot, run.scenario, side, (what) => report(`${side}, at the end: ${what}`))
    const late = run.scenario.changes.flatMap((one) => (one.kind === 'interface-added' ? [one.spec] : []))
    const names = [...run.scenario.interfaces, ...late]
      .filter((each) => each.host === side)
      .map((each) => each.name)
    const links = [...new Set(names)].map((name) => run.world.linkCounts(side, name))
    const offered = links.reduce((sum, link) => sum + link.up.offered, 0)
    const delivered = links.reduce((sum, link) => sum + link.down.delivered, 0)
    const sent = snapshot.pairs.reduce((sum, pair) => sum + pair.sent.packets, 0)
    const received = snapshot.pairs.reduce((sum, pair) => sum + pair.received.packets, 0)
    if (offered !== end.counts.transmitted)
      report(`${side}: the engine sent ${end.counts.transmitted}, the links were offered ${offered}`)
    if (sent > offered) report(`${side}: pairs count ${sent} sent, the links were offered ${offered}`)
    if (received > delivered)
      report(`${side}: pairs count ${received} received, the links delivered ${delivered}`)
  }
  checkStreams(run, report)
  checkDeadLinks(run.scenario, run.deadLinks, report)
  checkFound(run, report)
  checkOpened(run, report)
}
