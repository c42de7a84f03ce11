import type { EngineEvent, PairSnapshot, StreamKind, StreamSnapshot } from '../../src/engine'
import type { Run } from './run'
import { type Expectation, type Side, sides } from './scenario'

/** Waits of fewer packets are those of single bursts: what was sent again when a path failed, say. */
const leastWaits = 500

/** What of a scenario's expectations did not come true, each as a sentence. */
export function unmet(run: Run): string[] {
  return run.scenario.expect.flatMap((expectation) => {
    const problem = judge(run, expectation)
    return problem === undefined ? [] : [`${expectation.kind}: ${problem}`]
  })
}

function judge(run: Run, expected: Expectation): string | undefined {
  switch (expected.kind) {
    case 'connected':
      return problemOf(sides, (side) => {
        const openAtMs = channelOpenAtMs(run, side)
        if (openAtMs === undefined) return `${side} never opened its channel`
        return openAtMs <= expected.byMs ? undefined : `${side} opened its channel at ${openAtMs} ms`
      })
    case 'not-connected':
      return sides.some((side) => channelOpenAtMs(run, side) !== undefined) ? 'a channel opened' : undefined
    case 'pair-state':
      return pairStateProblem(run, expected)
    case 'events': {
      const count = sides
        .flatMap((side) => run.ends[side].events)
        .filter((one) => one.kind === expected.event).length
      const fits = count >= expected.least && count <= expected.most
      return fits ? undefined : `${count} of ${expected.event}`
    }
    case 'all-delivered':
      return problemOf(sides, (side) => {
        const { messages, delivered } = run.flows[side]
        if (messages.length === 0) return `${side} sent nothing`
        return delivered === messages.length ? undefined : `${side}: ${delivered} of ${messages.length}`
      })
    case 'slowest-message':
      return problemOf(sides, (side) => {
        const tookMs = run.flows[side].messages
          .filter((message) => message.sentAtMs >= expected.fromMs)
          .map(({ sentAtMs, deliveredAtMs }) => (deliveredAtMs ?? Infinity) - sentAtMs)
        const slowestMs = Math.max(...tookMs)
        return slowestMs <= expected.mostMs ? undefined : `${side}: ${slowestMs} ms`
      })
    case 'no-retransmissions':
      return problemOf(sides, (side) => {
        const count = run.ends[side].driver.snapshot().sctpRetransmissions
        return count === 0 ? undefined : `${side}: ${count}`
      })
    case 'turn-counts': {
      const counts = run.turn?.counts
      const short = Object.entries(expected.least).filter(
        ([name, least]) => (counts?.[name as keyof typeof counts] ?? 0) < least,
      )
      return short.length === 0 ? undefined : `only ${JSON.stringify(counts)}`
    }
    case 'stream-lost':
      return problemOf(sides, (side) =>
        receivedProblem(
          run,
          side,
          ({ sent, lost }) => {
            if ((sent ?? 0) < expected.least) return `only ${sent} packets`
            return (100 * (lost ?? Infinity)) / (sent ?? 0) <= expected.mostPercent
              ? undefined
              : `${lost} of ${sent} lost`
          },
          expected.of,
        ),
      )
    case 'stream-delay':
      return problemOf(sides, (side) =>
        receivedProblem(
          run,
          side,
          ({ latencyMs }) =>
            (latencyMs?.p99 ?? Infinity) <= expected.mostMs ? undefined : `a delay of ${latencyMs?.p99} ms`,
          expected.of,
        ),
      )
    case 'goodput':
      return problemOf(sides, (side) =>
        receivedProblem(
          run,
          side,
          ({ goodputBps: bps }) =>
            bps !== null && bps >= expected.leastBps && bps <= expected.mostBps ? undefined : `${bps} bit/s`,
          expected.of,
        ),
      )
    case 'stream-gap':
      return problemOf(sides, (side) =>
        receivedProblem(run, side, ({ deliveryGapMaxMs }) =>
          (deliveryGapMaxMs ?? Infinity) <= expected.mostMs ? undefined : `a gap of ${deliveryGapMaxMs} ms`,
        ),
      )
    case 'in-order-gap':
      return problemOf(sides, (side) =>
        receivedProblem(run, side, ({ inOrderGapMaxMs }) =>
          (inOrderGapMaxMs ?? Infinity) <= expected.mostMs ? undefined : `a gap of ${inOrderGapMaxMs} ms`,
        ),
      )
    case 'copies':
      return problemOf(sides, (side) => {
        const sent = run.ends[side].driver.snapshot().streams.filter((one) => one.direction === 'sent')
        const off = sent.find(
          ({ overheadFactor: factor }) =>
            factor === null || factor < expected.least || factor > expected.most,
        )
        return off && `${side}: stream ${off.id} has ${off.overheadFactor} times its bytes`
      })
    case 'left-dead-links':
      return undefined
    case 'overflowed': {
      const { host, interface: name, which, least, most } = expected
      const { droppedQueue } = run.world.linkCounts(host, name)[which]
      return droppedQueue >= least && droppedQueue <= most ? undefined : `${droppedQueue} at ${host} ${name}`
    }
    case 'carried': {
      const { side, interface: name, fromMs, toMs, leastPercent, mostPercent } = expected
      const percent = run.carried.percent(side, name, fromMs, toMs)
      const fits = percent !== null && percent >= leastPercent && percent <= mostPercent
      return fits
        ? undefined
        : `${side} ${name} carried ${percent?.toFixed(2)} % from ${fromMs} to ${toMs} ms`
    }
    case 'waits':
      return problemOf(sides, (side) =>
        pairProblem(run, side, ({ capacity }) =>
          (capacity?.waitMs?.n ?? 0) < leastWaits || (capacity?.waitMs?.p95 ?? 0) <= expected.mostMs
            ? undefined
            : `waits of ${capacity?.waitMs?.p95} ms`,
        ),
      )
    case 'nothing-in-flight':
      return problemOf(sides, (side) =>
        pairProblem(run, side, ({ capacity }) =>
          (capacity?.inFlightBytes ?? 0) === 0 ? undefined : `${capacity?.inFlightBytes} bytes in flight`,
        ),
      )
    case 'switches':
      return problemOf(sides, (side) => {
        const { fromMs } = expected
        const told = run.ends[side].events.filter(
          ({ kind, atMs }) => kind === 'switch' && atMs >= (fromMs ?? 0),
        )
        const switches =
          fromMs === undefined ? run.ends[side].driver.snapshot().spreading.switches : told.length
        return switches >= expected.least && switches <= expected.most ? undefined : `${side}: ${switches}`
      })
    case 'shares-follow-weights':
      return problemOf(sides, (side) => shareProblem(run, side, expected.within))
    case 'ended':
      return endedProblem(run, expected.side, expected.reason)
  }
}

