/** One row of figures; a null was not measured. */
export interface Row {
  readonly label: string
  readonly values: readonly (number | null)[]
}

/** What a bench found. Units stand in the columns' names. */
export interface Table {
  /** What it shows, where a bench has several. */
  readonly title?: string
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  /** Sentences that a reader of the figures needs. */
  readonly notes: readonly string[]
  /** Printed after it. */
  readonly further?: readonly Table[]
}

export interface BenchOptions {
  /** Runs of everything that is compared on emulated links; medians are shown. */
  readonly runs: number
  /** Length of one such run, s; undefined = the bench's own. */
  readonly seconds: number | undefined
  /** Of what happens at random. */
  readonly seed: number
  /** Where a bench leaves what it was found from; undefined = nowhere. */
  readonly keepIn: string | undefined
  /** Topologies of emulated links; empty = the bench's own. */
  readonly topologies: readonly string[]
  /** Of the rows of `failover`, those whose labels have one of these texts; empty = all. */
  readonly only: readonly string[]
  /** A line on how far it is, for people. */
  say(line: string): void
}

/** A measurement whose parts run side by side in one run, so that their ratios hold on any machine. */
export interface Bench {
  readonly name: string
  /** What its table shows, one sentence. */
  readonly about: string
  /** Too long to be run with all others. */
  readonly onlyByName?: boolean
  /** Measured on emulated links, which need root and the program `lab`. */
  readonly needsLab: boolean
  run(options: BenchOptions): Promise<Table>
}

/** The middle value; null of none. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

/** Nearest-rank percentile; null of none. */
export function percentile(values: readonly number[], percent: number): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? null
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** How many times the base it is; null where either is missing. */
export function ratio(value: number | null, base: number | null): number | null {
  return value === null || base === null || base === 0 ? null : value / base
}
