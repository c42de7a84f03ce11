/** Surroundings that tests hold in their hand: a session that says what it is told to, and text instead of streams. */
import type { SessionOrder, SessionRequest, SessionUpdate } from '../../shared/session'
import { exampleOptions, exampleUpdates } from '../../shared/testing'
import type { Signal, Surroundings } from '../surroundings'

export interface FakeSession {
  readonly request: SessionRequest
  readonly orders: SessionOrder[]
  tell(update: SessionUpdate): void
  terminated: boolean
}

export interface FakeOptions {
  readonly sessionsDir: string
  readonly terminal?: boolean
  readonly columns?: number
  /** Called when the session starts and for each order; tells what it likes. */
  readonly behave?: (session: FakeSession, order: SessionOrder | undefined) => void
}

export interface FakeSurroundings extends Surroundings {
  readonly out: { stdout: string; stderr: string }
  readonly sessions: FakeSession[]
  readonly quits: number[]
  /** Whether the terminal is in raw mode, or the pipe is being read. */
  reading(): 'raw' | 'plain' | undefined
  type(text: string): void
  endInput(): void
  signal(signal?: Signal): void
}

export function fakeSurroundings(options: FakeOptions): FakeSurroundings {
  const out = { stdout: '', stderr: '' }
  const sessions: FakeSession[] = []
  const quits: number[] = []
  const signals = new Set<(signal: Signal) => void>()
  const early: string[] = []
  let ended = false
  let reader: { raw: boolean; onText: (text: string) => void; onEnd: () => void } | undefined
  const terminal = options.terminal === true
  const columns = () => (terminal ? (options.columns ?? 100) : null)
  return {
    appVersion: '0.1.0',
    stdout: { write: (text) => void (out.stdout += text), isTerminal: terminal, columns },
    stderr: { write: (text) => void (out.stderr += text), isTerminal: terminal, columns },
    stdin: {
      isTerminal: terminal,
      read(raw, onText, onEnd) {
        reader = { raw, onText, onEnd }
        queueMicrotask(() => {
          for (const text of early.splice(0)) reader?.onText(text)
          if (ended) reader?.onEnd()
        })
        return () => {
          reader = undefined
        }
      },
    },
    sessionsDir: options.sessionsDir,
    fallbackDir: `${options.sessionsDir}-fallback`,
    wallMs: () => Date.now(),
    newId: () => '6f9619ff-8b86-4011-b42d-00c04fc964ff',
    startSession(request, onUpdate) {
      let close: () => void = () => undefined
      const closed = new Promise<void>((resolve) => {
        close = resolve
      })
      let isOver = false
      const session: FakeSession = {
        request,
        orders: [],
        terminated: false,
        tell(update) {
          if (isOver) return
          isOver = update.kind === 'ended'
          onUpdate(update)
          if (isOver) close()
        },
      }
      sessions.push(session)
      queueMicrotask(() => options.behave?.(session, undefined))
      return {
        order(order) {
          session.orders.push(order)
          options.behave?.(session, order)
        },
        closed,
        async terminate() {
          session.terminated = true
          close()
        },
      }
    },
    listInterfaces: async () => [
      {
        name: 'eth0',
        index: 2,
        kind: 'ethernet',
        up: true,
        loopback: false,
        addresses: [{ family: 4, address: '10.0.0.1', prefixLength: 24, linkLocal: false, scopeId: null }],
        binding: 'address',
        bindingReason: 'koffi could not be loaded.',
        usedByDefault: true,
      },
    ],
    onSignal(listener) {
      signals.add(listener)
      return () => void signals.delete(listener)
    },
    quit: (status) => void quits.push(status),
    out,
    sessions,
    quits,
    reading: () => (reader === undefined ? undefined : reader.raw ? 'raw' : 'plain'),
    type(text) {
      if (reader === undefined) early.push(text)
      else reader.onText(text)
    },
    endInput() {
      ended = true
      reader?.onEnd()
    },
    signal: (signal = 'interrupt') => {
      for (const listener of signals) listener(signal)
    },
  }
}

const [gathered, described] = [2, 4]

/** A session that gathers, describes itself, and after the paste of the other side runs the example to its end. */
export function exampleSession(session: FakeSession, order: SessionOrder | undefined): void {
  const { role } = session.request
  const updates = [
    ...exampleUpdates({ ...exampleOptions, role: role === 'answerer' ? 'answerer' : 'offerer' }),
  ]
  const tellAll = (some: readonly SessionUpdate[]) => some.forEach((update) => session.tell(update))
  if (order === undefined) tellAll(updates.slice(0, role === 'answerer' ? gathered : described - 1))
  if (order === undefined && role === 'loopback') tellAll(updates.slice(described))
  if (order?.kind === 'paste' && role === 'offerer') tellAll(updates.slice(described - 1))
  if (order?.kind === 'paste' && role === 'answerer') tellAll(updates.slice(gathered))
  if (order?.kind === 'stop') session.tell({ kind: 'ended', atMs: 500, reason: 'done', detail: null })
}
