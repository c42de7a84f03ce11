/** How the peer's text comes in: from a file that is waited for, a pipe, or a terminal. */
import { createPasteScanner, decodePaste, type PasteResult } from '../runtime'
import { readStart } from './files'
import type { InputText, OutputText } from './surroundings'

export type Handover =
  | { readonly kind: 'text'; readonly text: string }
  /** Nothing usable came; status 4. */
  | { readonly kind: 'unusable'; readonly message: string }

export interface Waiting {
  /** Resolves once; never when it is cancelled. */
  readonly done: Promise<Handover>
  cancel(): void
}

const pollMs = 200
/** A text that is not whole may still be under way: it is given up when it has not grown for so long. */
const unfinishedMs = 5000
/** Bytes read of a file; more than a text may have, so that too long is told from whole. */
const fileBytes = 1 << 20

/** Problems that more text can cure. An empty file is one that somebody is about to write: it is waited for. */
const curable = new Set(['truncated', 'not-a-description', 'malformed', 'damaged'])

export interface FileOptions {
  readonly file: string
  /** Text that was in the file before this session: it answers something else and is passed over. */
  readonly stale: string | undefined
  nowMs(): number
}

/** Waits for a file to appear and to hold a whole text. */
export function waitForFile({ file, stale, nowMs }: FileOptions): Waiting {
  let timer: NodeJS.Timeout | undefined
  let seen: string | undefined
  let seenMs = 0

  function look(): Handover | undefined {
    const read = readStart(file, fileBytes)
    if (read.kind === 'problem') return { kind: 'unusable', message: read.message }
    if (read.kind === 'missing' || read.text.trim() === '' || read.text === stale) return undefined
    const decoded = decodePaste(read.text)
    if (decoded.kind === 'ok') return { kind: 'text', text: read.text }
    if (read.text !== seen) {
      seen = read.text
      seenMs = nowMs()
    }
    const isOver = !curable.has(decoded.problem.kind) || nowMs() - seenMs >= unfinishedMs
    return isOver ? { kind: 'unusable', message: `${file}: ${decoded.problem.message}` } : undefined
  }

  const done = new Promise<Handover>((resolve) => {
    const turn = () => {
      const result = look()
      if (result === undefined) timer = setTimeout(turn, pollMs)
      else resolve(result)
    }
    turn()
  })
  return { done, cancel: () => clearTimeout(timer) }
}

/** What is in the file now, to be passed over later. */
export function staleText(file: string): string | undefined {
  const read = readStart(file, fileBytes)
  return read.kind === 'ok' && read.text.trim() !== '' ? read.text : undefined
}

/** A pipe in which a whole object came that is no text of ours: the rest is awaited this long for a better one. */
const restMs = 1000

/** Reads a pipe until a whole text has come, or to its end. */
export function waitForPipe(input: InputText): Waiting {
  let stop: (() => void) | undefined
  let timer: NodeJS.Timeout | undefined
  const done = new Promise<Handover>((resolve) => {
    const whole = createPasteScanner()
    let text = ''
    let isScanning = true
    const finish = (result: Handover) => {
      clearTimeout(timer)
      stop?.()
      resolve(result)
    }
    const judge = () => finish(judged(text))
    const onText = (piece: string) => {
      text += piece
      const scan = isScanning ? whole.feed(piece) : { kind: 'complete' }
      if (scan.kind === 'more') return
      const decoded = decodePaste(text)
      if (decoded.kind === 'ok' || isTooLong(decoded)) return judge()
      isScanning = false
      clearTimeout(timer)
      timer = setTimeout(judge, restMs)
    }
    stop = input.read(false, onText, judge)
  })
  return {
    done,
    cancel() {
      clearTimeout(timer)
      stop?.()
    },
  }
}

function judged(text: string): Handover {
  const decoded = decodePaste(text)
  return decoded.kind === 'ok'
    ? { kind: 'text', text }
    : { kind: 'unusable', message: decoded.problem.message }
}

const isTooLong = (result: PasteResult) => result.kind === 'problem' && result.problem.kind === 'too-long'

const keys = { interrupt: '\u0003', end: '\u0004', clear: '\u0015' } as const

export interface TerminalOptions {
  readonly input: InputText
  readonly output: OutputText
  /** Ctrl-C in raw mode is a key, not a signal. */
  onInterrupt(): void
}

/**
 * Reads pasted text in raw mode, because a terminal in canonical mode cuts lines at 4096 bytes. Shows how much has come
 * and not the text; a text that is refused can be pasted anew, so this ends only with a usable one or with Ctrl-D.
 */
export function waitForTerminal({ input, output, onInterrupt }: TerminalOptions): Waiting {
  let stop: (() => void) | undefined
  const done = new Promise<Handover>((resolve) => {
    let scanner = createPasteScanner()
    const finish = (result: Handover) => {
      stop?.()
      resolve(result)
    }
    const retry = (message: string) => {
      output.write(`\r\u001b[K${message}\nPaste again, or Ctrl-C to stop.\n`)
      scanner = createPasteScanner()
    }
    const judge = (isLast: boolean) => {
      const result = judged(scanner.text())
      output.write('\r\u001b[K')
      if (result.kind === 'text' || isLast) return finish(result)
      retry(result.message)
    }
    const onText = (raw: string) => {
      // Escape sequences are keys such as arrows, or the marks of a bracketed paste.
      const piece = raw.replace(escapes, '')
      if (piece.includes(keys.interrupt)) return onInterrupt()
      if (piece.includes(keys.clear)) {
        scanner = createPasteScanner()
        output.write('\r\u001b[K')
        return
      }
      const isEnd = piece.includes(keys.end)
      const scan = scanner.feed(piece.replaceAll(keys.end, ''))
      if (isEnd) return judge(true)
      if (scan.kind === 'more')
        output.write(
          `\r\u001b[K${scan.chars} characters so far; Enter ${scan.enters === 2 ? 'twice' : 'three times'} ends the text `,
        )
      else judge(false)
    }
    stop = input.read(true, onText, () => judge(true))
  })
  return { done, cancel: () => stop?.() }
}

const escape = String.fromCharCode(27)
const escapes = new RegExp(`${escape}\\[[0-9;?]*[ -/]*[@-~]`, 'g')
