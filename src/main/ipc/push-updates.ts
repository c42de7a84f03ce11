/** Session updates on their way to the window: gathered for a moment, checked, and sent as one message. */
import { parseWith, sessionUpdateSchema, updatesPerPushLimit, wire } from '../../shared/ipc'
import type { SessionUpdate } from '../../shared/session'

/** Updates are gathered this long; a snapshot comes every 200 ms. */
const gatherMs = 50

/** Malformed updates told to the log per session; they would be the same again and again. */
const toldLimit = 5

export interface UpdatePusher {
  push(update: SessionUpdate): void
  /** Sends what is left. */
  flush(): void
}

export interface PusherOptions {
  readonly sessionId: string
  readonly send: (channel: string, name: string, payload: unknown) => void
  readonly log: (message: string) => void
}

export function createUpdatePusher({ sessionId, send, log }: PusherOptions): UpdatePusher {
  let waiting: SessionUpdate[] = []
  let timer: ReturnType<typeof setTimeout> | null = null
  let told = 0

  const flush = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (waiting.length === 0) return
    const updates = waiting
    waiting = []
    send(wire.push, 'session-updates', { sessionId, updates })
  }

  return {
    flush,
    push(update) {
      const checked = parseWith<unknown>(sessionUpdateSchema, update)
      if (!checked.ok) {
        told += 1
        if (told <= toldLimit) log(`malformed ${update.kind} update held back: ${checked.problem}`)
        return
      }
      waiting.push(update)
      if (update.kind === 'ended' || waiting.length >= updatesPerPushLimit) flush()
      else timer ??= setTimeout(flush, gatherMs)
    },
  }
}
