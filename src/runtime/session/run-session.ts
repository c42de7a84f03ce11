import { createEngine, type Description, type EndReason } from '../../engine'
import type { SessionOrder, SessionRequest, SessionUpdate } from '../../shared/session'
import { type Driver, startDriver } from '../driver'
import { decodePaste, encodePaste } from '../paste'
import type { Ports } from '../ports'
import { createLifecycle } from './lifecycle'

export interface RunOptions {
  readonly request: SessionRequest
  readonly role: 'offerer' | 'answerer'
  readonly ports: Ports
  readonly appVersion: string
  readonly os: string
  /** Told every update in order; `ended` is the last. */
  readonly post: (update: SessionUpdate) => void
}

/** One end of a session under way. */
export interface RunningSession {
  order(order: SessionOrder): void
  /** Ends at once, saying why. */
  end(reason: EndReason, detail: string | null): void
}

/** Orders that come before the sockets are open wait; a person can hardly give more. */
const maxEarlyOrders = 64

/** Runs one end of a session from gathering to its end, and tells it in `SessionUpdate`s. */
export function runSession(options: RunOptions): RunningSession {
  const { request, role, ports } = options
  const early: SessionOrder[] = []
  let driver: Driver | undefined
  let ready = false
  let ended = false
  let reason: EndReason = 'failed'
  let detail: string | null = 'The session ended without saying why.'
  let localThere = false
  let remoteThere = false
  let pasting: Description | undefined

  /** What still runs when the session has ended has nothing more to say. */
  function post(update: SessionUpdate): void {
    if (!ended) options.post(update)
  }

  const lifecycle = createLifecycle(request, role, ports.clock, {
    finish: () => driver?.command({ kind: 'finish' }),
    end,
  })

  function end(why: EndReason, more: string | null): void {
    if (ended) return
    const last = driver?.snapshot()
    driver?.close()
    if (last !== undefined) post({ kind: 'snapshot', snapshot: last })
    tellEnded(why, more)
  }

  function tellEnded(why: EndReason, more: string | null): void {
    if (ended) return
    ended = true
    lifecycle.close()
    options.post({ kind: 'ended', atMs: driver?.nowMs() ?? 0, reason: why, detail: more })
  }

  function considerDescribed(): void {
    if (localThere && remoteThere) lifecycle.bothDescribed()
  }

  /** An answer is told only after the offer that it answers was told to be accepted. */
  function tellAccepted(): void {
    if (pasting === undefined) return
    post({ kind: 'paste-accepted', type: pasting.type })
    pasting = undefined
    remoteThere = true
  }

  function paste(text: string): void {
    const read = decodePaste(text)
    if (read.kind === 'problem') return post({ kind: 'paste-refused', problem: read.problem })
    pasting = read.description
    const problem = driver?.describe(read.description)
    if (problem === undefined) tellAccepted()
    else post({ kind: 'paste-refused', problem: { kind: problem.kind, message: problem.message } })
    pasting = undefined
    considerDescribed()
  }

  function obey(order: SessionOrder): void {
    if (order.kind === 'paste') return paste(order.text)
    if (order.kind === 'stop') return lifecycle.stop()
    if (order.command.kind === 'finish') return lifecycle.stop()
    driver?.command(order.command)
  }

  const callbacks = {
    onEvent: (event: Parameters<typeof lifecycle.event>[0]) => {
      if (event.kind === 'ended') {
        reason = event.reason
        detail = event.detail
      }
      post({ kind: 'event', event })
      lifecycle.event(event)
    },
    onSnapshot: (snapshot: ReturnType<Driver['snapshot']>) => post({ kind: 'snapshot', snapshot }),
    onLocalDescription: (description: Description) => {
      tellAccepted()
      post({ kind: 'local-description', text: encodePaste(description) })
      localThere = true
      considerDescribed()
    },
    onWarning: (warning: { readonly kind: string; readonly message: string }) =>
      post({ kind: 'warning', atMs: driver?.nowMs() ?? 0, warning }),
    onEnded: () => tellEnded(reason, detail),
  }

  async function start(): Promise<void> {
    await startDriver({
      role,
      settings: request.settings,
      interfaces: request.interfaces,
      stun: request.stun,
      turn: request.turn,
      appVersion: options.appVersion,
      os: options.os,
      createEngine,
      ports,
      callbacks,
      onStarted(made, interfaces) {
        driver = made
        if (ended) made.close()
        const { appVersion, os } = options
        post({ kind: 'started', wallMs: ports.clock.wallMs(), appVersion, os, interfaces })
      },
    })
    ready = true
    for (const order of early.splice(0)) if (!ended) obey(order)
  }

  start().catch((error: unknown) => end('failed', messageOf(error)))

  return {
    order(order) {
      if (ended) return
      if (ready) return obey(order)
      // Before there is anything to say goodbye to, stop ends at once.
      if (order.kind === 'stop') return end('done', null)
      if (early.length < maxEarlyOrders) early.push(order)
    },
    end,
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
