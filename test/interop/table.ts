/** The results for people: a row for each peer and role, with a figure for each mode; and one for each SRTP exchange. */
import type { Outcome } from './attempt'
import type { Outcome as ExchangeOutcome } from './srtp/exchanges'

interface Row {
  readonly peer: string
  /** In redundant and in weighted mode. */
  readonly outcomes: readonly Outcome[]
}

const columns: readonly (readonly [title: string, read: (outcome: Outcome) => string])[] = [
  ['connected', ({ connected }) => (connected ? 'yes' : 'no')],
  ['open after', ({ openAfterMs }) => (openAfterMs === null ? '-' : `${openAfterMs} ms`)],
  ['sent/arrived/back', ({ sent, arrived, echoed }) => `${sent}/${arrived}/${echoed}`],
  ['pairs alive', ({ alive, pairs }) => `${alive} of ${pairs}`],
  ['used', ({ used }) => String(used)],
  ['took data', ({ usedByPeersCount }) => (usedByPeersCount === null ? '-' : String(usedByPeersCount))],
]

export function tableOf(rows: readonly Row[]): string {
  const head = ['peer', 'its role', ...columns.map(([title]) => title), 'result']
  const body = rows.map(({ peer, outcomes }) => [
    peer,
    outcomes[0]?.attempt.role ?? '',
    ...columns.map(([, read]) => joined(outcomes.map(read))),
    outcomes.every(({ faults }) => faults.length === 0) ? 'passed' : 'FAILED',
  ])
  return `${aligned([head, ...body])}\nWhere two values stand, they are of redundant and weighted mode. "took data" is by the peer's own counts per pair.\n`
}

export interface ExchangeRow {
  readonly exchange: string
  /** Undefined where that way it is not done. */
  readonly toPeer: ExchangeOutcome | undefined
  readonly toUs: ExchangeOutcome | undefined
}

export function exchangeTableOf(peer: string, rows: readonly ExchangeRow[]): string {
  const head = [`SRTP with ${peer}`, 'ours, opened there', 'theirs, opened here', 'result']
  const body = rows.map(({ exchange, toPeer, toUs }) => [
    exchange,
    ...[toPeer, toUs].map((one) =>
      one === undefined ? '-' : `${one.opened} opened, ${one.refused} refused`,
    ),
    [toPeer, toUs].every((one) => one === undefined || one.faults.length === 0) ? 'passed' : 'FAILED',
  ])
  return `${aligned([head, ...body])}\n`
}

function aligned(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)))
  const text = lines.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return text.join('\n')
}

function joined(values: readonly string[]): string {
  return new Set(values).size === 1 ? (values[0] ?? '') : values.join(', ')
}