function receivedProblem(
  run: Run,
  side: Side,
  find: (stream: StreamSnapshot) => string | undefined,
  of?: StreamKind,
): string | undefined {
  const receivedBy = (end: Side) =>
    run.ends[end].driver
      .snapshot()
      .streams.filter(({ direction, spec }) => direction === 'received' && spec.kind === (of ?? spec.kind))
  const streams = receivedBy(side)
  // A kind that is named may go one way only.
  if (streams.length === 0 && (of === undefined || sides.every((end) => receivedBy(end).length === 0)))
    return `${side} received no stream${of === undefined ? '' : ` of ${of}`}`
  const off = streams.find((stream) => find(stream) !== undefined)
  return off && `${side}: stream ${off.id}: ${find(off)}`
}

function pairProblem(
  run: Run,
  side: Side,
  find: (pair: PairSnapshot) => string | undefined,
): string | undefined {
  const off = run.ends[side].driver.snapshot().pairs.find((pair) => find(pair) !== undefined)
  return off && `${side} ${off.label}: ${find(off)}`
}

function shareProblem(run: Run, side: Side, within: number): string | undefined {
  const { pairs } = run.ends[side].driver.snapshot()
  const carriers = pairs.filter((pair) => pair.carryingStreams)
  const packets = carriers.reduce((sum, pair) => sum + pair.streamSent.packets - pair.resent, 0)
  const weights = carriers.reduce((sum, pair) => sum + pair.weight, 0)
  if (carriers.length < 2) return `${side} sent over ${carriers.length} paths`
  const off = carriers.find(
    (pair) => Math.abs((pair.streamSent.packets - pair.resent) / packets - pair.weight / weights) > within,
  )
  return (
    off &&
    `${side} ${off.label}: ${off.streamSent.packets} of ${packets} at a weight of ${off.weight} of ${weights}`
  )
}

function problemOf(of: readonly Side[], find: (side: Side) => string | undefined): string | undefined {
  return of.map(find).find((problem) => problem !== undefined)
}

function channelOpenAtMs(run: Run, side: Side): number | undefined {
  return run.ends[side].events.find((event) => event.kind === 'channel-state' && event.state === 'open')?.atMs
}

function pairStateProblem(
  run: Run,
  expected: Extract<Expectation, { kind: 'pair-state' }>,
): string | undefined {
  const { side, to, fromMs, byMs } = expected
  const ids = new Set(
    run.ends[side].driver
      .snapshot()
      .pairs.filter((pair) => pair.local.interfaceName === expected.interface)
      .map((pair) => pair.id),
  )
  const changes = run.ends[side].events.filter(
    (event): event is Extract<EngineEvent, { kind: 'pair-state' }> =>
      event.kind === 'pair-state' && ids.has(event.pairId) && event.to === to,
  )
  if (changes.some((event) => event.atMs >= fromMs && event.atMs <= byMs)) return undefined
  return `${side} ${expected.interface} became ${to} at ${changes.map((event) => event.atMs).join(', ')} ms`
}

function endedProblem(run: Run, side: Side, reason: string): string | undefined {
  const event = run.ends[side].events.find((one) => one.kind === 'ended')
  if (event?.kind !== 'ended') return `${side} did not end`
  return event.reason === reason ? undefined : `${side} ended as ${event.reason}: ${event.detail}`
}
