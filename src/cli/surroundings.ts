/** What the command line touches, as values: the composition root gives the real ones, tests give their own. */
import type { SessionHandle } from '../runtime'
import type { InterfaceInfo, SessionRequest, SessionUpdate } from '../shared/session'

export interface OutputText {
  write(text: string): void
  readonly isTerminal: boolean
  /** Characters a line takes; null when it is no terminal. */
  columns(): number | null
}

/** Standard input, read only when somebody asks for text. */
export interface InputText {
  readonly isTerminal: boolean
  /** Begins to read; the result ends it. `raw` switches a terminal to raw mode until then. */
  read(raw: boolean, onText: (text: string) => void, onEnd: () => void): () => void
}

export type Signal = 'interrupt' | 'terminate'

export interface Surroundings {
  readonly appVersion: string
  readonly stdout: OutputText
  readonly stderr: OutputText
  readonly stdin: InputText
  /** Folder for recordings when no --report is given, and one for when that cannot be written. */
  readonly sessionsDir: string
  readonly fallbackDir: string
  wallMs(): number
  newId(): string
  startSession(request: SessionRequest, onUpdate: (update: SessionUpdate) => void): SessionHandle
  listInterfaces(): Promise<readonly InterfaceInfo[]>
  /** Calls back for SIGINT, SIGTERM and SIGHUP; the result stops it. */
  onSignal(listener: (signal: Signal) => void): () => void
  /** Ends the process without waiting for anything. */
  quit(status: number): void
}
