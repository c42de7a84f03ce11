import { recordedRequest } from '../../../src/shared/recording'
import { headerLine, readRecording, recordingStart, toLines } from '../../../src/shared/recording'
import {
  checkedReport,
  parseReport,
  type Report,
  reportToCsv,
  reportToHtml,
  reportToJson,
  reportToMarkdown,
} from '../../../src/shared/report'
import { exampleOptions, exampleRequest, exampleUpdates, exampleWallMs } from '../../../src/shared/testing'
import { reach } from '../coverage'
import { mutateLines, shapeJson } from '../mutate-json'
import { bytesOf, commonWords, demand, demandSame, type Target, textOf } from '../target'

const request = exampleRequest()
const short = { ...exampleOptions, seconds: 4, pairs: 2, outage: [1, 3] as const }

function exampleRecording(): string {
  const header = headerLine({
    session: { id: request.id, title: request.title, role: request.role },
    startedAt: new Date(exampleWallMs).toISOString(),
    app: { name: 'pathscope', version: '0.1.0' },
    request: recordedRequest(request),
  })
  const lines = [header]
  let state = recordingStart
  for (const update of exampleUpdates(short)) {
    const next = toLines(update, state)
    lines.push(...next.lines)
    state = next.state
  }
  return lines.map((line) => JSON.stringify(line)).join('\n')
}

/** Every other form that a report has. */
function writeAll(report: Report): void {
  const json = reportToJson(report)
  const again = parseReport(json)
  demand(again.kind === 'ok', 'a report is read as it was written')
  // Fields that a later version may add are taken as they are; 1e999 in one of them is null in all that we write.
  demandSame(again.report, JSON.parse(JSON.stringify(report)), 'a report says the same when it was written')
  for (const text of [reportToCsv(report), reportToHtml(report), reportToMarkdown(report)]) {
    demand(
      !/\bundefined\b|\[object Object\]/.test(withoutGiven(text, json)),
      'no form holds what was not meant',
    )
  }
  demand(!/<script/i.test(reportToHtml(report)), 'no text of the report becomes a script')
}

/** Titles and the like may say what they want. */
function withoutGiven(text: string, json: string): string {
  return /undefined|object/.test(json) ? '' : text
}

/** A session's recording, however damaged or forged: read or refused, and so is the report made of it. */
export const recording: Target = {
  name: 'recording',
  form: 'text',
  maxBytes: 65_536,
  growBytes: 262_144,
  slowMs: 1000,
  samples: () => [bytesOf(exampleRecording())],
  words: [...commonWords, ...['{"l":"end"}\n', '{"l":"event"}\n', '"atMs":', '"id":'].map(bytesOf)],
  shape: (input, random) => bytesOf(mutateLines(textOf(input), random)),
  run(input) {
    const read = readRecording(textOf(input))
    if (read.kind === 'problem') return demand(read.message.endsWith('.'), 'a refusal is a sentence')
    const made = checkedReport(read.recording)
    if (made.kind === 'problem') {
      reach(made.message.slice(0, 80).replace(/\d+/g, '#'))
      return demand(made.message.length > 0, 'a refusal is a sentence')
    }
    writeAll(made.report)
  },
}

function exampleReport(): string {
  const read = readRecording(exampleRecording())
  if (read.kind === 'problem') throw new Error(read.message)
  const made = checkedReport(read.recording)
  if (made.kind === 'problem') throw new Error(made.message)
  return JSON.stringify(made.report)
}

/** A saved report, however damaged or forged. */
export const report: Target = {
  name: 'report',
  form: 'text',
  maxBytes: 65_536,
  growBytes: 262_144,
  slowMs: 1000,
  samples: () => [bytesOf(exampleReport())],
  words: commonWords,
  shape: shapeJson,
  run(input) {
    const read = parseReport(textOf(input))
    if (read.kind === 'problem') {
      reach(read.message.slice(0, 80).replace(/\d+/g, '#'))
      return demand(read.message.length > 0, 'a refusal is a sentence')
    }
    writeAll(read.report)
  },
}
