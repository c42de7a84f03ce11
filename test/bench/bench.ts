/** One row of figures; a null was not measured. */
export interface Row {
  readonly label: string
  readonly values: readonly (number | null)[]
}

/** What a figure is to be: no less than `least`, no more than `most`. A limit that is null was to be measured, and was not. */
export interface Target {
  /** Which figure, in the words of its row and column. */
  readonly what: string
  /** Infinity is what never happened; a null was not measured. */
  readonly value: number | null
  readonly least?: number | null
  readonly most?: number | null
}

export type Verdict = 'met' | 'missed' | 'not measured'

/** What a bench found. Units stand in the columns' names. */
export interface Table {
  /** What it shows, where a bench has several. */
  readonly title?: string
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  /** Sentences that a reader of the figures needs. */
  readonly notes: readonly string[]
  /** A figure that misses its own is printed as such; no bench fails for it. */
  readonly targets?: readonly Target[]
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

/** A target is met at the limit itself. Nothing is met, or missed, where one of its numbers is not known. */
export function verdictOf({ value, least, most }: Target): Verdict {
  if (value === null || Number.isNaN(value) || least === null || most === null) return 'not measured'
  return value >= (least ?? -Infinity) && value <= (most ?? Infinity) ? 'met' : 'missed'
}

/** A figure of a table; null where it was not measured, or there is no such row. A column that does not exist is a mistake. */
export function figureOf(
  { columns, rows }: Pick<Table, 'columns' | 'rows'>,
  label: string,
  column: string,
): number | null {
  const at = columns.indexOf(column)
  if (at < 0) throw new Error(`There is no column ${column}.`)
  return rows.find((row) => row.label === label)?.values[at] ?? null
}

/** The middle value; null of none. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

/** The largest of what was measured; null of nothing. */
export function largest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
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
