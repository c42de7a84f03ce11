import type { Table } from './bench'

/** The table as aligned text, numbers to three digits. */
export function printed(table: Table): string {
  const head = ['', ...table.columns]
  const body = table.rows.map((row) => [row.label, ...row.values.map(figure)])
  const widths = head.map((_, at) => Math.max(...[head, ...body].map((cells) => (cells[at] ?? '').length)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart((widths[at] ?? 0) + 2)))
      .join('')
      .trimEnd()
  const title = table.title === undefined ? [] : [table.title]
  const own = [...title, line(head), ...body.map(line), ...table.notes].join('\n')
  return [own, ...(table.further ?? []).map(printed)].join('\n\n')
}

function figure(value: number | null): string {
  if (value === null) return '-'
  if (value !== 0 && Math.abs(value) < 100) return value.toPrecision(3)
  return String(Math.round(value))
}
