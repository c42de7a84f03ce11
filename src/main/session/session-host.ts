/** The one session of the window: its worker, its recording, and what a window loaded anew has to know. */
import { basename } from 'node:path'
import { type OpenedRecording, openRecording, type SessionHandle, startSession } from '../../runtime'
import { failed, type IpcResult, ok, type SessionInfo, type SessionStart } from '../../shared/ipc'
import { recordedRequest } from '../../shared/recording'
import type { SessionOrder, SessionRequest, SessionUpdate } from '../../shared/session'
import { keepUpdate } from './kept-updates'
import { createUpdatePusher, type UpdatePusher } from '../ipc/push-updates'
import { sessionRequest } from './session-request'

/** How long the end of the worker is waited for when the window closes. */
const farewellMs = 6000

export interface SessionHost {
  start(start: SessionStart): IpcResult<SessionInfo>
  order(order: SessionOrder): IpcResult<null>
  attach(): { session: SessionInfo; updates: readonly SessionUpdate[] } | null
  /** Path of the recording of the session under way or last ended; null when there is none. */
  recordingPath(): string | null
  /** Ends the session in good order, or at once when that takes too long. */
  close(): Promise<void>
}

export interface SessionHostOptions {
  readonly sessionFolder: string
  readonly app: { readonly name: string; readonly version: string }
  readonly send: (channel: string, name: string, payload: unknown) => void
  readonly log: (message: string) => void
}

interface Running {
  readonly info: SessionInfo
  readonly handle: SessionHandle
  readonly recording: OpenedRecording | null
  readonly pusher: UpdatePusher
  kept: SessionUpdate[]
  lastSnapshot: SessionUpdate | null
  ended: boolean
}

export function createSessionHost(options: SessionHostOptions): SessionHost {
  let running: Running | null = null

  const start = (asked: SessionStart): IpcResult<SessionInfo> => {
    if (running !== null && !running.ended) return failed('not-now', 'A session is under way. Stop it first.')
    running = begin(sessionRequest(asked), options)
    return ok(running.info)
  }

  return {
    start,
    order(order) {
      if (running === null || running.ended) return failed('not-now', 'No session is under way.')
      running.handle.order(order)
      return ok(null)
    },
    attach() {
      if (running === null) return null
      const { info, kept, lastSnapshot } = running
      return { session: info, updates: lastSnapshot === null ? kept : inOrder(kept, lastSnapshot) }
    },
    recordingPath: () => running?.recording?.path ?? null,
    async close() {
      if (running === null || running.ended) return
      const { handle } = running
      handle.order({ kind: 'stop' })
      await Promise.race([handle.closed, new Promise((resolve) => setTimeout(resolve, farewellMs))])
      await handle.terminate()
    },
  }
}

function begin(request: SessionRequest, options: SessionHostOptions): Running {
  const startedAt = new Date()
  const opened = openRecording({
    dir: options.sessionFolder,
    header: {
      session: { id: request.id, title: request.title, role: request.role },
      startedAt: startedAt.toISOString(),
      app: options.app,
      request: recordedRequest(request),
    },
    onWarning: (warning) => take({ kind: 'warning', atMs: lastMs, warning }, false),
  })
  if (opened.kind === 'failed') options.log(opened.message)
  let lastMs = 0

  const take = (update: SessionUpdate, recorded = true): void => {
    if (update.kind === 'snapshot') {
      lastMs = update.snapshot.atMs
      session.lastSnapshot = update
    } else keepUpdate(session.kept, update)
    if (recorded) session.recording?.append(update)
    if (update.kind === 'ended') {
      session.ended = true
      void session.recording?.close()
    }
    session.pusher.push(update)
  }

  const recording = opened.kind === 'opened' ? opened.recording : null
  const session: Running = {
    info: {
      id: request.id,
      role: request.role,
      title: request.title,
      requestedAtMs: startedAt.getTime(),
      recording: recording === null ? null : basename(recording.path),
    },
    handle: startSession(request, (update) => take(update)),
    recording,
    pusher: createUpdatePusher({ sessionId: request.id, send: options.send, log: options.log }),
    kept: [],
    lastSnapshot: null,
    ended: false,
  }
  if (opened.kind === 'failed') {
    take({ kind: 'warning', atMs: 0, warning: { kind: 'recording-failed', message: opened.message } }, false)
  }
  return session
}

/** The end stays last. */
function inOrder(kept: readonly SessionUpdate[], snapshot: SessionUpdate): readonly SessionUpdate[] {
  const last = kept[kept.length - 1]
  return last?.kind === 'ended' ? [...kept.slice(0, -1), snapshot, last] : [...kept, snapshot]
}
