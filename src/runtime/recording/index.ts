/** Recordings as files: written while the session runs, read back line by line. */
import { closeSync, fstatSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import {
  flushSample,
  headerLine,
  readRecording,
  recordingStart,
  toLines,
  type ReadResult,
  type RecordingHeader,
  type RecordingLine,
} from '../../shared/recording'
import type { SessionUpdate, SessionWarning } from '../../shared/session'
import { makeFolder } from './folder'
import { sessionFileName } from './names'

export { makeFolder } from './folder'
export { safeTitle } from './names'

export interface RecordingOptions {
  /** Made when it is missing. */
  readonly dir: string
  readonly header: RecordingHeader
  /** Told once when the disk refuses, and once more when it takes again. */
  readonly onWarning: (warning: SessionWarning) => void
}

export interface OpenedRecording {
  readonly path: string
  /** Never throws. What the disk refuses waits, up to `waitingLinesLimit`, and is tried again with the next update. */
  append(update: SessionUpdate): void
  /** Writes what is left and closes the file. */
  close(): Promise<void>
}

export type OpenRecordingResult =
  | { readonly kind: 'opened'; readonly recording: OpenedRecording }
  | { readonly kind: 'failed'; readonly message: string }

const namesTried = 100

/** Groups of lines kept while the disk refuses; above it the oldest are dropped. */
const waitingLinesLimit = 1000

/** Opens a new file for appending (no existing one is touched) and writes its header. Errors come as a sentence. */
export function openRecording(options: RecordingOptions): OpenRecordingResult {
  const { dir, header } = options
  try {
    makeFolder(dir)
    const { path, descriptor } = openUnique(dir, header)
    writeHeader(path, descriptor, header)
    return { kind: 'opened', recording: new RecordingFile(path, descriptor, options) }
  } catch (error) {
    return { kind: 'failed', message: `The recording cannot be written to ${dir}: ${reasonOf(error)}` }
  }
}

/** A recording without its header can never be read: where it does not fit, nothing stays and another folder is taken. */
function writeHeader(path: string, descriptor: number, header: RecordingHeader): void {
  try {
    let rest = Buffer.from(`${JSON.stringify(headerLine(header))}\n`)
    while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest))
  } catch (error) {
    closeSync(descriptor)
    unlinkSync(path)
    throw error
  }
}

function openUnique(dir: string, header: RecordingHeader): { path: string; descriptor: number } {
  const name = sessionFileName(header.session.title, new Date(header.startedAt), 'pathscope')
  for (let attempt = 1; ; attempt += 1) {
    const unique = attempt === 1 ? name : name.replace(/\.pathscope$/, ` (${attempt}).pathscope`)
    const path = join(dir, unique)
    try {
      return { path, descriptor: openSync(path, 'ax', 0o600) }
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || attempt === namesTried) throw error
    }
  }
}

class RecordingFile implements OpenedRecording {
  #state = recordingStart
  #bytes = 0
  #waiting: Buffer[] = []
  #refused = false
  #open = true

  constructor(
    readonly path: string,
    private readonly descriptor: number,
    private readonly options: RecordingOptions,
  ) {}

  append(update: SessionUpdate): void {
    if (!this.#open) return
    const { lines, state } = toLines(update, this.#state, this.#bytes)
    this.#state = state
    this.#write(lines)
  }

  #write(lines: readonly RecordingLine[]): void {
    if (lines.length > 0)
      this.#waiting.push(Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')))
    // The first may be half written: the one after it goes.
    if (this.#waiting.length > waitingLinesLimit) this.#waiting.splice(1, 1)
    this.#drain()
  }

  async close(): Promise<void> {
    if (!this.#open) return
    const { lines, state } = flushSample(this.#state)
    this.#state = state
    this.#write(lines)
    this.#open = false
    try {
      closeSync(this.descriptor)
    } catch {
      // What could be written has been; there is nobody left to tell.
    }
  }

  /** Writes synchronously: what was told is in the system's hands when this returns, even if the process is killed. */
  #drain(): void {
    try {
      for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
        const written = writeSync(this.descriptor, next)
        this.#bytes += written
        if (written === next.length) this.#waiting.shift()
        else this.#waiting[0] = next.subarray(written)
      }
      if (this.#refused) this.#warn('recording-resumed', 'The recording is being written again.')
      this.#refused = false
    } catch (error) {
      const message = `The recording cannot be written: ${reasonOf(error)} The session goes on, and it is tried again.`
      if (!this.#refused) this.#warn('recording-failed', message)
      this.#refused = true
    }
  }

  #warn(kind: string, message: string): void {
    this.options.onWarning({ kind, message })
  }
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'unknown'
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there.',
  EPERM: 'this user may not write there.',
  EROFS: 'the file system is read-only.',
  ENOSPC: 'the disk is full.',
  EDQUOT: 'the disk quota is used up.',
  ENOTDIR: 'a part of the path is a file, not a folder.',
  EEXIST: 'a file of that name is in the way.',
  ENOENT: 'the folder does not exist.',
  EISDIR: 'it is a folder.',
  EIO: 'the disk reports an error.',
}

/** A system error as the end of a sentence. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error)
  return reasons[code] ?? `the system says ${code}.`
}

/** Reads a recording file piece by piece; never throws. */
export function readRecordingFile(path: string): ReadResult {
  try {
    const descriptor = openSync(path, 'r')
    try {
      if (fstatSync(descriptor).isDirectory()) {
        return { kind: 'problem', message: `${path} is a folder; name the recording in it.` }
      }
      return readRecording(linesOf(descriptor))
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    return { kind: 'problem', message: `${path} cannot be read: ${reasonOf(error)}` }
  }
}

const pieceBytes = 1 << 20
/** A longer line is no line of ours; the rest of it is read as further, unreadable lines. */
const lineBytes = 16 << 20

function* linesOf(descriptor: number): Generator<string> {
  const piece = Buffer.alloc(pieceBytes)
  let rest: Buffer[] = []
  let restBytes = 0
  for (let read = readSync(descriptor, piece); read > 0; read = readSync(descriptor, piece)) {
    let from = 0
    for (let end = piece.indexOf(10); end >= 0 && end < read; end = piece.indexOf(10, from)) {
      yield Buffer.concat([...rest, piece.subarray(from, end)]).toString('utf8')
      rest = []
      restBytes = 0
      from = end + 1
    }
    rest.push(Buffer.from(piece.subarray(from, read)))
    restBytes += read - from
    if (restBytes > lineBytes) {
      yield Buffer.concat(rest).toString('utf8')
      rest = []
      restBytes = 0
    }
  }
  if (restBytes > 0) yield Buffer.concat(rest).toString('utf8')
}
