/** offer, answer and loopback: a session from its request to its report. */
import { recordedRequest } from '../shared/recording'
import { existsSync, rmdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  openRecording,
  readRecordingFile,
  reasonOf,
  type OpenedRecording,
  type SessionHandle,
} from '../runtime'
import { checkedReport, type Report } from '../shared/report'
import type { SessionRequest, SessionUpdate } from '../shared/session'
import { createServerLines } from './server-lines'
import { eventSentence } from '../shared/words'
import { digestText, type Snapshot } from './digest'
import { writeWhole } from './files'
import { staleText, waitForFile, waitForPipe, waitForTerminal, type Handover, type Waiting } from './handover'
import { jsonLine } from './json-lines'
import type { SessionOptions } from './options'
import { type FollowedPaths, followPaths } from './path-wishes'
import { prepare } from './prepare'
import { saveReport } from './save-report'
import { summaryText } from './summary'
import type { Surroundings } from './surroundings'
import { plainWidth } from './table'
import { exitStatus, type ExitStatus } from './words'

type Ended = Extract<SessionUpdate, { readonly kind: 'ended' }>

/** Runs one session; resolves to the exit status when everything is written. */
export async function runSessionCommand(options: SessionOptions, around: Surroundings): Promise<ExitStatus> {
  const request = await prepare(options, around)
  if (request.kind === 'problem') {
    around.stderr.write(`${request.message}\n`)
    return exitStatus.usage
  }
  return new SessionRun(options, request.request, around).run()
}

const statusOf: Readonly<Record<Ended['reason'], ExitStatus>> = {
  done: exitStatus.done,
  'not-connected': exitStatus.notConnected,
  'proof-failed': exitStatus.proofFailed,
  'peer-gone': exitStatus.failed,
  failed: exitStatus.failed,
}

