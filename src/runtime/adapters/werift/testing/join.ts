/** For this folder's tests: two sessions joined in memory, and waiting for events within a bound. */
import type { SecureStart } from '../../../../engine'
import type { SecureEvent, SecureSession } from '../../../ports'
import { createWeriftSessions } from '../index'

const waitBoundMs = 15_000

/** A session, its events so far, and those who wait for more. */
export class Watched {
  readonly events: SecureEvent[] = []
  private readonly waiting = new Set<() => void>()

  constructor(readonly session: SecureSession) {}

  note(event: SecureEvent): void {
    this.events.push(event)
    for (const check of this.waiting) check()
  }

  of<K extends SecureEvent['kind']>(kind: K): Extract<SecureEvent, { kind: K }>[] {
    return this.events.filter((event): event is Extract<SecureEvent, { kind: K }> => event.kind === kind)
  }

  /** The `count`th event of the kind; rejects with what came instead. */
  async wait<K extends SecureEvent['kind']>(
    kind: K,
    count = 1,
    boundMs = waitBoundMs,
  ): Promise<Extract<SecureEvent, { kind: K }>> {
    await this.until(() => this.of(kind).length >= count, `${count} × ${kind}`, boundMs)
    const event = this.of(kind)[count - 1]
    if (event === undefined) throw new Error('unreachable')
    return event
  }

  async until(condition: () => boolean, what: string, boundMs = waitBoundMs): Promise<void> {
    if (condition()) return
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(check)
        const seen = this.events
          .filter(({ kind }) => kind !== 'record')
          .map((e) => JSON.stringify(e).slice(0, 200))
        reject(new Error(`No ${what} within ${boundMs} ms; seen: ${seen.join(' ')}`))
      }, boundMs)
      const check = (): void => {
        if (!condition()) return
        clearTimeout(timer)
        this.waiting.delete(check)
        resolve()
      }
      this.waiting.add(check)
    })
  }

  /** What a driver does with a record: open, then deliver. Tells whether it opened. */
  takeRecord(record: Uint8Array): boolean {
    const plain = this.session.open(record)
    if (plain === undefined) return false
    this.session.deliver(plain)
    return true
  }
}

/** What happens to a datagram on its way; `pass` may be called any number of times, at any time. */
export type Way = (data: Uint8Array, pass: (data: Uint8Array) => void) => void

export interface Ways {
  readonly handshake?: Way
  readonly record?: Way
}

const straight: Way = (data, pass) => pass(data)

/** Joins `from` to `to`; each datagram arrives in a later turn, in order, as from a socket. */
export function joinOneWay(from: Watched, to: Watched, ways: Ways = {}): void {
  from.session.onEvent = (event) => {
    from.note(event)
    if (event.kind === 'handshake') {
      ;(ways.handshake ?? straight)(event.data, (data) =>
        setImmediate(() => to.session.receiveHandshake(data)),
      )
    } else if (event.kind === 'record') {
      ;(ways.record ?? straight)(event.data, (data) => setImmediate(() => to.takeRecord(data)))
    }
  }
}

const sessions = createWeriftSessions()
const opened: Watched[] = []

export async function watchedSession(session?: SecureSession): Promise<Watched> {
  const watched = new Watched(session ?? (await sessions.create()))
  opened.push(watched)
  return watched
}

/** Closes every session that `watchedSession` gave; for `afterEach`. */
export function closeAll(): void {
  for (const watched of opened.splice(0)) watched.session.close()
}

export interface PairOptions {
  readonly offerer?: SecureSession
  readonly answerer?: SecureSession
  readonly offererWays?: Ways
  readonly answererWays?: Ways
  readonly offererStart?: Partial<SecureStart>
  readonly answererStart?: Partial<SecureStart>
}

/** Two sessions, joined and started; the offerer is the DTLS server and the controlling side. */
export async function joined(options: PairOptions = {}): Promise<{ offerer: Watched; answerer: Watched }> {
  const offerer = await watchedSession(options.offerer)
  const answerer = await watchedSession(options.answerer)
  joinOneWay(offerer, answerer, options.offererWays)
  joinOneWay(answerer, offerer, options.answererWays)
  offerer.session.start(startFor('offerer', answerer.session.fingerprint, options.offererStart))
  answerer.session.start(startFor('answerer', offerer.session.fingerprint, options.answererStart))
  return { offerer, answerer }
}

export async function openChannels(...sides: readonly Watched[]): Promise<void> {
  await Promise.all(sides.map((side) => side.wait('channel-open')))
}

export function startFor(
  role: 'offerer' | 'answerer',
  remoteFingerprint: string,
  changes: Partial<SecureStart> = {},
): SecureStart {
  return {
    dtlsRole: role === 'offerer' ? 'server' : 'client',
    iceRole: role === 'offerer' ? 'controlling' : 'controlled',
    peerKind: 'pathscope',
    remoteFingerprint,
    sctpPort: 5000,
    maxMessageSize: 65_536,
    descriptionsHash: new Uint8Array(32).fill(1),
    proofKey: new Uint8Array(32).fill(2),
    ...changes,
  }
}

/** Numbers in [0, 1) from a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** A small stand-in for the engine's shim: everything arrives once and in order over a link that loses and delays. */
export function arq(random: () => number, loss: number, oneWayMs: number): Way {
  let sent = 0
  let expected = 0
  const arrived = new Map<number, () => void>()
  return (data, pass) => {
    const number = sent++
    const take = (): void => {
      if (number >= expected) arrived.set(number, () => pass(data))
      for (let next = arrived.get(expected); next !== undefined; next = arrived.get(expected)) {
        arrived.delete(expected++)
        next()
      }
    }
    let acknowledged = false
    const send = (): void => {
      if (acknowledged) return
      if (random() >= loss) {
        setTimeout(() => {
          take()
          if (random() >= loss) setTimeout(() => (acknowledged = true), oneWayMs)
        }, oneWayMs)
      }
      setTimeout(send, 2 * oneWayMs + 20)
    }
    send()
  }
}
