import type { Distribution } from '../face/snapshot'

/** Half a bucket of the histogram. */
const relativeError = 1 / 128

/**
 * What a distribution tells wrongly of these values; undefined when it is theirs. Count and ends must be exact, and what is
 * between them as near as the histogram promises.
 */
export function distributionProblem(
  told: Distribution | null,
  values: readonly number[],
): string | undefined {
  if (values.length === 0) return told === null ? undefined : `${told.n} values where there are none`
  if (told === null) return `nothing of ${values.length} values`
  const sorted = [...values].sort((a, b) => a - b)
  const rank = (percent: number): number => sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? NaN
  const exact = { n: sorted.length, min: sorted[0], max: sorted.at(-1) }
  for (const key of ['n', 'min', 'max'] as const)
    if (told[key] !== exact[key]) return `${key} is ${told[key]} and should be ${exact[key]}`
  for (const [key, percent] of [
    ['p50', 50],
    ['p95', 95],
    ['p99', 99],
  ] as const) {
    const value = rank(percent)
    if (!(Math.abs(told[key] - value) <= value * relativeError + 1 / 1024))
      return `${key} is ${told[key]} and should be ${value}`
  }
  return undefined
}
