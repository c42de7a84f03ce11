/** For this folder's tests: two sessions joined in memory, and waiting for events within a bound. */
import type { SecureStart } from '../../../engine'
import type { SecureEvent, SecureSession } from '../../ports'

export const waitBoundMs = 20_000

/** A session, its events so far, and those who wait for more. */
export class Watched {
  readonly events: SecureEvent[] = []
  private readonly waiting = new Set<() => void>()

  constructor(readonly session: SecureSession) {}

  note(event: SecureEvent): void {
    this.events.push(event)
    for (const check of [...this.waiting]) check()
  }

  of<K extends SecureEvent['kind']>(kind: K): Extract<SecureEvent, { kind: K }>[] {
    return this.events.filter((event): event is Extract<SecureEvent, { kind: K }> => event.kind === kind)
  }

  /** The `count`th event of the kind; rejects with what came instead. */
  async wait<K extends SecureEvent['kind']>(kind: K, count = 1): Promise<Extract<SecureEvent, { kind: K }>> {
    await this.until(() => this.of(kind).length >= count, `${count} × ${kind}`)
    const event = this.of(kind)[count - 1]
    if (event === undefined) throw new Error('unreachable')
    return event
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    if (condition()) return
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(check)
        const seen = this.events
          .filter(({ kind }) => kind !== 'record')
          .map((e) => JSON.stringify(e).slice(0, 200))
        reject(new Error(`No ${what} within ${waitBoundMs} ms; seen: ${seen.join(' ')}`))
      }, waitBoundMs)
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
