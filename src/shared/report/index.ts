/** The report of a session: its format, how it is derived from a recording, and its other forms. */
export { reportToCsv } from './csv'
export { checkedReport, deriveReport } from './derive'
export { reportToHtml } from './html'
export { reportToMarkdown } from './markdown'
export { meaningOf } from './meaning'
export {
  parseReport,
  reportJsonSchema,
  reportSchema,
  type ParseReportResult,
  type Report,
  type ReportCheck,
  type ReportPair,
  type ReportStream,
} from './schema'

import type { Report } from './schema'

/** report.json: indented, but each sample on one line. */
export function reportToJson(report: Report): string {
  const rows = report.samples.rows.map((row) => `      ${JSON.stringify(row)}`).join(',\n')
  const withoutRows = JSON.stringify({ ...report, samples: { ...report.samples, rows: [] } }, null, 2)
  if (rows === '') return `${withoutRows}\n`
  const at = withoutRows.lastIndexOf('"rows": []')
  return `${withoutRows.slice(0, at)}"rows": [\n${rows}\n    ]${withoutRows.slice(at + '"rows": []'.length)}\n`
}
