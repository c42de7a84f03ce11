import { definitions } from '../words'
import { checkWord, clock, pairColumns, type PairColumn, sessionFacts, streamColumns } from './facts'
import { meaningOf } from './meaning'
import type { Report, ReportPair } from './schema'

/** User text must not become markup. */
function plain(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/[\\`*_{}[\]<>#|~]/g, (char) => (char === '<' ? '&lt;' : `\\${char}`))
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(plain).join(' | ')} |`
  return [line(header), `|${header.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n')
}

function cellText({ read, beside }: PairColumn, pair: ReportPair): string {
  const small = beside?.(pair) ?? ''
  return small === '' ? read(pair) : `${read(pair)} (${small})`
}

/** The report as GitHub-flavoured Markdown: what it means, the tables, the events. */
export function reportToMarkdown(report: Report): string {
  const sections: string[] = [`# ${plain(report.session.title)}`]
  if (!report.session.complete)
    sections.push('**Incomplete: the recording breaks off before the session ended.**')
  sections.push(meaningOf(report).map(plain).join(' '))
  sections.push(
    sessionFacts(report)
      .map(({ name, value }) => `- ${name}: ${plain(value)}`)
      .join('\n'),
  )
  const title = ({ title: name, unit }: (typeof pairColumns)[number]) =>
    unit === '' ? name : `${name} (${unit})`
  sections.push('## Paths')
  sections.push(
    table(
      ['Path', ...pairColumns.map(title)],
      report.pairs.map((pair) => [pair.label, ...pairColumns.map((column) => cellText(column, pair))]),
    ),
  )
  sections.push('## Streams')
  sections.push(
    table(
      streamColumns.map((column) => column.title),
      report.streams.map((stream) => streamColumns.map(({ read }) => read(stream))),
    ),
  )
  sections.push('## Checks')
  sections.push(
    table(
      ['Check', 'Result', 'Detail'],
      report.checks.map(({ id, passed, detail }) => [id, checkWord(passed), detail]),
    ),
  )
  if (report.warnings.length > 0) {
    sections.push('## Warnings', report.warnings.map(({ message }) => `- ${plain(message)}`).join('\n'))
  }
  sections.push('## Events', report.events.map(({ t, text }) => `- ${clock(t)} ${plain(text)}`).join('\n'))
  sections.push(
    '## Definitions',
    definitions.map(({ term, meaning }) => `- **${term}**: ${meaning}`).join('\n'),
  )
  return `${sections.join('\n\n')}\n`
}
