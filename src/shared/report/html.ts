/** The report as one HTML file: no scripts, nothing loaded, both light and dark. */
import { pathStyle } from '../paths'
import { definitions } from '../words'
import {
  checkWord,
  clock,
  endpointsText,
  pairColumns,
  sessionFacts,
  startedText,
  streamColumns,
} from './facts'
import { escapeHtml as esc, graph, type Line, type Mark } from './graph'
import { meaningOf } from './meaning'
import { pathOrder } from './order'
import type { Report, SampleColumn } from './schema'
import { css } from './style'

/** Graphs show at most this many paths, those in use first; the table has all. */
const pathsDrawn = 64
/** Events printed; the JSON form has all. */
const eventsPrinted = 1000

export function reportToHtml(report: Report): string {
  const order = pathOrder(report)
  const title = esc(`${report.session.title}, ${startedText(report)}`)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title><style>${css}${pathColours(order.length)}</style></head><body><main>
${[head(report), meaning(report), paths(report, order), graphs(report, order), messages(report), checks(report), events(report), foot(report)].join('\n')}
</main></body></html>
`
}

function pathColours(count: number): string {
  const styles = Array.from({ length: count }, (_, index) => pathStyle(index))
  const light = styles.map((style, index) => `--p${index}:${style.light}`).join(';')
  const dark = styles.map((style, index) => `--p${index}:${style.dark}`).join(';')
  return `:root{${light}}@media (prefers-color-scheme:dark){:root{${dark}}}`
}

function head(report: Report): string {
  const facts = sessionFacts(report).map(
    ({ name, value }) => `<div><dt>${esc(name)}</dt><dd>${esc(value)}</dd></div>`,
  )
  const incomplete = report.session.complete
    ? ''
    : '<p class="banner bad">Incomplete: the recording breaks off before the session ended.</p>'
  const emulated = report.session.emulated
    ? '<p class="banner">Emulated: all paths ran inside one process. No figure here says anything about a real network.</p>'
    : ''
  return `<header><h1>${esc(report.session.title)}</h1><p class="dim">${esc(startedText(report))} · ${esc(endpointsText(report))}</p>${incomplete}${emulated}</header><dl class="facts">${facts.join('')}</dl>`
}

function meaning(report: Report): string {
  const warnings = report.warnings.map(({ message }) => `<li>${esc(message)}</li>`).join('')
  const told = warnings === '' ? '' : `<h2>Warnings</h2><ul class="warnings">${warnings}</ul>`
  return `<section><h2>What this means</h2><p class="say">${meaningOf(report).map(esc).join(' ')}</p>${told}</section>`
}

function key(index: number): string {
  const { dash } = pathStyle(index)
  return `<svg class="key" width="26" height="8" aria-hidden="true"><line x1="0" x2="26" y1="4" y2="4" style="stroke:var(--p${index})" stroke-dasharray="${dash.join(' ')}"/></svg>`
}

/** host 192.0.2.1:50000, host [2001:db8::1]:50000 */
function endText({ type, address, port }: Report['pairs'][number]['local']): string {
  return `${type} ${address.includes(':') ? `[${address}]` : address}:${port}`
}

const health: Readonly<Record<string, string>> = { up: 'good', down: 'bad', 'no-reply': 'warn' }

function paths(report: Report, order: readonly number[]): string {
  const header = pairColumns.map(
    ({ title, unit }) => `<th>${esc(title)}${unit === '' ? '' : ` <span>${esc(unit)}</span>`}</th>`,
  )
  const rows = report.pairs.map((pair) => {
    const ends = `${endText(pair.local)} → ${endText(pair.remote)}`
    const cells = pairColumns.map(({ title, read, beside }) => {
      const dot = title === 'State' ? `<i class="dot ${health[pair.state] ?? ''}"></i>` : ''
      const small = beside === undefined ? '' : `<span>${esc(beside(pair))}</span>`
      return `<td>${dot}${esc(read(pair))}${small}</td>`
    })
    return `<tr><th scope="row">${key(order.indexOf(pair.id))}<b>${esc(pair.label)}</b><span>${esc(ends)}</span></th>${cells.join('')}</tr>`
  })
  return `<section><h2>Paths</h2><div class="wide"><table><thead><tr><th>Path</th>${header.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div></section>`
}

function graphs(report: Report, order: readonly number[]): string {
  const { session, pairs } = report
  const shown = [...pairs].sort((a, b) => Number(b.inUse) - Number(a.inUse)).slice(0, pathsDrawn)
  const ids = shown.map(({ id }) => id).sort((a, b) => a - b)
  const caption = `${session.title} · ${endpointsText(report)} · ${startedText(report)}`
  const untilSeconds = Math.max(session.durationSeconds, Number(report.samples.rows.at(-1)?.[0] ?? 0))
  const marks = report.events.flatMap((event): Mark[] => {
    const isOutage = event.kind === 'pair-state' && (event['from'] === 'down' || event['to'] === 'down')
    return isOutage || event.kind === 'mode' ? [{ t: event.t, health: event.health, text: event.text }] : []
  })
  const one = (title: string, unit: string, column: SampleColumn, heightPx: number, scale = 1) =>
    graph({
      title,
      unit,
      caption,
      marks,
      untilSeconds,
      heightPx,
      lines: linesOf(report, ids, order, column, scale),
    })
  const each = `each ${report.samples.intervalMs / 1000} s`
  const byLabel = new Map(pairs.map((pair) => [pair.id, pair.label]))
  const legend = ids
    .map((id) => `<span>${key(order.indexOf(id))}${esc(byLabel.get(id) ?? '')}</span>`)
    .join('')
  return `<section><h2>Over time</h2><div class="legend">${legend}</div>${[
    one('Round trip', `ms · median, ${each}`, 'rttMs', 260),
    one('Rate sent', `Mbit/s · everything on the path, ${each}`, 'sentBps', 150, 1e-6),
    one('Loss', `% towards the peer, ${each}`, 'lossSentPercent', 150),
    session.mode === 'weighted' ? one('Weight', 'as set by the scheduler', 'weight', 150) : '',
    one('Share', '% of what is sent', 'share', 150, 100),
  ].join('')}</section>`
}

function linesOf(
  { samples }: Report,
  ids: readonly number[],
  order: readonly number[],
  column: SampleColumn,
  scale: number,
): readonly Line[] {
  const [tAt, pairAt, valueAt] = [
    samples.columns.indexOf('t'),
    samples.columns.indexOf('pair'),
    samples.columns.indexOf(column),
  ]
  const byPair = new Map(ids.map((id) => [id, [] as { t: number; value: number | null }[]]))
  for (const row of samples.rows) {
    const value = row[valueAt]
    const point = { t: Number(row[tAt]), value: typeof value === 'number' ? value * scale : null }
    byPair.get(Number(row[pairAt]))?.push(point)
  }
  return ids.map((id) => ({ index: order.indexOf(id), points: byPair.get(id) ?? [] }))
}

function messages({ streams }: Report): string {
  if (streams.length === 0) return ''
  const header = streamColumns.map(({ title }) => `<th>${esc(title)}</th>`).join('')
  const rows = streams.map(
    (stream) => `<tr>${streamColumns.map(({ read }) => `<td>${esc(read(stream))}</td>`).join('')}</tr>`,
  )
  return `<section><h2>Streams</h2><div class="wide"><table class="streams"><thead><tr>${header}</tr></thead><tbody>${rows.join('')}</tbody></table></div></section>`
}

function checks(report: Report): string {
  const rows = report.checks.map(({ id, passed, detail }) => {
    const colour = passed === null ? '' : passed ? 'good' : 'bad'
    return `<tr><td><i class="dot ${colour}"></i>${checkWord(passed)}</td><td>${esc(id)}</td><td class="long">${esc(detail)}</td></tr>`
  })
  return `<section><h2>Checks</h2><div class="wide"><table class="checks"><tbody>${rows.join('')}</tbody></table></div></section>`
}

function events(report: Report): string {
  const rows = report.events.slice(0, eventsPrinted).map(({ t, text, health: colour }) => {
    const dot = colour === 'none' ? '' : `<i class="dot ${esc(colour)}"></i>`
    return `<li><time>${clock(t)}</time><span>${dot}${esc(text)}</span></li>`
  })
  const rest = report.events.length - rows.length
  const more = rest > 0 ? `<p class="dim">${rest} more events are in the JSON form.</p>` : ''
  return `<section><h2>Events</h2><ol class="events">${rows.join('')}</ol>${more}</section>`
}

function foot(report: Report): string {
  const terms = definitions
    .map(({ term, meaning: text }) => `<div><dt>${esc(term)}</dt><dd>${esc(text)}</dd></div>`)
    .join('')
  return `<section><h2>Definitions</h2><dl class="terms">${terms}</dl></section><footer>${esc(report.app.name)} ${esc(report.app.version)} · ${esc(report.schema)} · session ${esc(report.session.id)}</footer>`
}
