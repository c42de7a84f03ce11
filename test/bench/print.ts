import { type Table, type Target, verdictOf } from './bench'

/** The table as aligned text, numbers to three digits, and what became of its targets. */
export function printed(table: Table): string {
  const body = table.rows.map((row) => [row.label, ...row.values.map((value) => figure(value, 3))])
  const title = table.title === undefined ? [] : [table.title]
  const own = [...title, ...aligned([['', ...table.columns], ...body]), ...table.notes].join('\n')
  return [own, ...targets(table.targets ?? []), ...(table.further ?? []).map(printed)].join('\n\n')
}

/** The table with its verdicts, and a word for what never happened, which JSON has none for. */
export function asJson(value: unknown, indent = 0): string {
  return JSON.stringify(
    value,
    (key, each: unknown) => {
      if (key === 'targets') return (each as readonly Target[]).map(judged)
      return each === Infinity ? 'never' : each
    },
    indent,
  )
}

const judged = (target: Target) => ({ ...target, verdict: verdictOf(target) })

/** Figures here have a digit more than in tables: what misses its target by little should not look like it. */
function targets(all: readonly Target[]): string[] {
  if (all.length === 0) return []
  const lines = all.map((one) => [one.what, figure(one.value, 4), limitsOf(one), verdictOf(one)])
  return [aligned([['Targets', 'figure', 'target', ''], ...lines]).join('\n')]
}

function limitsOf({ least, most }: Target): string {
  const parts = [
    ...(least === undefined ? [] : [`>= ${limit(least)}`]),
    ...(most === undefined ? [] : [`<= ${limit(most)}`]),
  ]
  return parts.join(', ')
}

const limit = (value: number | null): string => (value === null ? '-' : String(Number(value.toPrecision(4))))

function aligned(lines: readonly (readonly string[])[]): string[] {
  const widths = (lines[0] ?? []).map((_, at) => Math.max(...lines.map((cells) => (cells[at] ?? '').length)))
  return lines.map((cells) =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart((widths[at] ?? 0) + 2)))
      .join('')
      .trimEnd(),
  )
}

function figure(value: number | null, digits: number): string {
  if (value === null) return '-'
  if (value === Infinity) return 'never'
  if (value !== 0 && Math.abs(value) < 100) return value.toPrecision(digits)
  return String(Math.round(value))
}
