import { createDeadlines } from '../deadlines'
import type { TransportAddress } from '../face/address'
import type { EnginePrimitives, TurnServer } from '../face/io'
import { type ParsedStun, turnMethod } from '../stun'
import { isChannelData, readChannelData } from './framing'
import { createPeers } from './peers'
import { createRequester, type TurnOutcome } from './requests'

/** How an allocation is kept (RFC 8656 section 7). */
export const keeping = {
  /**
   * The latest refresh is a minute before the end, or at half of a short lifetime. It comes this often all the same, ms:
   * it keeps NATs open, and tells of a server that is gone or was started anew before the allocation would have ended.
   */
  refreshMs: 10_000,
  /** Refreshes in a row without any answer (each asked five times in 8 s) after which the server counts as dead. */
  silentRefreshes: 3,
} as const

/** Allocation Mismatch: the server still has an allocation of ours, or has none any more. */
const mismatch = 437
const udpProtocol = 17

export interface Failure {
  /** The server's; null when it gave none. */
  readonly code: number | null
  /** A sentence. */
  readonly detail: string
}

export interface AllocationOptions {
  readonly server: TurnServer
  readonly family: 4 | 6
  readonly primitives: EnginePrimitives
  /** To the server: one datagram, or one whole message on the stream. */
  send(data: Uint8Array): void
  opened(relayed: TransportAddress, mapped: TransportAddress | null, nowMs: number): void
  /** It is over, or never began; nothing follows. */
  failed(failure: Failure, nowMs: number): void
  refused(peer: string, code: number, reason: string): void
  arrived(from: TransportAddress, data: Uint8Array): void
}

/** One allocation at one server, from the first request to its end. */
export interface Allocation {
  start(nowMs: number): void
  send(to: TransportAddress, data: Uint8Array, nowMs: number): void
  /** A STUN message of the server. True when it is used up. */
  stun(parsed: ParsedStun, nowMs: number): boolean
  channelData(bytes: Uint8Array, nowMs: number): void
  /** Gives the address back; the answer is not waited for. */
  close(nowMs: number): void
  tick(nowMs: number): void
  nextDeadline(): number | undefined
}

