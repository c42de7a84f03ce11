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

/**
 * Payload that was handed on in order within the stream's deadline, bit/s, of one whose packets are all of one size: what came
 * late, or behind a later one, is none of it. 0 where fewer than two packets came.
 */
export function inOrderBps({
  goodputBps,
  received,
  playout,
}: Pick<ReportStream, 'goodputBps' | 'received' | 'playout'>): number {
  if (goodputBps === null || received === null || received === 0) return 0
  if (playout === undefined || playout === null) throw new Error('the report does not say what came in order')
  return (goodputBps * playout.inOrder) / received
}

function streamOf(report: Report, kind: string, direction: 'sent' | 'received'): ReportStream {
  const found = report.streams.find((each) => each.kind === kind && each.direction === direction)
  if (found === undefined) throw new Error(`the report has no ${direction} stream of kind ${kind}`)
  return found
}
