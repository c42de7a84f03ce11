import type { WeightHold, WeightLimit } from '../face/explain'
import { allocate, type Claim } from './allocation'
import { usedRatePart } from './path'
import { qualityOf } from './quality'

/** Time in which 63 % of a change is followed; the second one while a path's rate decides, since queues build fast. */
const timeConstantMs = 1000
const limitedTimeConstantMs = 100
/** Weights are smoothed as logarithms, so a lower limit of 0 stands for this. */
const leastWeight = 1e-3
/** A queue longer than this, ms, takes from the rate that the path may be given: half of it at `drainQueueMs` more. */
const freeQueueMs = 10
const drainQueueMs = 50

export interface WeightSettings {
  readonly minWeight: number
  readonly maxWeight: number
  readonly initialWeight: number
}

/** One carrying pair. Null: not measured; for `capBps`: no limit by the user. */
export interface WeightInput {
  readonly id: number
  /** Round trip as it is now. */
  readonly rttMs: number | null
  /** Towards the peer, 0..1, without what was lost as we sent more than it carries. */
  readonly loss: number | null
  /** What it may be given towards the peer, and what it was seen to carry, bit/s of UDP payload. */
  readonly rateBps: number | null
  readonly seenBps: number | null
  readonly queueMs: number | null
  readonly capBps: number | null
}

/**
 * Weights of the carrying pairs: each pair's quality (one over RTT, times the chance that ten packets in a row arrive)
 * over the geometric mean of all their qualities, within [minWeight, maxWeight], followed with a time constant of 1 s.
 * So 1 is the average pair, and a pair twice as slow as another gets half its weight. Where that would give a pair more
 * than nine tenths of its estimated rate, less while a queue stands, or more than the user allows, it gets that much and
 * the others get the rest; such changes are followed with a time constant of 100 ms.
 */
export interface Weights {
  /**
   * Call at whatever intervals: the weights move by the time that has passed, not by the number of calls. `demandBps`:
   * what all streams together send, without copies.
   */
  update(inputs: readonly WeightInput[], demandBps: number, nowMs: number): void
  /** The initial weight for a pair that never had a sample. */
  weight(id: number): number
  /** What holds the weight where RTT and loss would not have put it; null = nothing. */
  hold(id: number): WeightHold | null
  remove(id: number): void
}

interface Tracked {
  logWeight: number
  /** exp(logWeight): it is asked for with every packet. */
  weight: number
  updatedAtMs: number
  hold: WeightHold | null
}

/** What a pair should weigh, as a logarithm; null while its RTT is not known. */
interface Target {
  readonly logWeight: number | null
  readonly hold: WeightHold | null
}

export function createWeights(settings: WeightSettings): Weights {
  const low = Math.log(Math.max(settings.minWeight, leastWeight))
  const high = Math.max(low, Math.log(Math.max(settings.maxWeight, leastWeight)))
  const initial = Math.min(high, Math.max(low, Math.log(Math.max(settings.initialWeight, leastWeight))))
  const tracked = new Map<number, Tracked>()
  /** Rounding of exp(log(w)) must not step over the limits that are promised. */
  const weightOf = (logWeight: number): number =>
    Math.min(settings.maxWeight, Math.max(settings.minWeight, Math.exp(logWeight)))

  /** A new pair has the initial weight, but no more than what it is known to carry. `offset`: of weights over targets now. */
  const begin = (id: number, { logWeight, hold }: Target, offset: number, nowMs: number): void => {
    const most = hold === null || logWeight === null ? Infinity : logWeight + offset
    const first = Math.max(low, Math.min(initial, most))
    tracked.set(id, { logWeight: first, weight: weightOf(first), updatedAtMs: nowMs, hold: null })
  }

  const offsetOf = (inputs: readonly WeightInput[], targets: readonly Target[]): number => {
    const offsets = inputs.flatMap(({ id }, at) => {
      const known = tracked.get(id)
      const target = targets[at]?.logWeight ?? null
      return known === undefined || target === null ? [] : [known.logWeight - target]
    })
    return offsets.length === 0 ? 0 : offsets.reduce((sum, one) => sum + one, 0) / offsets.length
  }

  const follow = (known: Tracked, target: Target, timeMs: number, nowMs: number): void => {
    const elapsedMs = Math.max(0, nowMs - known.updatedAtMs)
    known.updatedAtMs = nowMs
    known.hold = target.hold
    if (target.logWeight === null) return
    const wanted = Math.min(high, Math.max(low, target.logWeight))
    if (wanted !== target.logWeight) known.hold ??= { by: 'range', bps: null }
    known.logWeight = wanted + (known.logWeight - wanted) * Math.exp(-elapsedMs / timeMs)
    known.weight = weightOf(known.logWeight)
  }

  return {
    update(inputs, demandBps, nowMs) {
      const targets = targetsOf(inputs, demandBps)
      const isLimited = targets.some(({ hold }) => hold !== null)
      inputs.forEach(({ id }, at) => {
        const known = tracked.get(id)
        if (known === undefined) return
        follow(known, targets[at] as Target, isLimited ? limitedTimeConstantMs : timeConstantMs, nowMs)
      })
      const offset = offsetOf(inputs, targets)
      inputs.forEach(({ id }, at) => {
        if (!tracked.has(id)) begin(id, targets[at] as Target, offset, nowMs)
      })
    },
    weight: (id) => tracked.get(id)?.weight ?? weightOf(initial),
    hold: (id) => tracked.get(id)?.hold ?? null,
    remove(id) {
      tracked.delete(id)
    },
  }
}

/** Logarithms of the parts that an allocation gives, around their mean; pairs without an RTT stay out of it. */
function targetsOf(inputs: readonly WeightInput[], demandBps: number): Target[] {
  const known = inputs.filter(({ rttMs }) => rttMs !== null)
  const claims = known.map(
    (input): Claim => ({
      quality: qualityOf(input.rttMs ?? 0, input.loss),
      ceilingBps: ceilingOf(input).bps,
    }),
  )
  const parts = allocate(claims, demandBps)
  const logs = parts.map((part) => Math.log(Math.max(part, Number.MIN_VALUE)))
  const mean = logs.reduce((sum, log) => sum + log, 0) / Math.max(1, logs.length)
  return inputs.map((input) => {
    const at = known.indexOf(input)
    if (at < 0) return { logWeight: null, hold: null }
    return { logWeight: (logs[at] ?? 0) - mean, hold: holdOf(input, (parts[at] ?? 0) * demandBps) }
  })
}

/** What holds a pair that is to get `bps`; null when it could have more. */
function holdOf(input: WeightInput, bps: number): WeightHold | null {
  const ceiling = ceilingOf(input)
  if (bps < ceiling.bps * (1 - 1e-9)) return null
  return bps > ceiling.bps * (1 + 1e-6) ? { by: 'overload', bps: null } : ceiling
}

function ceilingOf({ rateBps, seenBps, queueMs, capBps }: WeightInput): {
  readonly bps: number
  readonly by: WeightLimit
} {
  const queued = Math.max(0, (queueMs ?? 0) - freeQueueMs)
  const estimate = rateBps === null ? Infinity : (usedRatePart * rateBps) / (1 + queued / drainQueueMs)
  if (capBps !== null && capBps < estimate) return { bps: capBps, by: 'cap' }
  if (queued > 0) return { bps: estimate, by: 'queue' }
  return { bps: estimate, by: estimate > (seenBps ?? Infinity) ? 'trial' : 'capacity' }
}
