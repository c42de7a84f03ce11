import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { SessionHalt, SessionOrder, SessionRequest, SessionUpdate } from '../../shared/session'

export interface SessionHandle {
  /** Sends an order; without effect after `ended`. */
  order(order: SessionOrder): void
  /** Resolves when the worker is gone. */
  readonly closed: Promise<void>
  /** Ends the worker at once, without the goodbye; by force when it does not end within two seconds. */
  terminate(): Promise<void>
}

export interface StartSessionOptions {
  /** The worker's bundle; by default the one that is built beside the caller's. */
  readonly workerFile?: string
}

/**
 * Memory for new objects in the worker, MB. Each time a third of it is full the worker stands still while what still is in
 * use there is copied: with the 48 MB that are usual, for 4 ms at a time with one stream of `voice`, and for 1 ms with these.
 * What comes meanwhile is read so much later.
 */
const youngGenerationMb = 4

/** A worker that was told to end has so long for it, ms. */
const haltMs = 2000

/**
 * Starts a session in a worker of its own. `onUpdate` is told every update in order; `ended` always comes last, even
 * when the worker dies without a word.
 */
export function startSession(
  request: SessionRequest,
  onUpdate: (update: SessionUpdate) => void,
  options: StartSessionOptions = {},
): SessionHandle {
  // out/main/index.js and out/cli/index.js both find out/worker/index.js this way.
  const file = options.workerFile ?? join(__dirname, '../worker/index.js')
  const worker = new Worker(file, {
    workerData: request,
    resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
  })
  let ended = false
  let lastMs = 0
  let broke: string | undefined

  worker.on('message', (update: SessionUpdate) => {
    if (ended) return
    ended = update.kind === 'ended'
    lastMs = Math.max(lastMs, atMsOf(update) ?? 0)
    onUpdate(update)
  })
  worker.on('error', (error) => {
    broke = error.message
  })

  const closed = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      if (!ended) {
        ended = true
        const why = broke ?? `exit code ${code}`
        const detail = `The engine's worker stopped without a goodbye: ${why}.`
        onUpdate({ kind: 'ended', atMs: lastMs, reason: 'failed', detail })
      }
      resolve()
    })
  })

  return {
    order(order) {
      if (!ended) worker.postMessage(order)
    },
    closed,
    async terminate() {
      const halt: SessionHalt = { kind: 'halt' }
      worker.postMessage(halt)
      const timer = setTimeout(() => void worker.terminate(), haltMs)
      await closed
      clearTimeout(timer)
    },
  }
}

function atMsOf(update: SessionUpdate): number | undefined {
  switch (update.kind) {
    case 'event':
      return update.event.atMs
    case 'snapshot':
      return update.snapshot.atMs
    case 'warning':
    case 'ended':
      return update.atMs
    default:
      return undefined
  }
}
