import { release, type } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import type { SessionHalt, SessionOrder, SessionRequest, SessionUpdate } from '../../shared/session'
import {
  nodeClock,
  nodeDatagrams,
  nodeEntropy,
  nodeInterfaces,
  nodeLinkCounters,
  nodeLog,
  nodeStreams,
} from '../adapters/node'
import { createWeriftSessions, noCertificateUnderWay } from '../adapters/werift'
import { runLoopback, warmUpBefore } from '../loopback'
import type { Ports } from '../ports'
import { messageOf, type RunningSession, runSession } from '../session'

/** A thread that is done but held by a forgotten handle goes anyway after this long, ms. */
const lingerMs = 1000

/** Runs the session of this thread's `workerData` and lets the thread end after it. */
export function runWorker(): void {
  const port = parentPort
  if (port === null) throw new Error('the engine worker runs in a worker thread only')
  // The parent validates the request; the worker trusts its parent.
  const request = workerData as SessionRequest
  let told = false

  function post(update: SessionUpdate): void {
    if (told) return
    told = update.kind === 'ended'
    port?.postMessage(update)
    if (told) leave()
  }

  /** Nothing keeps the thread any more. It is not cut off: a step of the system's own in it may then end the whole process. */
  function leave(): void {
    port?.close()
    setTimeout(() => process.exit(0), lingerMs).unref()
  }

  async function halt(): Promise<void> {
    told = true
    await noCertificateUnderWay()
    session.end('done', null)
    leave()
  }

  function fail(error: unknown): void {
    const detail = `Something broke inside Pathscope: ${messageOf(error)}`
    try {
      session.end('failed', detail)
    } catch {
      // It may not have begun yet, or what broke breaks its end as well: the parent is told all the same.
    }
    post({ kind: 'ended', atMs: 0, reason: 'failed', detail })
    setTimeout(() => process.exit(1), 0)
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)

  const session = begin(request, post)
  port.on('message', (order: SessionOrder | SessionHalt) => {
    if (order.kind !== 'halt') return session.order(order)
    void halt()
  })
}

function begin(request: SessionRequest, post: (update: SessionUpdate) => void): RunningSession {
  const about = { appVersion: __APP_VERSION__, os: `${type()} ${release()}` }
  const clock = nodeClock()
  const log = nodeLog('warn')
  const entropy = nodeEntropy()
  const secure = createWeriftSessions()
  if (request.role === 'loopback') {
    return runLoopback({ ...about, request, clock, entropy, secure, log, post })
  }
  const datagrams = nodeDatagrams(clock, request.sockets)
  const ports: Ports = {
    clock,
    entropy,
    interfaces: nodeInterfaces(),
    datagrams,
    counters: nodeLinkCounters(),
    streams: nodeStreams(request.sockets?.binding ?? 'device'),
    secure,
    log,
  }
  const told = warmUpBefore(clock, entropy, post)
  return runSession({ ...about, request, role: request.role, ports, post: told })
}
