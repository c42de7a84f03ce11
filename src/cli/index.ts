/** The command line: composes the real surroundings and runs in them. */
import { randomUUID } from 'node:crypto'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { TextDecoder } from 'node:util'
import { listInterfaces, startSession } from '../runtime'
import { encodingOf } from './files'
import { runCommandLine } from './run'
import type { InputText, OutputText, Surroundings } from './surroundings'
import { exitStatus } from './words'

function output(stream: NodeJS.WriteStream): OutputText {
  // Whoever read this has gone: that is no reason to stop measuring.
  stream.on('error', () => undefined)
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    columns: () => (stream.isTTY === true ? Math.max(40, stream.columns || 80) : null),
  }
}

function input(): InputText {
  return {
    isTerminal: process.stdin.isTTY === true,
    read(raw, onText, onEnd) {
      const { stdin } = process
      let decoder: TextDecoder | undefined
      const data = (piece: Buffer) => {
        decoder ??= new TextDecoder(encodingOf(piece))
        onText(decoder.decode(piece, { stream: true }))
      }
      const setRaw = (on: boolean) => {
        if (raw && stdin.isTTY) stdin.setRawMode(on)
      }
      const restore = () => setRaw(false)
      setRaw(true)
      process.once('exit', restore)
      stdin.on('data', data)
      stdin.once('end', onEnd)
      stdin.once('error', onEnd)
      stdin.resume()
      return () => {
        restore()
        process.removeListener('exit', restore)
        stdin.removeListener('data', data)
        stdin.removeListener('end', onEnd)
        stdin.removeListener('error', onEnd)
        stdin.pause()
      }
    },
  }
}

/** Where recordings are kept when no folder is named: the system's place for a user's data. */
function sessionsDir(): string {
  const { XDG_DATA_HOME, LOCALAPPDATA } = process.env
  if (process.platform === 'win32') return join(LOCALAPPDATA ?? homedir(), 'Pathscope', 'sessions')
  if (process.platform === 'darwin')
    return join(homedir(), 'Library', 'Application Support', 'Pathscope', 'sessions')
  const isUsable = XDG_DATA_HOME !== undefined && XDG_DATA_HOME.startsWith('/')
  return join(isUsable ? XDG_DATA_HOME : join(homedir(), '.local', 'share'), 'pathscope', 'sessions')
}

const surroundings: Surroundings = {
  appVersion: __APP_VERSION__,
  stdout: output(process.stdout),
  stderr: output(process.stderr),
  stdin: input(),
  sessionsDir: sessionsDir(),
  fallbackDir: join(tmpdir(), `pathscope-${process.getuid?.() ?? 'sessions'}`),
  wallMs: () => Date.now(),
  newId: () => randomUUID(),
  startSession,
  listInterfaces,
  onSignal(listener) {
    const signals = { SIGINT: 'interrupt', SIGTERM: 'terminate', SIGHUP: 'terminate' } as const
    const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
    const listeners = names.map((name) => [name, () => listener(signals[name])] as const)
    for (const [name, heard] of listeners) process.on(name, heard)
    return () => {
      for (const [name, heard] of listeners) process.removeListener(name, heard)
    }
  },
  quit: (status) => process.exit(status),
}

runCommandLine(process.argv.slice(2), surroundings).then(
  (status) => leave(status),
  (error: unknown) => {
    process.stderr.write(
      `Something broke inside Pathscope: ${error instanceof Error ? error.stack : String(error)}\n`,
    )
    leave(exitStatus.failed)
  },
)

/** Ends when what was written has left; an open pipe on standard input must not hold the process. */
function leave(status: number): void {
  process.exitCode = status
  process.stdout.write('', () => process.stderr.write('', () => process.exit(status)))
}
