import {
  type Description,
  type DescriptionProblem,
  type Engine,
  type EngineCommand,
  type EngineEvent,
  type EngineInput,
  type EngineOutput,
  type EngineSnapshot,
  limits,
} from '../../engine'
import type { SessionWarning } from '../../shared/session'
import type {
  Clock,
  Datagrams,
  Entropy,
  InterfaceInfo,
  Interfaces,
  LinkCounters,
  OpenSocketRequest,
  OpenSocketResult,
  SecureEvent,
  SecureSession,
  Streams,
} from '../ports'
import { createEgressVerifier } from '../egress'
import { watchClock } from './clock-watch'
import { type FollowedSocket, type Follower, followInterfaces, indexIn } from './follow'
import { watchUnread } from './unread-watch'

export interface DriverCallbacks {
  onEvent(event: EngineEvent): void
  onSnapshot(snapshot: EngineSnapshot): void
  onLocalDescription(description: Description): void
  onWarning(warning: SessionWarning): void
  /** The engine is done: its sockets are closed, nothing follows. */
  onEnded(): void
}

export interface DriverOptions {
  readonly engine: Engine
  readonly clock: Clock
  readonly datagrams: Datagrams
  readonly streams: Streams
  readonly secure: SecureSession
  readonly counters: LinkCounters
  readonly entropy: Pick<Entropy, 'random'>
  readonly callbacks: DriverCallbacks
}

/**
 * Runs one engine on its ports. Engine time is 0 when the driver is made. After every input it drains the engine and
 * arms one timer; what ports say during a call waits in order until the call is over.
 */
export interface Driver {
  /** Engine time, ms. */
  nowMs(): number
  /** Opens sockets and tells the engine when all are there. A socket that cannot be opened is a warning. */
  open(requests: readonly OpenSocketRequest[]): Promise<void>
  /**
   * From now on opens and closes sockets as interfaces and addresses come and go. `chosen` names interfaces; null = those
   * used by default. `listed` is the list that the sockets so far were chosen from.
   */
  follow(interfaces: Interfaces, chosen: readonly string[] | null, listed: readonly InterfaceInfo[]): void
  /** Hands the engine the peer's description; the problem when it cannot be used. Not from within a callback. */
  describe(description: Description): DescriptionProblem | undefined
  command(command: EngineCommand): void
  snapshot(): EngineSnapshot
  /** Stops at once, without a goodbye. */
  close(): void
}

type StreamOpen = Extract<EngineOutput, { readonly kind: 'stream-open' }>

/** Inputs waiting while another is handled; only ports that answer synchronously put any here. */
const maxPending = 4096
/** A timer this late, ms, shows that the process was elsewhere: what came meanwhile waits to be read. */
const lateMs = 3
/** Timers in a row that find the engine's deadline not moving: it would spin forever. */
const maxIdleTicks = 1000

