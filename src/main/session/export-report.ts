/** The report of a session, derived from its recording and written in the formats asked for. */
import { renameSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { makeFolder, readRecordingFile, reasonOf } from '../../runtime'
import { failed, type IpcResult, ok, type ReportFormat } from '../../shared/ipc'
import { checkedReport, reportFiles } from '../../shared/report'

export function exportReport(
  recordingPath: string,
  folder: string,
  formats: readonly ReportFormat[],
): IpcResult<{ folder: string; files: string[] }> {
  const read = readRecordingFile(recordingPath)
  if (read.kind === 'problem') return failed('file', read.message)
  const checked = checkedReport(read.recording)
  if (checked.kind === 'problem') return failed('file', checked.message)
  const { report } = checked
  // The recording's name has title and time already, and is unique in its folder.
  const name = basename(recordingPath).replace(/\.[^.]*$/, '')
  try {
    makeFolder(folder)
    const files = formats
      .flatMap((format) => reportFiles(report, format))
      .map(({ end, text }) => {
        const file = `${name}${end}`
        writeWhole(join(folder, file), text)
        return file
      })
    return ok({ folder, files })
  } catch (error) {
    return failed(
      'file',
      `The report could not be written to ${folder}: ${reasonOf(error)} Choose another folder in the settings.`,
    )
  }
}

/** An export replaces the one before it, whole or not at all. */
function writeWhole(path: string, text: string): void {
  const next = `${path}.next`
  writeFileSync(next, text)
  renameSync(next, path)
}
