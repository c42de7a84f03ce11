import type { EngineEvent } from '../../src/engine'
import type { Run } from './run'
import { type Expectation, type Side, sides } from './scenario'

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
    case 'ended':
      return endedProblem(run, expected.side, expected.reason)
  }
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
