/** Aligned text tables that fit the terminal: too many columns continue below, each part beginning with the label. */

export interface TextColumn<Row> {
  readonly title: string
  readonly read: (row: Row) => string
}

/** Characters a line has when it goes to a file or a pipe. */
export const plainWidth = 200
const labelChars = 26

/** Characters as a terminal counts them, near enough: combining marks take none. */
function widthOf(text: string): number {
  return [...text.replace(/\p{M}/gu, '')].length
}

const padEnd = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - widthOf(text)))
const padStart = (text: string, width: number) => ' '.repeat(Math.max(0, width - widthOf(text))) + text

/** No control characters (a peer's name could hold them), and not too long. */
export function cleanCell(text: string, chars: number): string {
  const clean = [...text.replace(/[\p{Cc}\p{Cf}]/gu, '')]
  return clean.length <= chars ? clean.join('') : `${clean.slice(0, chars - 1).join('')}…`
}

export function textTable<Row>(
  label: TextColumn<Row>,
  columns: readonly TextColumn<Row>[],
  rows: readonly Row[],
  width: number,
): string {
  const labels = [label.title, ...rows.map((row) => cleanCell(label.read(row), labelChars))]
  const labelWidth = Math.max(...labels.map(widthOf))
  const cells = columns.map(({ title, read }) => [title, ...rows.map((row) => cleanCell(read(row), 60))])
  const groups = grouped(
    cells.map((column) => Math.max(...column.map(widthOf))),
    width - labelWidth,
  )
  return groups
    .map((group) =>
      labels
        .map((text, line) => {
          const numbers = group.map(({ at, wide }) => padStart(cells[at]?.[line] ?? '', wide))
          return `${[padEnd(text, labelWidth), ...numbers].join('  ').trimEnd()}\n`
        })
        .join(''),
    )
    .join('')
}

interface Placed {
  readonly at: number
  readonly wide: number
}

function grouped(widths: readonly number[], room: number): readonly (readonly Placed[])[] {
  const groups: Placed[][] = [[]]
  let used = 0
  for (const [at, wide] of widths.entries()) {
    if (used + wide + 2 > room && (groups.at(-1)?.length ?? 0) > 0) {
      groups.push([])
      used = 0
    }
    groups.at(-1)?.push({ at, wide })
    used += wide + 2
  }
  return groups
}
