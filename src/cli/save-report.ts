/** Writes a report in its forms. */
import { join } from 'node:path'
import { reportToCsv, reportToHtml, reportToJson, reportToMarkdown, type Report } from '../shared/report'
import { writeWhole } from './files'
import type { ReportFormat } from './options'

export function reportText(report: Report, format: ReportFormat): string {
  switch (format) {
    case 'json':
      return reportToJson(report)
    case 'csv':
      return reportToCsv(report)
    case 'html':
      return reportToHtml(report)
    case 'md':
      return reportToMarkdown(report)
  }
}

export interface Saved {
  readonly files: readonly string[]
  readonly problems: readonly string[]
}

/** DIR/report.json and so on, as asked. */
export function saveReport(report: Report, dir: string, formats: readonly ReportFormat[]): Saved {
  const files: string[] = []
  const problems: string[] = []
  for (const format of new Set(formats)) {
    const file = join(dir, `report.${format}`)
    const result = writeWhole(file, reportText(report, format))
    if (result.kind === 'ok') files.push(file)
    else problems.push(result.message)
  }
  return { files, problems }
}
