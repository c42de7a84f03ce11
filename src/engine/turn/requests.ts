import { hex, utf8 } from '../bytes'
import { createDeadlines } from '../deadlines'
import type { EnginePrimitives, TurnServer } from '../face/io'
import { encodeStun, type ParsedStun, type StunAttributes, verifyIntegrity } from '../stun'

/** Waits for an answer, ms. */
export const requestTiming = {
  /** Over UDP a request is sent again after each of these; after the last the server counts as silent. */
  udpWaitsMs: [250, 500, 1000, 2000, 4000],
  /** A stream loses nothing, so nothing is sent twice. */
  streamWaitsMs: [8000],
  /** Challenges in a row (a nonce that is always stale) after which a request has failed. */
  challenges: 3,
} as const

export type TurnOutcome =
  | { readonly kind: 'success'; readonly attributes: StunAttributes }
  | { readonly kind: 'error'; readonly code: number; readonly reason: string }
  | { readonly kind: 'silent'; readonly afterMs: number }

export interface TurnRequest {
  readonly method: number
  readonly attributes: StunAttributes
  readonly done: (outcome: TurnOutcome, nowMs: number) => void
}

/** Requests to one server with long-term credentials (RFC 8489 section 9.2). */
export interface Requester {
  ask(request: TurnRequest, nowMs: number): void
  /** True when the message answered a request of ours; a forged success is not one. */
  answer(parsed: ParsedStun, nowMs: number): boolean
  tick(nowMs: number): void
  nextDeadline(): number | undefined
  /** Forgets what is under way. */
  clear(): void
}

interface Credentials {
  readonly realm: string
  readonly nonce: string
  readonly key: Uint8Array
}

interface Pending {
  readonly request: TurnRequest
  readonly bytes: Uint8Array
  /** What it was signed with; null for the first one, which asks for the realm. */
  readonly credentials: Credentials | null
  readonly challenges: number
  readonly askedAtMs: number
  tries: number
}

export function createRequester(
  server: TurnServer,
  primitives: EnginePrimitives,
  send: (data: Uint8Array) => void,
): Requester {
  const waitsMs: readonly number[] =
    server.protocol === 'udp' ? requestTiming.udpWaitsMs : requestTiming.streamWaitsMs
  const pending = new Map<string, Pending>()
  const deadlines = createDeadlines<string>()
  let credentials: Credentials | null = null

  function begin(request: TurnRequest, challenges: number, askedAtMs: number, nowMs: number): void {
    const transactionId = primitives.random(12)
    const known = credentials && {
      username: server.username,
      realm: credentials.realm,
      nonce: credentials.nonce,
    }
    const attributes = { ...request.attributes, ...known }
    const message = { class: 'request', method: request.method, transactionId, attributes } as const
    const bytes = encodeStun(message, credentials?.key ?? null, primitives)
    const id = hex(transactionId)
    pending.set(id, { request, bytes, credentials, challenges, askedAtMs, tries: 1 })
    deadlines.set(id, nowMs + (waitsMs[0] ?? 0))
    send(bytes)
  }

  function challenged(one: Pending, realm: string, nonce: string, nowMs: number): void {
    const secret = `${server.username}:${realm}:${server.password.normalize('NFC')}`
    credentials = { realm, nonce, key: primitives.md5(utf8(secret)) }
    begin(one.request, one.challenges + 1, one.askedAtMs, nowMs)
  }

  function takeError(one: Pending, { realm, nonce, errorCode }: StunAttributes, nowMs: number): void {
    const { code, reason } = errorCode ?? { code: 500, reason: 'an error without a code' }
    // Unauthorized after our credentials means that they are wrong; before, it asks for them.
    const isChallenge = (code === 401 && one.credentials === null) || code === 438
    if (isChallenge && one.challenges < requestTiming.challenges && nonce !== undefined) {
      const known = realm ?? credentials?.realm
      if (known !== undefined) return challenged(one, known, nonce, nowMs)
    }
    one.request.done({ kind: 'error', code, reason: shown(reason) }, nowMs)
  }

  return {
    ask: (request, nowMs) => begin(request, 0, nowMs, nowMs),
    answer(parsed, nowMs) {
      const id = hex(parsed.message.transactionId)
      const one = pending.get(id)
      if (one === undefined) return false
      const { attributes, method } = parsed.message
      if (method !== one.request.method) return false
      const isSuccess = parsed.message.class === 'success'
      if (isSuccess && one.credentials && !verifyIntegrity(parsed, one.credentials.key, primitives))
        return false
      pending.delete(id)
      deadlines.remove(id)
      if (isSuccess) one.request.done({ kind: 'success', attributes }, nowMs)
      else takeError(one, attributes, nowMs)
      return true
    },
    tick(nowMs) {
      for (let id = deadlines.takeDue(nowMs); id !== undefined; id = deadlines.takeDue(nowMs)) {
        const one = pending.get(id)
        if (one === undefined) continue
        const waitMs = waitsMs[one.tries]
        if (waitMs === undefined) {
          pending.delete(id)
          one.request.done({ kind: 'silent', afterMs: nowMs - one.askedAtMs }, nowMs)
          continue
        }
        one.tries += 1
        deadlines.set(id, nowMs + waitMs)
        send(one.bytes)
      }
    },
    nextDeadline: () => deadlines.earliestMs(),
    clear() {
      for (const id of pending.keys()) deadlines.remove(id)
      pending.clear()
    },
  }
}

/** A server's words as one line of bounded length. */
function shown(reason: string): string {
  return reason.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, ' ').slice(0, 120)
}
