/** Reading a session's reports: what the receiving side says of the left side's stream. */
import type { Report, ReportStream } from '../../../src/shared/report'
import type { LabReports } from './session'

/** The stream as its receiver counted it. */
export function receivedStream(reports: LabReports, kind: string): ReportStream {
  return streamOf(reports.right, kind, 'received')
}

/** The stream as its sender counted it. */
export function sentStream(reports: LabReports, kind: string): ReportStream {
  return streamOf(reports.left, kind, 'sent')
}

function streamOf(report: Report, kind: string, direction: 'sent' | 'received'): ReportStream {
  const found = report.streams.find((each) => each.kind === kind && each.direction === direction)
  if (found === undefined) throw new Error(`the report has no ${direction} stream of kind ${kind}`)
  return found
}