class SessionRun {
  #handle: SessionHandle | undefined
  #recording: OpenedRecording | undefined
  #waiting: Waiting | undefined
  #stale: string | undefined
  #interrupted = false
  #badText = false
  /** Our own text could not be written where it was asked for. */
  #notHandedOver = false
  #madeDir = false
  /** The peer's text was given to the session and accepted. */
  #described = false
  readonly #serverLines = createServerLines()
  readonly #paths: FollowedPaths
  #toldUnmet = false
  #nextDigestMs = 0
  #lastSnapshot: Snapshot | undefined
  #lastDigestMs = -1
  #end!: (ended: Ended | undefined) => void
  readonly #ended = new Promise<Ended | undefined>((resolve) => {
    this.#end = resolve
  })

  constructor(
    private readonly options: SessionOptions,
    private readonly request: SessionRequest,
    private readonly around: Surroundings,
  ) {
    this.#paths = followPaths(options.wishes)
  }

  async run(): Promise<ExitStatus> {
    const offSignal = this.around.onSignal(() => this.#interrupt())
    try {
      // An answer found before the offer was made cannot belong to it.
      if (this.request.role === 'offerer' && this.options.textIn !== undefined) {
        this.#stale = staleText(this.options.textIn)
      }
      const offer = this.request.role === 'answerer' ? await this.#awaitText('offer') : undefined
      if (this.#interrupted) return exitStatus.interrupted
      if (offer?.kind === 'unusable') return this.#refuse(offer.message)
      const problem = this.#record()
      if (problem !== undefined) {
        this.#say(problem)
        return exitStatus.usage
      }
      this.#handle = this.around.startSession(this.request, (update) => this.#take(update))
      if (offer !== undefined) this.#handle.order({ kind: 'paste', text: offer.text })
      const ended = await this.#ended
      this.#waiting?.cancel()
      if (ended === undefined) await this.#handle.terminate()
      await this.#handle.closed
      return await this.#conclude(ended)
    } finally {
      this.#waiting?.cancel()
      offSignal()
    }
  }

  #say(text: string): void {
    this.around.stderr.write(`${text}\n`)
  }

  #tell(kind: string, fields: Readonly<Record<string, unknown>>): void {
    if (this.options.jsonl) this.around.stdout.write(jsonLine(kind, fields))
  }

  #interrupt(): void {
    if (this.#interrupted) return this.around.quit(exitStatus.interrupted)
    this.#interrupted = true
    this.#say('Finishing; once more quits at once.')
    this.#waiting?.cancel()
    this.#waitingOver?.()
    this.#handle?.order({ kind: 'stop' })
  }

  #waitingOver: (() => void) | undefined

  /** Opens the recording: in the report's folder, else in the user's, else in a temporary one. */
  #record(): string | undefined {
    const { reportDir } = this.options
    const { wallMs, appVersion, sessionsDir, fallbackDir } = this.around
    const { id, title, role } = this.request
    const header = {
      session: { id, title, role },
      startedAt: new Date(wallMs()).toISOString(),
      app: { name: 'pathscope', version: appVersion },
      request: recordedRequest(this.request),
    }
    const onWarning = ({ kind, message }: { readonly kind: string; readonly message: string }) => {
      this.#say(`warning: ${message}`)
      this.#tell('warning', { warning: kind, message })
    }
    const dirs = reportDir === undefined ? [sessionsDir, fallbackDir] : [reportDir]
    for (const dir of dirs) {
      this.#madeDir = !existsSync(dir)
      const opened = openRecording({ dir, header, onWarning })
      if (opened.kind === 'opened') {
        this.#recording = opened.recording
        return undefined
      }
      if (dir === dirs.at(-1)) return opened.message
      this.#say(`warning: ${opened.message}`)
    }
    return undefined
  }

  #take(update: SessionUpdate): void {
    this.#recording?.append(update)
    switch (update.kind) {
      case 'started':
        this.#tell('started', { wallMs: update.wallMs, os: update.os, interfaces: update.interfaces })
        break
      case 'local-description':
        this.#handOver(update.text)
        break
      case 'paste-accepted':
        this.#described = true
        this.#tell('paste-accepted', { type: update.type })
        this.#say(`The ${update.type} is accepted; checking pairs.`)
        break
      case 'paste-refused':
        this.#takeRefusal(update.problem)
        break
      case 'event':
        this.#tell('event', { event: update.event, text: eventSentence(update.event).text })
        this.#sayEvent(update.event)
        break
      case 'snapshot':
        for (const line of this.#serverLines(update.snapshot.servers)) this.#say(line)
        this.#wish(update.snapshot)
        this.#digest(update.snapshot)
        break
      case 'warning':
        this.#tell('warning', {
          atMs: update.atMs,
          warning: update.warning.kind,
          message: update.warning.message,
        })
        this.#say(`warning: ${update.warning.message}`)
        break
      case 'ended':
        this.#tell('ended', { atMs: update.atMs, reason: update.reason, detail: update.detail })
        this.#end(update)
    }
  }

  /** Our own text goes to its file or to standard output; then, for an offer, the answer is asked for. */
  #handOver(text: Extract<SessionUpdate, { readonly kind: 'local-description' }>['text']): void {
    if (this.request.role === 'loopback') return
    const { textOut, jsonl } = this.options
    this.#tell('local-description', { ...text })
    if (textOut === undefined) {
      this.#say(`Give this ${text.type} to the other side:`)
      if (!jsonl) this.around.stdout.write(`${text.json}\n`)
    } else {
      const written = writeWhole(textOut, `${text.json}\n`)
      if (written.kind === 'problem') {
        this.#say(written.message)
        this.#notHandedOver = true
        return this.#end(undefined)
      }
      this.#say(`The ${text.type} is in ${textOut}.`)
    }
    if (this.request.role === 'offerer') void this.#pasteAnswer()
  }

  async #pasteAnswer(): Promise<void> {
    const answer = await this.#awaitText('answer')
    if (answer.kind === 'unusable') {
      this.#refuse(answer.message)
      this.#end(undefined)
    } else this.#handle?.order({ kind: 'paste', text: answer.text })
  }

  /** The text of the other side, from where the options say. While interrupted nothing more comes of it. */
  #awaitText(kind: 'offer' | 'answer'): Promise<Handover> {
    const { stdin, stderr, wallMs } = this.around
    const file = this.options.textIn
    if (file !== undefined) {
      this.#say(`Waiting for the ${kind} in ${file}.`)
      this.#waiting = waitForFile({ file, stale: this.#stale, nowMs: wallMs })
    } else if (stdin.isTerminal) {
      this.#waiting = waitForTerminal({ input: stdin, output: stderr, onInterrupt: () => this.#interrupt() })
      // Said when the terminal is raw already: a paste before would be cut.
      this.#say(`Paste the ${kind} of the other side here:`)
    } else {
      this.#say(`Reading the ${kind} from standard input.`)
      this.#waiting = waitForPipe(stdin)
    }
    const interrupted = new Promise<Handover>((resolve) => {
      this.#waitingOver = () => resolve({ kind: 'unusable', message: 'Interrupted before a text came.' })
    })
    return Promise.race([this.#waiting.done, interrupted])
  }

  /** Status 4: nothing of the session stays. */
  #refuse(message: string): ExitStatus {
    if (this.#interrupted) return exitStatus.interrupted
    this.#badText = true
    this.#say(message)
    this.#tell('paste-refused', { message })
    return exitStatus.badText
  }

  /** The session understood the text and cannot use it. At a terminal another one can be pasted. */
  #takeRefusal({ kind, message }: { readonly kind: string; readonly message: string }): void {
    if (this.#described) return this.#say(message)
    if (this.options.textIn !== undefined || !this.around.stdin.isTerminal) {
      this.#refuse(message)
      return this.#end(undefined)
    }
    this.#tell('paste-refused', { problem: kind, message })
    this.#say(message)
    void this.#awaitText(this.request.role === 'offerer' ? 'answer' : 'offer').then((text) => {
      if (text.kind === 'text') return this.#handle?.order({ kind: 'paste', text: text.text })
      this.#refuse(text.message)
      return this.#end(undefined)
    })
  }

  #sayEvent(event: Extract<SessionUpdate, { readonly kind: 'event' }>['event']): void {
    if (!spoken.has(event.kind)) return
    // A wrong link is warned of as well.
    if (event.kind === 'egress' && !event.verified) return
    if (event.kind === 'pair-state' && event.to !== 'up' && event.to !== 'down' && event.to !== 'closed')
      return
    // At a terminal that is being pasted into, lines would tear the count of characters apart.
    this.#say(eventSentence(event).text)
  }

  /** What is wanted of paths, of those that are new; once connected, also which options no path has met. */
  #wish(snapshot: Snapshot): void {
    for (const command of this.#paths.commands(snapshot)) this.#handle?.order({ kind: 'command', command })
    if (this.#toldUnmet || snapshot.channel !== 'open') return
    this.#toldUnmet = true
    for (const option of this.#paths.unmet) this.#say(`warning: ${option}: there is no such path so far.`)
  }

  #digest(snapshot: Snapshot): void {
    this.#lastSnapshot = snapshot
    const isLive = snapshot.channel === 'open' || snapshot.pairs.some(({ state }) => state === 'up')
    if (!isLive || this.#badText) return
    if (this.#nextDigestMs === 0) this.#nextDigestMs = snapshot.atMs + this.options.statsSeconds * 1000
    // Snapshots come a little early or late: half of one's interval is near enough.
    if (snapshot.atMs + this.request.settings.snapshotIntervalMs / 2 < this.#nextDigestMs) return
    while (this.#nextDigestMs <= snapshot.atMs + this.request.settings.snapshotIntervalMs) {
      this.#nextDigestMs += this.options.statsSeconds * 1000
    }
    this.#printDigest(snapshot)
  }

  #printDigest(snapshot: Snapshot): void {
    this.#lastDigestMs = snapshot.atMs
    this.#tell('digest', { snapshot })
    this.around.stderr.write(
      digestText(snapshot, this.around.stderr.columns() ?? plainWidth, this.options.explain),
    )
  }

  /** After the end: the report, the summary, the exit status. */
  async #conclude(ended: Ended | undefined): Promise<ExitStatus> {
    const recording = this.#recording
    await recording?.close()
    if (this.#badText || this.#notHandedOver) {
      if (recording !== undefined) this.#discard(recording)
      return this.#badText ? exitStatus.badText : exitStatus.usage
    }
    const last = this.#lastSnapshot
    if (last !== undefined && last.channel !== 'new' && last.atMs > this.#lastDigestMs + 1000)
      this.#printDigest(last)
    const saved = recording === undefined ? true : this.#report(recording)
    if (ended?.detail !== null && ended?.detail !== undefined && ended.reason !== 'done')
      this.#say(ended.detail)
    if (this.#interrupted) return exitStatus.interrupted
    const status = ended === undefined ? exitStatus.failed : statusOf[ended.reason]
    return status === exitStatus.done && !saved ? exitStatus.failed : status
  }

  /** Takes away what was written for a session that never came about, and its folder if it was made for it. */
  #discard({ path }: OpenedRecording): void {
    try {
      rmSync(path, { force: true })
      if (this.#madeDir) rmdirSync(dirname(path))
    } catch (error) {
      this.#say(`${path} cannot be removed: ${reasonOf(error)}`)
    }
  }

  #report({ path }: OpenedRecording): boolean {
    const read = readRecordingFile(path)
    if (read.kind === 'problem') {
      this.#say(read.message)
      return false
    }
    const made = checkedReport(read.recording)
    if (made.kind === 'problem') {
      this.#say(made.message)
      return false
    }
    const { report } = made
    const { reportDir, formats } = this.options
    const saved =
      reportDir === undefined ? { files: [], problems: [] } : saveReport(report, reportDir, formats)
    for (const problem of saved.problems) this.#say(problem)
    this.#tell('report', {
      recording: path,
      folder: dirname(path),
      files: saved.files,
      checks: report.checks,
    })
    if (!this.options.jsonl) this.#summarise(report, path, saved.files)
    return saved.problems.length === 0
  }

  #summarise(report: Report, recording: string, files: readonly string[]): void {
    const { stdout } = this.around
    stdout.write(`\n${summaryText(report, stdout.columns() ?? plainWidth)}`)
    for (const file of files) stdout.write(`report: ${file}\n`)
    stdout.write(`recording: ${recording}\n`)
  }
}

/** Events worth a line while the session runs; all of them are in the report. */
const spoken: ReadonlySet<string> = new Set([
  'ice-state',
  'channel-state',
  'pair-state',
  'pair-included',
  'pair-pinned',
  'pair-capped',
  'pairs-ordered',
  'role-conflict',
  'mode',
  'use',
  'stream-started',
  'stream-changed',
  'stream-stopped',
  'stream-broken',
  'stream-refused',
  'peer',
  'stun-failed',
  'egress',
  'relay-opened',
  'relay-failed',
  'relay-refused',
  'socket-opened',
  'socket-closed',
  'link',
  'name',
  'limit',
  'finishing',
  'ended',
])
