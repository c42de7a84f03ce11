import type { SocketInfo, TransportAddress } from '../face/address'
import type { EngineEvent } from '../face/event'
import type {
  Description,
  Engine,
  EngineInput,
  EngineOptions,
  EngineOutput,
  EnginePrimitives,
} from '../face/io'
import { firstApplicationRecord } from '../face/limits'
import type { EngineSnapshot } from '../face/snapshot'
import { defaultSettings, type EngineSettings } from '../face/settings'
import { createEngine } from '../session'
import { testPrimitives } from './primitives'
import { seededRandom } from './random'

/** A link between two test hosts; both directions alike. */
export interface TestLink {
  delayMs: number
  loss: number
  up: boolean
  /** Payload, bit/s, behind a queue of `queueMs` (100) that drops what does not fit; none when left out. */
  rateBps?: number
  queueMs?: number
}

/** A record as it came, and when it was handed on. */
export interface TestRecord {
  readonly sequence: number
  readonly atMs: number
  deliveredAtMs: number | null
}

interface Flight {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
}

export interface TestHost {
  readonly engine: Engine
  readonly events: EngineEvent[]
  /** Those it gave out by itself, oldest first. */
  readonly snapshots: EngineSnapshot[]
  readonly received: number[]
  description: Description | null
  refused: string | null
  ended: boolean
  nextRecord: number
  handshakes: number
  /** Records of the peer in the order in which their first copies were opened. */
  readonly records: TestRecord[]
  /** First records of the peer that arrived. */
  openings: number
  /** Times that the secure session was told to go on at once. */
  resumed: number
  /** Names it wanted found. */
  readonly asked: (readonly string[])[]
}

/**
 * Two engines on `links.length` links in virtual time, with the smallest secure session there can be: four handshake
 * datagrams in turn, then records that carry their plain text. For the session's own tests; whole networks are
 * simulated in src/sim.
 */
