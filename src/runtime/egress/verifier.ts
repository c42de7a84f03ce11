import type { EgressVerdict, EngineSnapshot, PairSnapshot } from '../../engine'
import type { Clock, InterfaceInfo, LinkCounters } from '../ports'
import { createTrial, paces, type Trial } from './trial'

/** A pair whose way is known is looked at again this long after; where it is not, first soon, then ever more rarely, ms. */
export const againAfterMs = 300_000
const firstRetryMs = 10_000
const lastRetryMs = 960_000
/** After interfaces, addresses or default routes have changed all pairs are looked at again, each at most so often, ms. */
const leastAgainMs = 10_000

export interface VerifierOptions {
  readonly clock: Clock
  readonly counters: LinkCounters
  /** True or false at random: which slot of a round has the burst. */
  coin(): boolean
  burst(pairId: number, packets: number): void
  conclude(pairId: number, verdict: EgressVerdict): void
}

/**
 * Looks at one pair at a time, straight ones first: when it first works, when it works again, when interfaces or routes
 * have changed, and every few minutes.
 */
export interface EgressVerifier {
  /** The session as it is now; pairs are chosen from it. */
  snapshot(snapshot: EngineSnapshot): void
  /** The machine's interfaces as they are now. */
  interfaces(listed: readonly InterfaceInfo[]): void
  close(): void
}

interface Known {
  /** When it was last looked at, and its state's beginning and the machine's routes by then. */
  readonly atMs: number
  readonly stateSinceMs: number
  readonly routes: number
  /** Times in a row that nothing was found out. */
  readonly failures: number
}

export function createEgressVerifier(options: VerifierOptions): EgressVerifier {
  const { clock, counters } = options
  const known = new Map<number, Known>()
  let trial: { readonly pairId: number; readonly run: Trial } | undefined
  let tunnels: ReadonlySet<string> = new Set()
  let routes = 0
  let routesKey: string | undefined
  /** Which of `paces` this machine's counters need. */
  let pace = 0
  let latest: EngineSnapshot | undefined
  let closed = false
  let disarm: (() => void) | undefined

  function isDue(pair: PairSnapshot): boolean {
    if (pair.state !== 'up' || pair.local.binding === 'emulated') return false
    const before = known.get(pair.id)
    if (before === undefined) return true
    const sinceMs = clock.nowMs() - before.atMs
    if (sinceMs < leastAgainMs) return false
    if (before.routes !== routes || before.stateSinceMs !== pair.stateSinceMs) return true
    if (before.failures === 0) return sinceMs >= againAfterMs
    return sinceMs >= Math.min(lastRetryMs, firstRetryMs * 2 ** (before.failures - 1))
  }

  /** Pairs come straight ones first; those never looked at go before all that were. */
  function next(pairs: readonly PairSnapshot[]): PairSnapshot | undefined {
    const due = pairs.filter(isDue)
    return due.find((pair) => !known.has(pair.id)) ?? due[0]
  }

  function forgetAllBut(pairs: readonly PairSnapshot[]): void {
    const listed = new Set(pairs.map(({ id }) => id))
    for (const id of known.keys()) if (!listed.has(id)) known.delete(id)
  }

  function begin(pair: PairSnapshot): void {
    const { id, stateSinceMs } = pair
    const named = pair.local.interfaceName ?? ''
    const failures = known.get(id)?.failures ?? 0
    const usedPace = Math.min(paces.length - 1, Math.max(pace, failures))
    const run = createTrial({
      clock,
      counters,
      named,
      isTunnel: (name) => tunnels.has(name),
      pace: paces[usedPace] ?? paces[0],
      coin: options.coin,
      burst: (packets) => options.burst(id, packets),
      over(verdict) {
        trial = undefined
        const found = verdict.kind === 'carried'
        if (found) pace = usedPace
        known.set(id, { atMs: clock.nowMs(), stateSinceMs, routes, failures: found ? 0 : failures + 1 })
        options.conclude(id, verdict)
        disarm = clock.at(clock.nowMs(), () => latest !== undefined && consider(latest))
      },
    })
    trial = { pairId: id, run }
    run.start()
  }

  function consider({ pairs, channel }: EngineSnapshot): void {
    if (closed || channel !== 'open') return
    forgetAllBut(pairs)
    if (trial !== undefined) {
      const { pairId, run } = trial
      const pair = pairs.find((one) => one.id === pairId)
      if (pair?.state === 'up') return
      run.stop()
      trial = undefined
    }
    const pair = next(pairs)
    if (pair !== undefined) begin(pair)
  }

  return {
    snapshot(snapshot) {
      latest = snapshot
      consider(snapshot)
    },
    interfaces(listed) {
      tunnels = new Set(listed.filter(({ kind }) => kind === 'vpn').map(({ name }) => name))
      const key = routesKeyOf(listed)
      if (routesKey !== undefined && routesKey !== key) routes += 1
      routesKey = key
    },
    close() {
      closed = true
      disarm?.()
      trial?.run.stop()
      trial = undefined
    },
  }
}

/** What packets' way may depend on, of what is listed. */
function routesKeyOf(listed: readonly InterfaceInfo[]): string {
  return JSON.stringify(
    listed.map(({ name, index, up, addresses }) => [
      name,
      index,
      up,
      addresses.map(({ address }) => address),
    ]),
  )
}
