/** One row of figures; a null was not measured. */
export interface Row {
  readonly label: string
  readonly values: readonly (number | null)[]
}

/** What a bench found. Units stand in the columns' names. */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  /** Sentences that a reader of the figures needs. */
  readonly notes: readonly string[]
}

/** A measurement whose parts run side by side in one process, so that their ratios hold on any machine. */
export interface Bench {
  readonly name: string
  /** What its table shows, one sentence. */
  readonly about: string
  run(progress: (line: string) => void): Promise<Table>
}

/** The middle value; null of none. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** How many times the base it is; null where either is missing. */
export function ratio(value: number | null, base: number | null): number | null {
  return value === null || base === null || base === 0 ? null : value / base
}
