/** What a session leaves on the disk: its recording from the first moment, and the reports made of it. */
import { existsSync, rmdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { openRecording, readRecordingFile, reasonOf, type OpenedRecording } from '../runtime'
import { recordedRequest } from '../shared/recording'
import { checkedReport, type Report } from '../shared/report'
import type { SessionRequest, SessionUpdate } from '../shared/session'
import type { SessionOptions } from './options'
import { saveReport } from './save-report'
import { summaryText } from './summary'
import type { Surroundings } from './surroundings'
import { plainWidth } from './table'
import type { Voice } from './voice'

export interface SessionFiles {
  append(update: SessionUpdate): void
  /** Nothing is appended any more. */
  close(): Promise<void>
  /** Takes away what was written for a session that never came about, and its folder if it was made for it. */
  discard(): void
  /** Writes the reports that the options ask for and tells what is in them; false where something could not be written. */
  report(): boolean
}

export type OpenFilesResult =
  | { readonly kind: 'opened'; readonly files: SessionFiles }
  | { readonly kind: 'problem'; readonly message: string }

/** Opens the recording: in the report's folder, else in the user's, else in a temporary one. */
export function openSessionFiles(
  options: SessionOptions,
  request: SessionRequest,
  around: Surroundings,
  voice: Voice,
): OpenFilesResult {
  const { id, title, role } = request
  const header = {
    session: { id, title, role },
    startedAt: new Date(around.wallMs()).toISOString(),
    app: { name: 'pathscope', version: around.appVersion },
    request: recordedRequest(request),
  }
  const onWarning = ({ kind, message }: { readonly kind: string; readonly message: string }) =>
    voice.warn(kind, message)
  const tryFolder = (dir: string): OpenFilesResult => {
    const isNew = !existsSync(dir)
    const opened = openRecording({ dir, header, onWarning })
    if (opened.kind === 'failed') return { kind: 'problem', message: opened.message }
    return { kind: 'opened', files: filesOf(opened.recording, isNew, options, around, voice) }
  }
  if (options.reportDir !== undefined) return tryFolder(options.reportDir)
  const first = tryFolder(around.sessionsDir)
  if (first.kind === 'opened') return first
  voice.say(`warning: ${first.message}`)
  return tryFolder(around.fallbackDir)
}

function filesOf(
  recording: OpenedRecording,
  isFolderNew: boolean,
  { reportDir, formats, jsonl }: SessionOptions,
  { stdout }: Surroundings,
  voice: Voice,
): SessionFiles {
  const { path } = recording
  const folder = dirname(path)

  const summarise = (report: Report, saved: readonly string[]): void => {
    stdout.write(`\n${summaryText(report, stdout.columns() ?? plainWidth)}`)
    for (const file of saved) stdout.write(`report: ${file}\n`)
    stdout.write(`recording: ${path}\n`)
  }
  return {
    append: (update) => recording.append(update),
    close: () => recording.close(),
    discard() {
      try {
        rmSync(path, { force: true })
        if (isFolderNew) rmdirSync(folder)
      } catch (error) {
        voice.say(`${path} cannot be removed: ${reasonOf(error)}`)
      }
    },
    report() {
      const read = readRecordingFile(path)
      const made = read.kind === 'problem' ? read : checkedReport(read.recording)
      if (made.kind === 'problem') {
        voice.say(made.message)
        return false
      }
      const { report } = made
      const saved =
        reportDir === undefined ? { files: [], problems: [] } : saveReport(report, reportDir, formats)
      for (const problem of saved.problems) voice.say(problem)
      voice.tell('report', { recording: path, folder, files: saved.files, checks: report.checks })
      if (!jsonl) summarise(report, saved.files)
      return saved.problems.length === 0
    },
  }
}
