import { Coverage } from './coverage'
import { probeGrowth, shortestMs } from './growth'
import { mutate, type Pool } from './mutate'
import { createRandom, type Random, seedFrom } from './random'
import type { Target } from './target'

export interface Failure {
  readonly input: Uint8Array
  readonly message: string
}

export interface Outcome {
  readonly runs: number
  readonly seconds: number
  /** Coverage points when the known inputs had run, and those found since. */
  readonly knownPoints: number
  readonly newPoints: number
  readonly corpus: readonly Uint8Array[]
  readonly failures: readonly Failure[]
}

export interface CampaignOptions {
  readonly seconds: number
  readonly seed: number
  /** Inputs of earlier campaigns. */
  readonly known: readonly Uint8Array[]
  /** Told before each run, so that an input that never comes back is known. */
  readonly before: (input: Uint8Array) => void
}

const defaultSlowMs = 250
const maxCorpus = 4000
const maxFailures = 8
/** A probe of growth takes as long as thousands of runs. */
const probeEveryMs = 700
const minimiseMs = 1500

/** Runs a target with one changed input after the other, and keeps those that reach what none has reached before. */
export function runCampaign(target: Target, options: CampaignOptions): Outcome {
  const random = createRandom(seedFrom(options.seed, target.name))
  const coverage = new Coverage()
  const corpus: Uint8Array[] = []
  const failures = new Map<string, Failure>()
  let runs = 0

  const attempt = (input: Uint8Array): void => {
    options.before(input)
    runs += 1
    const failure = failureOf(target, input)
    if (failure !== undefined) {
      const key = kindOf(failure)
      if (!failures.has(key) && failures.size < maxFailures) {
        failures.set(key, { input: minimise(target, input, key, options.before), message: failure })
      }
      coverage.clear()
    } else if (coverage.take() && corpus.length < maxCorpus) corpus.push(input)
  }

  const startedAt = performance.now()
  coverage.clear()
  for (const input of [...target.samples(), ...options.known]) {
    attempt(input)
    if (!corpus.includes(input) && corpus.length < maxCorpus) corpus.push(input)
  }
  const knownPoints = coverage.points
  const pool: Pool = { words: target.words, others: corpus, maxBytes: target.maxBytes }
  const untilMs = startedAt + options.seconds * 1000
  let probeAtMs = startedAt + probeEveryMs
  for (let now = startedAt; now < untilMs; now = performance.now()) {
    for (let batch = 16; batch > 0; batch -= 1) attempt(next(target, corpus, random, pool))
    if (target.growBytes === undefined || now < probeAtMs) continue
    probeAtMs = now + probeEveryMs
    probe(target, choose(corpus, random), random, failures, options.before)
    coverage.clear()
  }
  return {
    runs,
    seconds: (performance.now() - startedAt) / 1000,
    knownPoints,
    newPoints: coverage.points - knownPoints,
    corpus,
    failures: [...failures.values()],
  }
}

function next(target: Target, corpus: readonly Uint8Array[], random: Random, pool: Pool): Uint8Array {
  const from = choose(corpus, random)
  const { shape } = target
  if (shape === undefined) return mutate(from, random, pool)
  const isShaped = random.chance(0.7)
  const changed = isShaped && random.chance(0.7) ? from : mutate(from, random, pool)
  const shaped = isShaped ? shape(changed, random) : changed
  return shaped.length > target.maxBytes ? shaped.subarray(0, target.maxBytes) : shaped
}

/** Late finds more often: nobody has looked around there yet. */
function choose(corpus: readonly Uint8Array[], random: Random): Uint8Array {
  if (corpus.length === 0) return random.bytes(16)
  const late = Math.max(1, corpus.length >> 2)
  return random.chance(0.4)
    ? (corpus[corpus.length - 1 - random.below(late)] as Uint8Array)
    : random.pick(corpus)
}

/** What is wrong with this input, as told by what it threw or by the time it took. */
export function failureOf(target: Target, input: Uint8Array): string | undefined {
  const slowMs = target.slowMs ?? defaultSlowMs
  try {
    const startedAt = performance.now()
    target.run(input)
    const tookMs = performance.now() - startedAt
    if (tookMs <= slowMs) return undefined
    const again = shortestMs(target, input, 2)
    return again <= slowMs ? undefined : `one input of ${input.length} bytes takes ${again.toFixed(0)} ms`
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}

function probe(
  target: Target,
  input: Uint8Array,
  random: Random,
  failures: Map<string, Failure>,
  before: (input: Uint8Array) => void,
): void {
  before(input)
  try {
    const growth = probeGrowth(target, input, random)
    if (growth !== undefined && !failures.has('growth')) failures.set('growth', growth)
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    if (!failures.has(kindOf(message)))
      failures.set(kindOf(message), { input, message: `when grown: ${message}` })
  }
}

/** Failures of one kind are told once: the same sentence from the same place, whatever numbers stand in it. */
function kindOf(message: string): string {
  const lines = message.split('\n')
  const place = lines.find((line) => /^\s+at /.test(line)) ?? ''
  return `${lines[0]?.replace(/\d+/g, '#').slice(0, 60)} ${place.trim()}`
}

/** The input without the parts that the failure does not need. */
function minimise(
  target: Target,
  input: Uint8Array,
  key: string,
  before: (input: Uint8Array) => void,
): Uint8Array {
  const untilMs = performance.now() + minimiseMs
  let best = input
  for (let size = best.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < best.length && performance.now() < untilMs; ) {
      const shorter = new Uint8Array(Buffer.concat([best.subarray(0, at), best.subarray(at + size)]))
      before(shorter)
      const failure = failureOf(target, shorter)
      if (failure !== undefined && kindOf(failure) === key) best = shorter
      else at += size
    }
  }
  return best
}

/**
 * Few and short inputs of these that together reach the most of what all of them reach. Short ones are asked first, so
 * that a long one is kept only for what no short one reaches; what is in the samples anyway need not be kept.
 */
export function fewest(
  target: Target,
  inputs: readonly Uint8Array[],
  most: number,
  mostBytes: number,
): Uint8Array[] {
  const coverage = new Coverage()
  const reached = new Set<number>()
  const gainOf = (input: Uint8Array): number => {
    coverage.clear()
    if (failureOf(target, input) !== undefined) return 0
    const points = coverage.takePoints().filter((point) => !reached.has(point))
    for (const point of points) reached.add(point)
    return points.length
  }
  for (const sample of target.samples()) gainOf(sample)
  const useful = [...inputs]
    .sort((a, b) => a.length - b.length)
    .map((input) => ({ input, gain: gainOf(input) }))
    .filter(({ gain }) => gain > 0)
    .sort((a, b) => b.gain - a.gain)
  const kept: Uint8Array[] = []
  let room = mostBytes
  for (const { input } of useful) {
    if (kept.length >= most || input.length > room) continue
    kept.push(input)
    room -= input.length
  }
  return kept
}