export function createDriver(options: DriverOptions): Driver {
  const { engine, clock, datagrams, streams, secure, callbacks } = options
  const startMs = clock.nowMs()
  const watch = watchClock(clock, (warning) => callbacks.onWarning(warning))
  const pending: EngineInput[] = []
  const verifier = createEgressVerifier({
    clock,
    counters: options.counters,
    coin: () => ((options.entropy.random(1)[0] ?? 0) & 1) === 1,
    burst: (pairId, packets) => input({ kind: 'egress-burst', pairId, packets }),
    conclude: (pairId, verdict) => input({ kind: 'egress-verdict', pairId, verdict }),
  })
  const wrongLinks = new Set<string>()
  let running = false
  let closed = false
  let lastMs = 0
  let disarm: (() => void) | undefined
  let armedMs = Number.POSITIVE_INFINITY
  let idleTicks = 0
  let catchingUp = false
  let refused: DescriptionProblem | undefined
  let opened: readonly OpenSocketRequest[] = []
  /** Of every open socket, by its id: streams leave from where it does. */
  const requests = new Map<number, OpenSocketRequest>()
  const unread = watchUnread({
    clock,
    datagrams,
    sockets: requests,
    tell: (interfaceName, lost) => input({ kind: 'dropped-unread', interfaceName, datagrams: lost }),
  })
  let follower: Follower | undefined

  /** `atLeastMs` makes up for the rounding between the clock's time and the engine's. */
  function engineNow(atLeastMs = 0): number {
    lastMs = Math.max(lastMs, clock.nowMs() - startMs, atLeastMs)
    return lastMs
  }

  function input(first: EngineInput, atLeastMs?: number): void {
    if (closed) return
    if (pending.length >= maxPending) throw new Error(`more than ${maxPending} inputs wait for the engine`)
    pending.push(first)
    if (running) return
    running = true
    try {
      for (let next = pending.shift(); next !== undefined && !closed; next = pending.shift()) {
        engine.handle(next, engineNow(atLeastMs))
        drain()
      }
    } finally {
      running = false
      pending.length = 0
    }
    arm()
  }

  function drain(): void {
    for (let output = engine.poll(); output !== undefined; output = engine.poll()) {
      execute(output)
      if (closed) return
    }
  }

  function execute(output: EngineOutput): void {
    switch (output.kind) {
      case 'transmit':
        return datagrams.send(output.socketId, output.to, output.data)
      case 'event':
        callbacks.onEvent(output.event)
        // The last counts are exchanged now; ours should be among what the last snapshot has.
        if (output.event.kind === 'finishing') unread.lookNow()
        return warnOfWrongLink(output.event)
      case 'snapshot':
        callbacks.onSnapshot(output.snapshot)
        unread.look()
        return verifier.snapshot(output.snapshot)
      case 'local-description':
        return callbacks.onLocalDescription(output.description)
      case 'description-refused':
        refused = output.problem
        return
      case 'stream-open':
        return openStream(output)
      case 'stream-send':
        return streams.send(output.streamId, output.data)
      case 'stream-close':
        return streams.close(output.streamId)
      case 'resolve-names':
        findNames(output.names)
        return
      case 'ended':
        close()
        return callbacks.onEnded()
      default:
        return executeSecure(output)
    }
  }

  /** Once for each two interfaces. */
  function warnOfWrongLink(event: EngineEvent): void {
    if (event.kind !== 'egress' || event.verified) return
    const { label, named, carriedBy } = event
    const key = JSON.stringify([named, carriedBy])
    if (wrongLinks.has(key) || wrongLinks.size >= limits.sockets) return
    wrongLinks.add(key)
    const message = `Packets of ${label} leave by ${carriedBy}, not by ${named}: what is measured there is the link of ${carriedBy}.`
    callbacks.onWarning({ kind: 'wrong-link', message })
  }

  function findNames(names: readonly string[]): void {
    const found = datagrams.findLocal?.(names, opened) ?? Promise.resolve([])
    void found.then((addresses) => input({ kind: 'names-resolved', found: addresses }))
  }

  function executeSecure(output: Extract<EngineOutput, { readonly kind: `secure-${string}` }>): void {
    switch (output.kind) {
      case 'secure-start':
        return secure.start(output.start)
      case 'secure-handshake':
        return secure.receiveHandshake(output.data)
      case 'secure-open':
        return input({ kind: 'secure-opened', token: output.token, plain: secure.open(output.record) })
      case 'secure-deliver':
        return secure.deliver(output.plain)
      case 'secure-resume':
        return secure.resume()
      case 'secure-message':
        if (!secure.sendMessage(output.data)) input({ kind: 'secure-message-refused', data: output.data })
        return
    }
  }

  /** A timer that is due earlier than needed stays: it costs one tick, re-arming costs more with every datagram. */
  function arm(): void {
    const deadlineMs = closed ? undefined : engine.nextDeadline()
    if (deadlineMs === undefined || deadlineMs >= armedMs) return
    disarm?.()
    armedMs = deadlineMs
    disarm = clock.at(startMs + deadlineMs, tick)
  }

  /** Timers run before sockets are read: the engine must not take for silence what has not been read yet. */
  function noticeLateness(nowMs: number): void {
    if (catchingUp || nowMs - armedMs <= lateMs || datagrams.whenRead === undefined) return
    catchingUp = true
    input({ kind: 'unread', sinceMs: armedMs })
    datagrams.whenRead(() => {
      catchingUp = false
      input({ kind: 'unread', sinceMs: null })
    })
  }

  function tick(): void {
    noticeLateness(engineNow())
    const dueMs = armedMs
    disarm = undefined
    armedMs = Number.POSITIVE_INFINITY
    watch.timerRan(startMs + dueMs)
    input({ kind: 'tick' }, dueMs)
    const nextMs = engine.nextDeadline()
    idleTicks = nextMs !== undefined && nextMs <= dueMs ? idleTicks + 1 : 0
    if (idleTicks > maxIdleTicks) throw new Error(`the engine's deadline stays at ${dueMs} ms`)
  }

  function close(): void {
    if (closed) return
    closed = true
    disarm?.()
    follower?.close()
    verifier.close()
    streams.closeAll()
    datagrams.closeAll()
    secure.close()
  }

  async function openOne(request: OpenSocketRequest): Promise<void> {
    const result = await openSocket(request)
    if (closed) return
    if (result.kind === 'opened') {
      opened = [...opened, request]
      return
    }
    const { interfaceName, address } = request
    const message = `${interfaceName} (${address.address}) is not used: ${result.message} (${result.code}).`
    callbacks.onWarning({ kind: 'socket-failed', message })
  }

  async function openSocket(request: OpenSocketRequest): Promise<OpenSocketResult> {
    const result = await datagrams.open(request)
    if (closed) {
      datagrams.close(request.id)
      return result
    }
    if (result.kind === 'failed') return result
    requests.set(request.id, request)
    input({ kind: 'socket-opened', socket: result.socket })
    if (result.socket.binding !== 'address' || result.bindingReason === null) return result
    const { interfaceName, address } = request
    const message = `Packets from ${interfaceName} (${address.address}) may leave by another link: ${result.bindingReason}`
    callbacks.onWarning({ kind: 'address-only', message })
    return result
  }

  function openStream({ streamId, socketId, to, tlsName }: StreamOpen): void {
    const request = requests.get(socketId)
    if (request === undefined)
      throw new Error(`a stream was asked for from socket ${socketId}, which is not open`)
    const { interfaceName, address } = request
    streams.open({ id: streamId, interfaceName, address, to, tlsName })
  }

  /** The engine first: nothing more is sent there. */
  function closeSocket(socketId: number, detail: string): void {
    unread.close(socketId)
    input({ kind: 'socket-closed', socketId, detail })
    requests.delete(socketId)
    if (!closed) datagrams.close(socketId)
  }

  datagrams.onDatagram = ({ socketId, from, data, receivedAtMs }) => {
    const nowMs = engineNow()
    noticeLateness(nowMs)
    const seenMs = Math.min(Math.max(0, receivedAtMs - startMs), nowMs)
    input({ kind: 'datagram', socketId, from, data, receivedAtMs: seenMs })
  }
  datagrams.onError = ({ socketId, fatal, code, message }) => {
    // A failed send shows as loss on its pair; only the loss of a socket changes what there is.
    if (!fatal) return
    opened = opened.filter((request) => request.id !== socketId)
    follower?.lost(socketId)
    unread.close(socketId)
    input({ kind: 'socket-closed', socketId, detail: `${message} (${code})` })
    requests.delete(socketId)
  }
  streams.onOpened = (streamId) => input({ kind: 'stream-opened', streamId })
  streams.onData = (streamId, data) => input({ kind: 'stream-data', streamId, data })
  streams.onClosed = (streamId, detail) => input({ kind: 'stream-closed', streamId, detail })
  secure.onEvent = (event) => input(secureInput(event))

  return {
    nowMs: () => engineNow(),
    async open(requests) {
      // One after another, so that sockets and candidates come in the order of the interface list.
      for (const request of requests) await openOne(request)
      input({ kind: 'sockets-ready' })
    },
    follow(interfaces, chosen, listed) {
      if (closed) return
      verifier.interfaces(listed)
      const open = opened.map(
        (request): FollowedSocket => ({ request, index: indexIn(listed, request.interfaceName) }),
      )
      follower = followInterfaces({
        clock,
        async list() {
          const now = await interfaces.list()
          verifier.interfaces(now)
          return now
        },
        chosen,
        open,
        openSocket,
        closeSocket,
        setLink: (interfaceName, up) => input({ kind: 'link', interfaceName, up }),
        ...(interfaces.watch === undefined ? {} : { watch: interfaces.watch }),
        warn: (warning) => callbacks.onWarning(warning),
      })
    },
    describe(description) {
      if (running) throw new Error('a description was handed over from within a callback')
      refused = undefined
      input({ kind: 'remote-description', description })
      return refused
    },
    command: (command) => input({ kind: 'command', command }),
    snapshot() {
      unread.lookNow()
      return engine.snapshot(engineNow())
    },
    close,
  }
}

function secureInput(event: SecureEvent): EngineInput {
  switch (event.kind) {
    case 'handshake':
      return { kind: 'secure-handshake', data: event.data }
    case 'record':
      return { kind: 'secure-record', data: event.data }
    case 'connected':
      return { kind: 'secure-connected', exporter: event.exporter, srtpExporter: event.srtpExporter }
    case 'channel-open':
      return { kind: 'secure-channel-open' }
    case 'message':
      return { kind: 'secure-message', data: event.data }
    case 'retransmissions':
      return { kind: 'secure-retransmissions', total: event.total }
    case 'failed':
      return { kind: 'secure-failed', reason: event.reason, detail: event.detail }
  }
}
