import { qualityOf } from './quality'

/** Time in which 63 % of a change is followed. */
const timeConstantMs = 1000
/** Weights are smoothed as logarithms, so a lower limit of 0 stands for this. */
const leastWeight = 1e-3

export interface WeightSettings {
  readonly minWeight: number
  readonly maxWeight: number
  readonly initialWeight: number
}

/** One carrying pair. `rttMs`: smoothed RTT, null before a sample. `loss`: towards the peer 0..1, null when unknown. */
export interface WeightInput {
  readonly id: number
  readonly rttMs: number | null
  readonly loss: number | null
}

/**
 * Weights of the carrying pairs: each pair's quality (one over RTT, times the chance that ten packets in a row arrive)
 * over the geometric mean of all their qualities, within [minWeight, maxWeight], followed with a time constant of 1 s.
 * So 1 is the average pair, and a pair twice as slow as another gets half its weight.
 */
export interface Weights {
  /** Call at whatever intervals: the weights move by the time that has passed, not by the number of calls. */
  update(inputs: readonly WeightInput[], nowMs: number): void
  /** The initial weight for a pair that never had a sample. */
  weight(id: number): number
  remove(id: number): void
}

interface Tracked {
  logWeight: number
  /** exp(logWeight): it is asked for with every packet. */
  weight: number
  updatedAtMs: number
}

export function createWeights(settings: WeightSettings): Weights {
  const low = Math.log(Math.max(settings.minWeight, leastWeight))
  const high = Math.max(low, Math.log(Math.max(settings.maxWeight, leastWeight)))
  const initial = Math.min(high, Math.max(low, Math.log(Math.max(settings.initialWeight, leastWeight))))
  const tracked = new Map<number, Tracked>()
  /** Rounding of exp(log(w)) must not step over the limits that are promised. */
  const weightOf = (logWeight: number): number =>
    Math.min(settings.maxWeight, Math.max(settings.minWeight, Math.exp(logWeight)))

  const follow = (id: number, target: number | null, nowMs: number): void => {
    const known = tracked.get(id)
    if (known === undefined) {
      tracked.set(id, { logWeight: initial, weight: weightOf(initial), updatedAtMs: nowMs })
      return
    }
    const elapsedMs = Math.max(0, nowMs - known.updatedAtMs)
    known.updatedAtMs = nowMs
    if (target === null) return
    known.logWeight = target + (known.logWeight - target) * Math.exp(-elapsedMs / timeConstantMs)
    known.weight = weightOf(known.logWeight)
  }

  return {
    update(inputs, nowMs) {
      const reference = meanLogQuality(inputs)
      for (const input of inputs) {
        const quality = logQuality(input)
        const target = quality === null ? null : Math.min(high, Math.max(low, quality - reference))
        follow(input.id, target, nowMs)
      }
    },
    weight: (id) => tracked.get(id)?.weight ?? weightOf(initial),
    remove(id) {
      tracked.delete(id)
    },
  }
}

function logQuality(input: WeightInput): number | null {
  return input.rttMs === null ? null : Math.log(qualityOf(input.rttMs, input.loss))
}

function meanLogQuality(inputs: readonly WeightInput[]): number {
  let sum = 0
  let count = 0
  for (const input of inputs) {
    const quality = logQuality(input)
    if (quality === null) continue
    sum += quality
    count += 1
  }
  return count === 0 ? 0 : sum / count
}
