/**
 * The session under way, folded from its updates. Snapshots come several times a second: they go into the history at
 * once, and are shown at most four times a second. Everything else is shown at once.
 */
import type { SessionInfo } from '../../shared/ipc'
import type { SessionUpdate } from '../../shared/session'
import { foldUpdate, newSessionView, type SessionView } from '../../shared/view'
import { createHistory, type History } from '../history'

/** Time between two redraws of numbers and graphs. */
const frameMs = 250

export interface Live {
  readonly view: SessionView
  readonly history: History
  /** Wall clock of the window when the session was asked for. */
  readonly requestedAtMs: number
}

export interface SessionFeed {
  /** What is shown; the same object until something changed. */
  current(): Live | null
  /** Called when `current` changed. */
  subscribe(listener: () => void): () => void
  begin(session: SessionInfo): void
  take(sessionId: string, updates: readonly SessionUpdate[]): void
  end(): void
  /** A paused feed goes on recording and shows what it showed. */
  pause(paused: boolean): void
}

export function createSessionFeed(): SessionFeed {
  const listeners = new Set<() => void>()
  let live: Live | null = null
  let shown: Live | null = null
  let paused = false
  let timer: ReturnType<typeof setTimeout> | null = null
  /** Updates that came before the answer to `session-start` told which session it is. */
  let early: { sessionId: string; updates: readonly SessionUpdate[] }[] = []

  const show = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (paused || shown === live) return
    shown = live
    for (const listener of listeners) listener()
  }

  const begin = (session: SessionInfo): void => {
    const view = newSessionView(session.id, session.role, session.title)
    live = { view, history: createHistory(), requestedAtMs: session.requestedAtMs }
    paused = false
    show()
    const waiting = early.filter((batch) => batch.sessionId === session.id)
    early = []
    for (const batch of waiting) take(batch.sessionId, batch.updates)
  }

  const take = (sessionId: string, updates: readonly SessionUpdate[]): void => {
    if (live === null || live.view.id !== sessionId) {
      early = [...early.slice(-7), { sessionId, updates }]
      return
    }
    let { view } = live
    for (const update of updates) {
      view = foldUpdate(view, update, Date.now())
      if (update.kind === 'snapshot') live.history.add(update.snapshot)
    }
    live = { ...live, view }
    // An end is news that nobody wants to miss by a paused view.
    if (view.ended !== null) paused = false
    const urgent = updates.some((update) => update.kind !== 'snapshot' && update.kind !== 'event')
    if (urgent || shown?.view.snapshot === null) show()
    else timer ??= setTimeout(show, frameMs)
  }

  return {
    begin,
    take,
    current: () => shown,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    end() {
      live = null
      paused = false
      show()
    },
    pause(next) {
      paused = next
      show()
    },
  }
}
