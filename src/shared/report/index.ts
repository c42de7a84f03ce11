/** The report of a session: its format, how it is derived from a recording, and its other forms. */
export { reportToCsv, streamsToCsv } from './csv'
export { reportFiles, type ReportFormat, reportToJson } from './forms'
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