export function createAllocation(options: AllocationOptions): Allocation {
  const { server, primitives } = options
  const requester = createRequester(server, primitives, (data) => options.send(data))
  const peers = createPeers({
    primitives,
    requester,
    isStream: server.protocol !== 'udp',
    send: (data) => options.send(data),
    refused: (peer, code, reason) => options.refused(peer, code, reason),
  })
  const deadlines = createDeadlines<'refresh'>()
  let state: 'asking' | 'open' | 'over' = 'asking'
  let silentRefreshes = 0
  let cleared = false

  function fail(failure: Failure, nowMs: number): void {
    if (state === 'over') return
    state = 'over'
    requester.clear()
    deadlines.remove('refresh')
    options.failed(failure, nowMs)
  }

  function allocate(nowMs: number): void {
    const attributes = {
      requestedTransport: udpProtocol,
      ...(options.family === 6 ? { requestedAddressFamily: 6 as const } : {}),
    }
    requester.ask({ method: turnMethod.allocate, attributes, done: allocated }, nowMs)
  }

  function allocated(outcome: TurnOutcome, nowMs: number): void {
    if (outcome.kind === 'silent')
      return fail({ code: null, detail: `No answer within ${seconds(outcome.afterMs)} s.` }, nowMs)
    if (outcome.kind === 'error') {
      // From a session of ours that broke off, by the same port.
      if (outcome.code === mismatch && !cleared) return clearOld(nowMs)
      return fail({ code: outcome.code, detail: sentenceOf(outcome.code, outcome.reason) }, nowMs)
    }
    const { xorRelayedAddress, xorMappedAddress, lifetimeSeconds } = outcome.attributes
    if (xorRelayedAddress === undefined || xorRelayedAddress.family !== options.family)
      return fail({ code: null, detail: `It gave no IPv${options.family} address.` }, nowMs)
    state = 'open'
    scheduleRefresh(lifetimeSeconds, nowMs)
    options.opened(xorRelayedAddress, xorMappedAddress ?? null, nowMs)
  }

  function clearOld(nowMs: number): void {
    cleared = true
    const done = (_: TurnOutcome, atMs: number): void => allocate(atMs)
    requester.ask({ method: turnMethod.refresh, attributes: { lifetimeSeconds: 0 }, done }, nowMs)
  }

  function scheduleRefresh(lifetimeSeconds: number | undefined, nowMs: number): void {
    const lifetimeMs = Math.max(1, lifetimeSeconds ?? 600) * 1000
    const latestMs = lifetimeMs > 120_000 ? lifetimeMs - 60_000 : lifetimeMs / 2
    deadlines.set('refresh', nowMs + Math.min(keeping.refreshMs, latestMs))
  }

  function refresh(nowMs: number): void {
    requester.ask({ method: turnMethod.refresh, attributes: {}, done: refreshed }, nowMs)
  }

  function refreshed(outcome: TurnOutcome, nowMs: number): void {
    if (state !== 'open') return
    if (outcome.kind === 'success') {
      silentRefreshes = 0
      return scheduleRefresh(outcome.attributes.lifetimeSeconds, nowMs)
    }
    if (outcome.kind === 'error')
      return fail({ code: outcome.code, detail: sentenceOf(outcome.code, outcome.reason) }, nowMs)
    silentRefreshes += 1
    if (silentRefreshes < keeping.silentRefreshes) return refresh(nowMs)
    fail({ code: null, detail: 'The server does not answer any more.' }, nowMs)
  }

  return {
    start: allocate,
    send(to, data, nowMs) {
      if (state === 'open') peers.send(to, data, nowMs)
    },
    stun(parsed, nowMs) {
      const { class: kind, method, attributes } = parsed.message
      if (kind === 'success' || kind === 'error') return requester.answer(parsed, nowMs)
      if (kind !== 'indication' || method !== turnMethod.data) return false
      const { xorPeerAddress, data } = attributes
      if (state !== 'open' || xorPeerAddress === undefined || data === undefined) return true
      peers.heard(xorPeerAddress, nowMs)
      options.arrived(xorPeerAddress, data)
      return true
    },
    channelData(bytes) {
      const message = isChannelData(bytes) ? readChannelData(bytes) : undefined
      const from = message === undefined ? undefined : peers.ofChannel(message.channel)
      if (message !== undefined && from !== undefined && state === 'open') options.arrived(from, message.data)
    },
    close(nowMs) {
      const wasOpen = state === 'open'
      state = 'over'
      requester.clear()
      if (!wasOpen) return
      const done = (): void => undefined
      requester.ask({ method: turnMethod.refresh, attributes: { lifetimeSeconds: 0 }, done }, nowMs)
      requester.clear()
    },
    tick(nowMs) {
      if (state === 'over') return
      requester.tick(nowMs)
      if (deadlines.takeDue(nowMs) !== undefined) refresh(nowMs)
      peers.tick(nowMs)
    },
    nextDeadline() {
      if (state === 'over') return undefined
      const all = [requester.nextDeadline(), deadlines.earliestMs(), peers.nextDeadline()]
      const soonest = Math.min(...all.map((atMs) => atMs ?? Infinity))
      return soonest === Infinity ? undefined : soonest
    },
  }
}

/** What the codes of RFC 8656 section 19 and RFC 8489 section 14.8 mean for whoever typed in a server. */
const meanings: Readonly<Record<number, string>> = {
  300: 'it wants another server to be asked instead',
  401: 'it does not know this user, or the password is wrong',
  403: 'it does not permit this',
  437: 'it does not know this allocation (any more)',
  438: 'it takes none of its own nonces',
  440: 'it has no addresses of this IP version',
  441: 'it knows the allocation by another user',
  442: 'it does not relay UDP',
  486: 'this user has as many allocations as it may have',
  508: 'it has no room for another allocation',
}

function sentenceOf(code: number, reason: string): string {
  const meaning = meanings[code]
  const words = reason === '' ? `${code}` : `${code} ${reason}`
  return `The server answered ${words}${meaning === undefined ? '' : `: ${meaning}`}.`
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1)
}
