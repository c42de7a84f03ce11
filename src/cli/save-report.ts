/** Writes a report in its forms. */
import { join } from 'node:path'
import { type Report, reportFiles, type ReportFormat } from '../shared/report'
import { writeWhole } from './files'

export interface Saved {
  readonly files: readonly string[]
  readonly problems: readonly string[]
}

/** DIR/report.json and so on, as asked. */
export function saveReport(report: Report, dir: string, formats: readonly ReportFormat[]): Saved {
  const files: string[] = []
  const problems: string[] = []
  for (const { end, text } of [...new Set(formats)].flatMap((format) => reportFiles(report, format))) {
    const file = join(dir, `report${end}`)
    const result = writeWhole(file, text)
    if (result.kind === 'ok') files.push(file)
    else problems.push(result.message)
  }
  return { files, problems }
}