export function pairOfEngines(
  links: TestLink[],
  settings: Partial<EngineSettings> | readonly Partial<EngineSettings>[] = {},
  seed = 1,
  makePrimitives: (seed: number) => EnginePrimitives = testPrimitives,
) {
  const [first = {}, second = first] = Array.isArray(settings) ? settings : [settings]
  const random = seededRandom(seed)
  const queue: Flight[] = []
  let nowMs = 0
  const mute = [false, false]
  const ports: [number, number] = [5000, 5000]
  /** What came for a host that is busy; null while it is not. */
  const unread: [EngineInput[] | null, EngineInput[] | null] = [null, null]
  /** Numbers of the peer's records that each host opened, and those whose plain text it has not handed on. */
  const opened = [new Set<number>(), new Set<number>()] as const
  const waiting = new Map<Uint8Array, TestRecord>()
  let order = 0
  const at = (atMs: number, run: () => void): void => {
    queue.push({ atMs, order, run })
    order += 1
  }
  const hosts = [
    makeHost('offerer', first, makePrimitives(seed)),
    makeHost('answerer', second, makePrimitives(seed + 1000)),
  ] as const

  const give = (index: 0 | 1, input: EngineInput): void => {
    const host = hosts[index]
    host.engine.handle(input, nowMs)
    for (let output = host.engine.poll(); output; output = host.engine.poll()) perform(index, output)
  }

  const perform = (index: 0 | 1, output: EngineOutput): void => {
    const host = hosts[index]
    switch (output.kind) {
      case 'transmit':
        return transmit(index, output.socketId, output.to, output.data)
      case 'event':
        host.events.push(output.event)
        return
      case 'local-description':
        host.description = output.description
        return
      case 'description-refused':
        host.refused = output.problem.kind
        return
      case 'secure-start':
        if (output.start.dtlsRole === 'client')
          give(index, { kind: 'secure-handshake', data: Uint8Array.of(22, 0) })
        return
      case 'secure-handshake':
        return handshake(index, output.data)
      case 'secure-open':
        return open(index, output.token, output.record)
      case 'secure-deliver':
        deliver(output.plain)
        if (output.plain.length === 1) host.openings += 1
        else give(index, { kind: 'secure-message', data: output.plain })
        return
      case 'secure-message':
        return give(index, { kind: 'secure-record', data: makeRecord(host, output.data) })
      case 'secure-resume':
        host.resumed += 1
        return
      case 'ended':
        host.ended = true
        return
      case 'resolve-names':
        host.asked.push(output.names)
        return
      case 'snapshot':
        host.snapshots.push(output.snapshot)
        return
    }
  }

  const open = (index: 0 | 1, token: number, record: Uint8Array): void => {
    const sequence = new DataView(record.buffer, record.byteOffset).getUint32(7)
    const plain = record.slice(13)
    if (!opened[index].has(sequence)) {
      const one: TestRecord = { sequence, atMs: nowMs, deliveredAtMs: null }
      opened[index].add(sequence)
      waiting.set(plain, one)
      hosts[index].records.push(one)
    }
    give(index, { kind: 'secure-opened', token, plain })
  }

  const deliver = (plain: Uint8Array): void => {
    const record = waiting.get(plain)
    if (record !== undefined) record.deliveredAtMs = nowMs
    waiting.delete(plain)
  }

  const handshake = (index: 0 | 1, data: Uint8Array): void => {
    const step = data[1] ?? 0
    if (step >= 2) connected(index)
    if (step < 3) give(index, { kind: 'secure-handshake', data: Uint8Array.of(22, step + 1) })
  }

  const connected = (index: 0 | 1): void => {
    hosts[index].handshakes += 1
    give(index, {
      kind: 'secure-connected',
      exporter: new Uint8Array(32).fill(7),
      srtpExporter: new Uint8Array(56).fill(8),
    })
    // As SCTP's INIT: something goes ahead of the first message, and here of the last handshake datagram as well.
    give(index, { kind: 'secure-record', data: makeRecord(hosts[index], Uint8Array.of(index)) })
    at(nowMs + 200, () => give(index, { kind: 'secure-channel-open' }))
  }

  /** When each direction of each link has sent all that it was given. */
  const freeMs = new Map<string, number>()
  /** How long a packet waits and takes on a link's rate, ms; null: the queue is full. */
  const serialise = (index: 0 | 1, at: number, { rateBps, queueMs = 100 }: TestLink, bytes: number) => {
    if (rateBps === undefined) return 0
    const key = `${index} ${at}`
    const startMs = Math.max(nowMs, freeMs.get(key) ?? 0)
    if (startMs - nowMs > queueMs) return null
    freeMs.set(key, startMs + (bytes * 8000) / rateBps)
    return startMs - nowMs + (bytes * 8000) / rateBps
  }

  const transmit = (index: 0 | 1, socketId: number, to: TransportAddress, data: Uint8Array): void => {
    // 10.0.LINK.HOST: a packet leaves over its sender's link.
    const link = links[socketId - 1]
    const other = index === 0 ? 1 : 0
    const target = Number(to.address.split('.')[2])
    if (mute[index] === true || !link?.up || random() < link.loss || to.address !== addressOf(other, target))
      return
    const waitMs = serialise(index, socketId, link, data.length)
    if (waitMs === null) return
    const from: TransportAddress = { family: 4, address: addressOf(index, socketId), port: ports[index] }
    at(nowMs + waitMs + link.delayMs, () => {
      if (!links[target - 1]?.up) return
      const arrival = (): EngineInput => ({
        kind: 'datagram',
        socketId: target,
        from,
        data,
        receivedAtMs: nowMs,
      })
      if (unread[other] === null) give(other, arrival())
      else unread[other].push(arrival())
    })
  }

  const deadlineOf = (index: 0 | 1): number | undefined =>
    unread[index] === null ? hosts[index].engine.nextDeadline() : undefined

  const runUntil = (untilMs: number): void => {
    for (;;) {
      queue.sort((a, b) => a.atMs - b.atMs || a.order - b.order)
      const due = [queue[0]?.atMs, ...([0, 1] as const).map(deadlineOf)]
      const next = Math.min(...due.map((one) => one ?? Infinity))
      if (next > untilMs) break
      if (next < nowMs) throw new Error(`a deadline at ${next} lies before ${nowMs}`)
      nowMs = next
      const flight = queue[0]
      if (flight && flight.atMs <= nowMs) {
        queue.shift()
        flight.run()
      } else {
        for (const index of [0, 1] as const) {
          if ((deadlineOf(index) ?? Infinity) <= nowMs) give(index, { kind: 'tick' })
        }
      }
    }
    nowMs = untilMs
  }

  const connect = (): void => {
    for (const index of [0, 1] as const) {
      links.forEach((_, link) => give(index, { kind: 'socket-opened', socket: socketOf(index, link + 1) }))
      give(index, { kind: 'sockets-ready' })
    }
    const offer = hosts[0].description
    if (offer) give(1, { kind: 'remote-description', description: offer })
    const answer = hosts[1].description
    if (answer) give(0, { kind: 'remote-description', description: answer })
  }

  /** The first host gets an answer with these candidates in place of its own. */
  const connectHiding = (lines: readonly string[]): void => {
    for (const index of [0, 1] as const) {
      links.forEach((_, link) => give(index, { kind: 'socket-opened', socket: socketOf(index, link + 1) }))
      give(index, { kind: 'sockets-ready' })
    }
    const offer = hosts[0].description
    if (offer) give(1, { kind: 'remote-description', description: offer })
    const sdp = (hosts[1].description?.sdp ?? '').replace(/a=candidate:.*\r\n/g, '')
    const hiding = sdp + lines.map((line) => `${line}\r\n`).join('')
    give(0, { kind: 'remote-description', description: { type: 'answer', sdp: hiding } })
  }

  /** All that one host sends is lost. */
  const lose = (index: 0 | 1, lost: boolean): void => {
    mute[index] = lost
  }
  /** A NAT before one host gives all its sockets this port. */
  const rebind = (index: 0 | 1, port: number): void => {
    ports[index] = port
  }
  /** Both machines are suspended: nothing runs, and what was on its way is gone. */
  const skip = (forMs: number): void => {
    queue.length = 0
    nowMs += forMs
    for (const index of [0, 1] as const) give(index, { kind: 'tick' })
  }

  /**
   * One machine is busy: its engine stands still, then its timers run, and only then what came meanwhile is read, ten a
   * millisecond, until all is. `tells`: its driver says that it is late, by a timer that was due `lateMs` ago, and when all is
   * read.
   */
  const stall = (index: 0 | 1, forMs: number, tells: boolean, lateMs = forMs): void => {
    const arrivals: EngineInput[] = []
    unread[index] = arrivals
    runUntil(nowMs + forMs)
    const sinceMs = nowMs - lateMs
    unread[index] = null
    if (tells) give(index, { kind: 'unread', sinceMs })
    give(index, { kind: 'tick' })
    for (const [at10, arrival] of arrivals.entries())
      at(nowMs + at10 / 10, () =>
        give(index, arrival.kind === 'datagram' ? { ...arrival, receivedAtMs: nowMs } : arrival),
      )
    const readMs = nowMs + arrivals.length / 10
    if (tells) at(readMs, () => give(index, { kind: 'unread', sinceMs: null }))
    runUntil(readMs)
  }

  return { hosts, links, give, runUntil, stall, connect, connectHiding, lose, rebind, skip, now: () => nowMs }
}

