/** The forms of a report, as files. */
import { reportToCsv, streamsToCsv } from './csv'
import { reportToHtml } from './html'
import { reportToMarkdown } from './markdown'
import type { Report } from './schema'

export type ReportFormat = 'json' | 'csv' | 'html' | 'md'

/** The files of a format, the main one first; `end` is what their names end with. CSV has one for each kind of row. */
export function reportFiles(report: Report, format: ReportFormat): readonly [ReportFile, ...ReportFile[]] {
  switch (format) {
    case 'json':
      return [{ end: '.json', text: reportToJson(report) }]
    case 'csv':
      return [
        { end: '.csv', text: reportToCsv(report) },
        { end: '.streams.csv', text: streamsToCsv(report) },
      ]
    case 'html':
      return [{ end: '.html', text: reportToHtml(report) }]
    case 'md':
      return [{ end: '.md', text: reportToMarkdown(report) }]
  }
}

export interface ReportFile {
  readonly end: string
  readonly text: string
}

/** report.json: indented, but each sample on one line. */
export function reportToJson(report: Report): string {
  const rows = report.samples.rows.map((row) => `      ${JSON.stringify(row)}`).join(',\n')
  const withoutRows = JSON.stringify({ ...report, samples: { ...report.samples, rows: [] } }, null, 2)
  if (rows === '') return `${withoutRows}\n`
  const at = withoutRows.lastIndexOf('"rows": []')
  return `${withoutRows.slice(0, at)}"rows": [\n${rows}\n    ]${withoutRows.slice(at + '"rows": []'.length)}\n`
}
