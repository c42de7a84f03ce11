import { readFileSync, statSync } from 'node:fs'
import { readRecordingFile, reasonOf } from '../runtime'
import { checkedReport, parseReport, type Report, reportFiles } from '../shared/report'
import { readStart } from './files'
import type { Command } from './options'
import { saveReport } from './save-report'
import type { Surroundings } from './surroundings'
import { exitStatus, type ExitStatus } from './words'

type ReportCommand = Extract<Command, { readonly kind: 'report' }>

/** A report.json larger than this was not made by Pathscope. */
const reportBytes = 256 << 20

/** Converts or prints a recording or a saved report. */
export function runReport(command: ReportCommand, { stdout, stderr }: Surroundings): ExitStatus {
  const { file, outDir } = command
  const loaded = load(file)
  if (typeof loaded === 'string') {
    stderr.write(`${loaded}\n`)
    return exitStatus.usage
  }
  for (const { message } of loaded.warnings) stderr.write(`warning: ${message}\n`)
  if (outDir === undefined) {
    const [format, ...more] = command.formats ?? ['md' as const]
    if (format === undefined || more.length > 0) {
      stderr.write('Several formats need a folder: add --out DIR.\n')
      return exitStatus.usage
    }
    stdout.write(reportFiles(loaded, format)[0].text)
    return exitStatus.done
  }
  const { files, problems } = saveReport(loaded, outDir, command.formats ?? ['json', 'csv', 'html'])
  for (const written of files) stdout.write(`${written}\n`)
  for (const problem of problems) stderr.write(`${problem}\n`)
  return problems.length === 0 ? exitStatus.done : exitStatus.failed
}

/** The report of a file, or a sentence. The first line tells a recording from a report. */
function load(file: string): Report | string {
  const start = readStart(file, 4096)
  if (start.kind === 'missing') return `${file} does not exist.`
  if (start.kind === 'problem') return start.message
  if (/"schema":\s*"pathscope\.report\//.test(start.text)) return loadReport(file)
  const read = readRecordingFile(file)
  if (read.kind === 'problem') return `${file}: ${read.message}`
  const made = checkedReport(read.recording)
  return made.kind === 'ok' ? made.report : `${file}: ${made.message}`
}

function loadReport(file: string): Report | string {
  try {
    if (statSync(file).size > reportBytes) return `${file} is too large to be a report.`
    const parsed = parseReport(readFileSync(file, 'utf8'))
    return parsed.kind === 'ok' ? parsed.report : `${file}: ${parsed.message}`
  } catch (error) {
    return `${file} cannot be read: ${reasonOf(error)}`
  }
}