function makeHost(
  role: 'offerer' | 'answerer',
  settings: Partial<EngineSettings>,
  primitives: EnginePrimitives,
): TestHost {
  const options: EngineOptions = {
    role,
    fingerprint: Array.from({ length: 32 }, () => (role === 'offerer' ? 'AA' : 'BB')).join(':'),
    primitives,
    settings: { ...defaultSettings, ...settings },
    self: { appVersion: '0.0.0', os: 'test', interfaces: [] },
    stunServers: [],
    turnServers: [],
  }
  const engine = createEngine(options)
  return {
    engine,
    events: [],
    snapshots: [],
    received: [],
    description: null,
    refused: null,
    ended: false,
    nextRecord: firstApplicationRecord,
    records: [],
    handshakes: 0,
    openings: 0,
    resumed: 0,
    asked: [],
  }
}

function addressOf(host: 0 | 1, link: number): string {
  return `10.0.${link}.${host + 1}`
}

function socketOf(host: 0 | 1, link: number): SocketInfo {
  return {
    id: link,
    local: { family: 4, address: addressOf(host, link), port: 5000 },
    interfaceName: `link${link}`,
    interfaceKind: 'ethernet',
    binding: 'emulated',
  }
}

function makeRecord(host: TestHost, plain: Uint8Array): Uint8Array {
  const record = new Uint8Array(13 + plain.length)
  const view = new DataView(record.buffer)
  record[0] = 23
  view.setUint16(3, 1)
  view.setUint32(7, host.nextRecord)
  view.setUint16(11, plain.length)
  record.set(plain, 13)
  host.nextRecord += 1
  return record
}
