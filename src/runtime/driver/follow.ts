import { limits } from '../../engine'
import type { SessionWarning } from '../../shared/session'
import type { Clock, InterfaceInfo, Interfaces, OpenSocketRequest, OpenSocketResult } from '../ports'
import { chooseSockets } from './choose'

/**
 * Between two looks at the machine's interfaces, ms, where the system does not tell of changes by itself. A look reads
 * what the system lists, about 0.2 ms a link.
 */
export const lookEveryMs = 1000
/** An address that cannot be opened is tried again after this, then twice as long each time, at most the second, ms. */
const firstRetryMs = 500
const lastRetryMs = 60_000
/** New IPv6 addresses cannot be bound while the system still looks for duplicates: only the third failure is told. */
const toldAtFailure = 3

/** A socket as the follower knows it, with the index that its interface had when it was opened. */
export interface FollowedSocket {
  readonly request: OpenSocketRequest
  readonly index: number | null
}

export interface FollowOptions {
  readonly clock: Clock
  readonly list: () => Promise<readonly InterfaceInfo[]>
  /** Interface names to use, also when they come later; null = those used by default. */
  readonly chosen: readonly string[] | null
  /** What was open when following begins. */
  readonly open: readonly FollowedSocket[]
  openSocket(request: OpenSocketRequest): Promise<OpenSocketResult>
  closeSocket(id: number, detail: string): void
  setLink(interfaceName: string, up: boolean): void
  /** Has the next look taken at once when something changed. */
  readonly watch?: NonNullable<Interfaces['watch']>
  warn(warning: SessionWarning): void
}

/** Opens and closes sockets as interfaces and their addresses come and go. */
export interface Follower {
  /** A socket has closed by itself. */
  lost(id: number): void
  close(): void
}

interface Failure {
  readonly times: number
  readonly notBeforeMs: number
}

export function followInterfaces(options: FollowOptions): Follower {
  const { clock, chosen } = options
  const open = new Map(options.open.map((each) => [each.request.id, each]))
  const failures = new Map<string, Failure>()
  let nextId = 1 + Math.max(0, ...open.keys())
  let closed = false
  let disarm: (() => void) | undefined
  let unreadable = false
  let limitTold = open.size >= limits.sockets

  const dark = new Set<string>()
  let looking = false
  let lookAgain = false

  function arm(): void {
    looking = false
    if (closed) return
    if (lookAgain) return look()
    disarm = clock.at(clock.nowMs() + lookEveryMs, look)
  }

  function look(): void {
    if (looking) {
      lookAgain = true
      return
    }
    disarm?.()
    looking = true
    lookAgain = false
    // The next look is armed when this one is over: there are never two.
    options
      .list()
      .then(follow, cannotList)
      .then(arm)
      .catch((error: unknown) => {
        // A broken invariant, which must not be lost in a promise.
        clock.at(clock.nowMs(), () => {
          throw error
        })
      })
  }

  function cannotList(error: unknown): void {
    if (unreadable) return
    unreadable = true
    const why = error instanceof Error ? error.message : String(error)
    const message = `The network interfaces cannot be listed (${why}), so changes of them are not followed for now.`
    options.warn({ kind: 'interfaces-unreadable', message })
  }

  async function follow(listed: readonly InterfaceInfo[]): Promise<void> {
    unreadable = false
    for (const [id, socket] of open) {
      const why = closed ? undefined : whyGone(socket, listed)
      if (why === undefined) continue
      open.delete(id)
      options.closeSocket(id, why)
    }
    followLinks(listed)
    const wanted = choose(listed)
    const keys = new Set(wanted.map((each) => each.key))
    for (const key of failures.keys()) if (!keys.has(key)) failures.delete(key)
    const there = new Set([...open.values()].map(({ request }) => placeOf(request)))
    for (const { request, index, key } of wanted) {
      if (closed || there.has(placeOf(request))) continue
      if (open.size >= limits.sockets) return tellLimit()
      if ((failures.get(key)?.notBeforeMs ?? 0) <= clock.nowMs()) await openOne(request, index, key)
    }
  }

  /** An interface without a carrier keeps its sockets, which mostly work again with it. */
  function followLinks(listed: readonly InterfaceInfo[]): void {
    for (const name of new Set([...open.values()].map(({ request }) => request.interfaceName))) {
      const found = listed.find((each) => each.name === name)
      const isDark = found !== undefined && isWithoutLink(found)
      if (closed || isDark === dark.has(name)) continue
      if (isDark) dark.add(name)
      else dark.delete(name)
      options.setLink(name, !isDark)
    }
  }

  function choose(listed: readonly InterfaceInfo[]) {
    return chooseSockets(listed, chosen).requests.map((request) => {
      const index = indexIn(listed, request.interfaceName)
      return { request, index, key: `${placeOf(request)} ${index}` }
    })
  }

  function tellLimit(): void {
    if (limitTold) return
    limitTold = true
    const message = `At most ${limits.sockets} interface addresses are used at once; a new one is not used.`
    options.warn({ kind: 'too-many-addresses', message })
  }

  async function openOne(wanted: OpenSocketRequest, index: number | null, key: string): Promise<void> {
    const request = { ...wanted, id: nextId++ }
    const result = await options.openSocket(request)
    if (closed) return
    if (result.kind === 'opened') {
      // Known failures stay, so that a socket that dies again and again is opened ever more rarely.
      open.set(request.id, { request, index })
      return
    }
    const times = noteFailure(key)
    if (times !== toldAtFailure) return
    const { interfaceName, address } = request
    const message = `${interfaceName} (${address.address}) is not used: ${result.message} (${result.code}). It is tried again.`
    options.warn({ kind: 'socket-failed', message })
  }

  function noteFailure(key: string): number {
    const times = 1 + (failures.get(key)?.times ?? 0)
    const waitMs = Math.min(lastRetryMs, firstRetryMs * 2 ** (times - 1))
    failures.set(key, { times, notBeforeMs: clock.nowMs() + waitMs })
    return times
  }

  const unwatch = options.watch?.(() => {
    if (!closed) look()
  })
  arm()
  return {
    lost(id) {
      const socket = open.get(id)
      if (socket === undefined) return
      open.delete(id)
      noteFailure(`${placeOf(socket.request)} ${socket.index}`)
    },
    close() {
      closed = true
      unwatch?.()
      disarm?.()
    },
  }
}

/** Why a socket is of no use any more, as a sentence; undefined while it is. */
function whyGone({ request, index }: FollowedSocket, listed: readonly InterfaceInfo[]): string | undefined {
  const { interfaceName, address } = request
  const found = listed.find((each) => each.name === interfaceName)
  if (found === undefined) return `The interface ${interfaceName} is gone.`
  if (index !== null && found.index !== null && found.index !== index)
    return `The interface ${interfaceName} was removed; there is another of that name now.`
  // Addresses of an interface that is down are not known. It mostly comes back with them, and the socket works again.
  if (isWithoutLink(found)) return undefined
  if (found.addresses.some((own) => own.address === address.address)) return undefined
  return `The interface ${interfaceName} does not have the address ${address.address} any more.`
}

function isWithoutLink(found: InterfaceInfo): boolean {
  return !found.up && found.addresses.length === 0
}

export function indexIn(listed: readonly InterfaceInfo[], name: string): number | null {
  return listed.find((each) => each.name === name)?.index ?? null
}

function placeOf({ interfaceName, address }: OpenSocketRequest): string {
  return `${interfaceName} ${address.address}`
}
