import type { Socket } from 'node:dgram'
import { limits, type TransportAddress } from '../../../engine'
import { anySockets, type SocketChoice } from '../../../shared/session'
import type { Clock, Datagrams, OpenSocketRequest, OpenSocketResult } from '../../ports'
import { errorCode } from './error-code'
import { type BoundSocket, makeSocket, zoneOf } from './open-socket'
import { resolveNames } from './mdns'
import { resolveHost } from './resolve-host'
import { isLinkLocal6, withoutZone } from './zone'

/** Sends handed to Node and not yet reported done, per socket; what comes beyond is dropped with `QUEUE-FULL`. */
const maxSendsInFlight = 2048
/** libuv reads at most so many datagrams of a socket before it turns to the next, and to timers. */
const readsInTurn = 32
/** Failed receives in a row, with no datagram in between, after which a socket counts as dead. */
const maxReceiveErrors = 16

/**
 * UDP sockets of this machine. Beside the system's codes (ENETUNREACH, EPERM, …) errors carry `QUEUE-FULL` (too many
 * sends in flight), `OVERSIZE` (an arrival larger than `limits.receivedDatagramBytes`, dropped) and `CLOSED` (a send on
 * a socket that is not open). Errors are never told while `send` runs. Opening an id that is open throws.
 */
export function nodeDatagrams(clock: Clock, choice: SocketChoice = anySockets): Datagrams {
  const sockets = new Map<number, CarryingSocket>()
  const opening = new Set<number>()
  const turn: Turn = { number: 0, isFull: false }

  const events: SocketEvents = {
    arrived: (datagram) => datagrams.onDatagram(datagram),
    failed(socketId, fatal, code, message) {
      if (fatal) close(socketId)
      datagrams.onError({ socketId, fatal, code, message })
    },
  }

  function close(socketId: number): void {
    opening.delete(socketId)
    sockets.get(socketId)?.close()
    sockets.delete(socketId)
  }

  async function open(request: OpenSocketRequest): Promise<OpenSocketResult> {
    const { id } = request
    if (sockets.has(id) || opening.has(id)) throw new Error(`Socket ${id} is open already`)
    if (sockets.size + opening.size >= limits.sockets) return tooMany
    opening.add(id)
    const made = await makeSocket(request, choice)
    const stillWanted = opening.delete(id)
    if (made.kind === 'failed') return made
    if (!stillWanted) {
      for (const handle of made.handles) handle.close()
      return closedMeanwhile
    }
    sockets.set(id, carry(request, made, clock, events, turn))
    return opened(request, made)
  }

  const datagrams: Datagrams = {
    open,
    send(socketId, to, data) {
      const socket = sockets.get(socketId)
      if (socket !== undefined) socket.send(to, data)
      else process.nextTick(events.failed, socketId, false, 'CLOSED', 'The socket is not open.')
    },
    close,
    closeAll() {
      for (const id of [...opening, ...sockets.keys()]) close(id)
    },
    onDatagram: () => {},
    whenRead(callback) {
      // From one of these to the next every socket is read; the first one may come in the midst of that.
      const look = (): void => {
        if (!turn.isFull) return callback()
        beginTurn(turn)
        setImmediate(look)
      }
      setImmediate(() => {
        beginTurn(turn)
        setImmediate(look)
      })
    },
    droppedUnread: (socketId) => sockets.get(socketId)?.droppedUnread() ?? null,
    onError: () => {},
    findLocal: resolveNames,
    resolve: resolveHost,
  }
  return datagrams
}

const tooMany: OpenSocketResult = {
  kind: 'failed',
  code: 'LIMIT',
  message: `No more than ${limits.sockets} sockets may be open.`,
}

const closedMeanwhile: OpenSocketResult = {
  kind: 'failed',
  code: 'CLOSED',
  message: 'The socket was closed while it was being opened.',
}

/** One turn of the event loop. */
interface Turn {
  number: number
  /** A socket was read as often as it may be in a turn, so that more may wait there. */
  isFull: boolean
}

function beginTurn(turn: Turn): void {
  turn.number += 1
  turn.isFull = false
}

interface SocketEvents {
  readonly arrived: Datagrams['onDatagram']
  readonly failed: (socketId: number, fatal: boolean, code: string, message: string) => void
}

interface CarryingSocket {
  send(to: TransportAddress, data: Uint8Array): void
  droppedUnread(): number | null
  close(): void
}

function carry(
  request: OpenSocketRequest,
  { handles, deviceIsGone, droppedUnread }: BoundSocket,
  clock: Clock,
  events: SocketEvents,
  turn: Turn,
): CarryingSocket {
  const { id } = request
  const [sender] = handles
  const zone = zoneOf(request)
  let sendsInFlight = 0
  let closed = false

  /** One for all sends, so that none allocates its own. */
  function sent(error: Error | null): void {
    sendsInFlight -= 1
    if (error === null || closed) return
    // A device that is gone comes back, if ever, under another index: this socket cannot be revived.
    if (deviceIsGone()) events.failed(id, true, 'ENODEV', `The interface ${request.interfaceName} is gone.`)
    else events.failed(id, false, errorCode(error), error.message)
  }

  /** The caller of `send` is in the midst of something and must not be entered again. */
  function failSoon(code: string, message: string): void {
    process.nextTick(events.failed, id, false, code, message)
  }

  for (const handle of handles) receive(request, handle, clock, events, turn)
  return {
    send(to, data) {
      if (sendsInFlight >= maxSendsInFlight)
        return failSoon('QUEUE-FULL', `${maxSendsInFlight} sends are under way.`)
      const address = to.family === 6 && isLinkLocal6(to.address) ? to.address + zone : to.address
      sendsInFlight += 1
      try {
        sender.send(data, to.port, address, sent)
      } catch (error) {
        sendsInFlight -= 1
        failSoon(errorCode(error), error instanceof Error ? error.message : String(error))
      }
    },
    droppedUnread,
    close() {
      closed = true
      for (const handle of handles) {
        handle.removeAllListeners('message')
        handle.close()
      }
    },
  }
}

function receive(
  request: OpenSocketRequest,
  handle: Socket,
  clock: Clock,
  events: SocketEvents,
  turn: Turn,
): void {
  const { id } = request
  const { family } = request.address
  let errors = 0
  let turnNumber = 0
  let reads = 0
  handle.on('message', (data, info) => {
    const receivedAtMs = clock.nowMs()
    errors = 0
    reads = turnNumber === turn.number ? reads + 1 : 1
    turnNumber = turn.number
    if (reads >= readsInTurn) turn.isFull = true
    if (data.length > limits.receivedDatagramBytes)
      return events.failed(id, false, 'OVERSIZE', `Dropped a datagram of ${data.length} bytes.`)
    events.arrived({
      socketId: id,
      from: { family, address: withoutZone(info.address), port: info.port },
      // Not the Buffer itself: its `slice` shares memory where a Uint8Array's copies.
      data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      receivedAtMs,
    })
  })
  handle.on('error', (error) => {
    errors += 1
    events.failed(id, errors >= maxReceiveErrors, errorCode(error), error.message)
  })
}

function opened(request: OpenSocketRequest, { handles, binding, reason }: BoundSocket): OpenSocketResult {
  const { id, interfaceName, interfaceKind, address } = request
  const local = { family: address.family, address: address.address, port: handles[0].address().port }
  return {
    kind: 'opened',
    socket: { id, local, interfaceName, interfaceKind, binding },
    bindingReason: reason,
  }
}
