/** An invented session, the same every time: for tests and for pictures in the documentation. */
import type {
  CandidateView,
  EngineSettings,
  EngineSnapshot,
  MessageStreamSnapshot,
  Mode,
  PairSnapshot,
  RecordsSnapshot,
} from '../../engine'
import { noneForgotten } from '../recording'
import type { SessionRequest, SessionUpdate } from '../session'

export interface ExampleOptions {
  readonly seconds: number
  readonly pairs: number
  readonly mode: Mode
  readonly role: 'offerer' | 'answerer'
  /** Pair 1 is down between these seconds; null = never. */
  readonly outage: readonly [fromSecond: number, toSecond: number] | null
  /** Whether the session comes to its end. */
  readonly ends: boolean
}

export const exampleOptions: ExampleOptions = {
  seconds: 20,
  pairs: 9,
  mode: 'redundant',
  role: 'offerer',
  outage: [8, 13],
  ends: true,
}

/** Wall clock at the beginning: 2026-11-22 13:59:39 UTC. */
export const exampleWallMs = Date.UTC(2026, 10, 22, 13, 59, 39)

const names = ['eth0', 'wlan0', 'wwan0', 'vpn0', 'eth1', 'wlan1', 'wwan1', 'vpn1'] as const
const kinds = ['ethernet', 'wifi', 'cellular', 'vpn'] as const
const delays = [10, 20, 50, 23] as const
const losses = [0, 0.5, 1, 0.5] as const

export const exampleSettings: EngineSettings = {
  enabled: true,
  preventNomination: true,
  nominationPolicy: 'reject',
  mode: 'redundant',
  use: 'auto',
  weightUpdateInterval: 100,
  minWeight: 0.1,
  maxWeight: 10,
  initialWeight: 1,
  backupOrder: [],
  adaptiveBudget: 10,
  messages: { enabled: true, ratePerSecond: 10, sizeBytes: 128 },
  reconnectFor: 300,
  streams: [],
  deadlinesMs: { voice: 150, video: 200, cbr: 200, bulk: 500 },
  snapshotIntervalMs: 200,
}

export function exampleRequest(options: ExampleOptions = exampleOptions): SessionRequest {
  return {
    id: '6f9619ff-8b86-4011-b42d-00c04fc964ff',
    role: options.role,
    title: 'Studio to venue',
    settings: { ...exampleSettings, mode: options.mode },
    interfaces: null,
    stun: [],
    turn: [],
    emulatedPaths: null,
    durationSeconds: options.seconds,
    connectTimeoutSeconds: null,
  }
}

function candidate(link: number, host: number, isLocal: boolean): CandidateView {
  return {
    type: 'host',
    family: 4,
    address: `10.${link + 1}.0.${host}`,
    port: 40_000 + link,
    interfaceName: names[link % names.length] ?? null,
    interfaceKind: kinds[link % kinds.length] ?? null,
    binding: isLocal ? 'device' : null,
  }
}

/** A fraction of 1 that looks random and is always the same. */
function wobble(seed: number): number {
  const x = Math.sin(seed * 12.9898) * 43_758.5453
  return x - Math.floor(x)
}

const packetsPerSecond = 10
const bytesPerPacket = 220

function pairAt(index: number, links: number, second: number, options: ExampleOptions): PairSnapshot {
  const id = index + 1
  const [from, to] = [index % links, (index + Math.floor(index / links)) % links]
  const [downFrom, downTo] = id === 1 && options.outage !== null ? options.outage : [Infinity, Infinity]
  const isDown = second >= downFrom && second < downTo
  const liveSeconds = Math.max(0, Math.min(second, downFrom)) + Math.max(0, second - downTo)
  const weight = options.mode === 'weighted' ? 2 / (1 + from) : 1
  const packets = Math.floor(liveSeconds * packetsPerSecond)
  const arrived = Math.floor(packets * (1 - (losses[from % losses.length] ?? 0) / 100))
  const base = (delays[from % delays.length] ?? 10) + (delays[to % delays.length] ?? 10)
  const checks = Math.floor(liveSeconds * 5)
  const suppressed = options.role === 'offerer' ? Math.floor(liveSeconds) : 0
  const refusedByUs = options.role === 'answerer' && second > 0 ? 1 + Math.floor(liveSeconds / 5) : 0
  const attempted = options.role === 'offerer' && second > 0 ? 1 : 0
  const counts = (n: number, bytes: number) => ({ packets: n, bytes: n * bytes })
  const lossView = {
    sent: packets,
    received: arrived,
    percent: packets > 0 ? ((packets - arrived) / packets) * 100 : null,
    recentPercent: packets > 0 && !isDown ? (losses[from % losses.length] ?? 0) : null,
  }
  const rttNow = base + wobble(second * 31 + id) * 4
  return {
    id,
    label: `${names[from % names.length]} → ${names[to % names.length]}`,
    local: candidate(from, 1, true),
    remote: candidate(to, 2, false),
    straight: from === to,
    state: second < 1 ? 'checking' : isDown ? 'down' : 'up',
    stateSinceMs: isDown ? downFrom * 1000 : second >= downTo ? downTo * 1000 : 400,
    egress: {
      verified: second > 2 ? true : null,
      interfaceName: second > 2 ? (names[from % names.length] ?? null) : null,
      gap: second > 2 ? null : 'pending',
      packets: second > 2 ? 160 : 0,
    },
    included: true,
    pinned: false,
    capBps: null,
    order: null,
    carrying: second >= 1 && !isDown,
    carryingStreams: second >= 1 && !isDown && from === to,
    nominations: { suppressed, attempted, refused: attempted, succeeded: 0, refusedByUs },
    nominationsPrevented: suppressed + refusedByUs,
    sent: counts(packets + 2 * checks, 150),
    received: counts(arrived + 2 * checks, 150),
    recordsSent: counts(packets, bytesPerPacket),
    recordsReceived: counts(arrived, bytesPerPacket),
    streamSent: counts(0, 0),
    streamReceived: counts(0, 0),
    stun: {
      requestsSent: checks,
      responsesReceived: checks,
      requestsReceived: checks,
      responsesSent: checks,
    },
    rttMs:
      checks === 0
        ? null
        : {
            n: checks,
            min: base,
            p50: base + 2,
            p95: base + 3.8,
            p99: base + 4,
            p999: null,
            max: base + 4,
            last: rttNow,
            smoothed: base + 2,
          },
    capacity: null,
    rttIntervalMs: checks === 0 || isDown ? null : rttNow,
    lossSent: lossView,
    lossReceived: lossView,
    weight,
    share: isDown ? 0 : 1 / options.pairs,
    resent: 0,
    firstArrivals: from === 0 ? packets : Math.floor(packets / 10),
    duplicates: from === 0 ? 0 : arrived - Math.floor(packets / 10),
    peerFirstArrivals: second < 1 ? null : from === 0 ? packets : Math.floor(packets / 10),
    peerDuplicates: second < 1 ? null : from === 0 ? 0 : arrived - Math.floor(packets / 10),
    lastReceivedMs: second < 1 ? null : Math.min(second, isDown ? downFrom : second) * 1000,
    lastSentMs: second * 1000,
    downMs: 1000 * Math.max(0, Math.min(second, downTo) - Math.min(second, downFrom)),
    timesDown: second >= downFrom ? 1 : 0,
    suspect: false,
    timesSuspected: second >= downFrom ? 1 : 0,
  }
}

function messagesAt(second: number): readonly MessageStreamSnapshot[] {
  const n = Math.max(0, Math.floor((second - 1) * packetsPerSecond))
  const spread = (base: number) =>
    n === 0
      ? null
      : {
          n,
          min: base,
          p50: base + 2,
          p95: base + 5,
          p99: base + 9,
          p999: n < 1000 ? null : base + 11,
          max: base + 12,
        }
  const shared = { duplicated: 0, reordered: 0, missing: 0, deliveryGapMaxMs: n > 1 ? 138.4 : null }
  return [
    {
      ...shared,
      direction: 'sent',
      sent: n,
      received: n,
      bytes: n * 128,
      oneWayDelayDiffMs: null,
      roundTripMs: spread(20),
    },
    {
      ...shared,
      direction: 'received',
      sent: n,
      received: n,
      bytes: n * 128,
      oneWayDelayDiffMs: spread(0),
      roundTripMs: null,
    },
  ]
}

/** From the fifth second on each tenth of them overtakes another one. */
function recordsAt(second: number): RecordsSnapshot | null {
  if (second < 1) return null
  const received = 20 * Math.floor(second)
  const reordered = Math.floor(Math.max(0, received - 100) / 10)
  return {
    received,
    reordered,
    reorderingExtentMax: reordered === 0 ? 0 : 3,
    held: reordered,
    holdMs:
      reordered === 0
        ? null
        : { n: reordered, min: 1.5, p50: 10.1, p95: 18.2, p99: 19.3, p999: null, max: 19.6 },
    waiting: 0,
    gapsGivenUp: reordered === 0 ? 0 : 1,
  }
}

/** The snapshot at a second of the session. */
export function exampleSnapshot(second: number, options: ExampleOptions = exampleOptions): EngineSnapshot {
  const links = Math.max(1, Math.round(Math.sqrt(options.pairs)))
  const connected = second >= 1
  const pairs = Array.from({ length: options.pairs }, (_, index) => pairAt(index, links, second, options))
  return {
    atMs: second * 1000,
    role: options.role,
    iceRole: options.role === 'offerer' ? 'controlling' : 'controlled',
    gathering: 'complete',
    ice: connected ? 'connected' : 'checking',
    dtls: connected ? 'connected' : 'new',
    channel: connected ? 'open' : 'new',
    mode: options.mode,
    peerMode: connected ? 'redundant' : null,
    use: 'auto',
    waitingUntilMs: null,
    peer: connected
      ? {
          kind: 'pathscope',
          appVersion: '0.1.0',
          os: 'Linux 6.1 x64',
          interfaces: names.slice(0, links).map((name, link) => ({
            name,
            kind: kinds[link % kinds.length] ?? 'unknown',
            addresses: [`10.${link + 1}.0.2`],
          })),
        }
      : { kind: 'unknown', appVersion: null, os: null, interfaces: [] },
    pairs: [...pairs].sort((a, b) => Number(b.straight) - Number(a.straight) || a.id - b.id),
    forgotten: noneForgotten,
    messages: messagesAt(second),
    records: recordsAt(second),
    spreading: { switches: 0, lastSwitch: null, reasons: [] },
    streams: [],
    overheadFactor: connected ? (options.mode === 'redundant' ? options.pairs * 0.98 : 1) : null,
    duplicatesDropped: pairs.reduce((sum, { duplicates }) => sum + duplicates, 0),
    servers: [],
    sctpRetransmissions: 0,
    dropped: {
      'unknown-source': 2,
      'bad-stun': 0,
      'bad-integrity': 0,
      'rate-limited': 0,
      'bad-frame': 0,
      'plaintext-record': 0,
      'bad-record': 0,
      replayed: 0,
      oversize: 0,
      unexpected: 0,
    },
    droppedUnread: names.slice(0, links).map((interfaceName) => ({ interfaceName, datagrams: 0 })),
  }
}

/** Everything the session tells, in order, with five snapshots a second. */
export function* exampleUpdates(options: ExampleOptions = exampleOptions): Generator<SessionUpdate> {
  yield { kind: 'started', wallMs: exampleWallMs, appVersion: '0.1.0', os: 'Linux 6.1 x64', interfaces: [] }
  yield event({ atMs: 12, kind: 'gathering-state', state: 'complete' })
  const own = options.role === 'offerer' ? 'offer' : 'answer'
  const text = {
    type: own,
    json: `{"type":"${own}","sdp":"v=0"}`,
    compact: `pathscope-${own}:AA.BB`,
  } as const
  yield { kind: 'local-description', text }
  yield { kind: 'paste-accepted', type: own === 'offer' ? 'answer' : 'offer' }
  yield event({ atMs: 400, kind: 'ice-state', state: 'checking' })
  for (let tick = 0; tick <= options.seconds * 5; tick += 1) {
    const second = tick / 5
    yield* eventsAt(second, options)
    yield { kind: 'snapshot', snapshot: exampleSnapshot(second, options) }
  }
  if (!options.ends) return
  yield event({ atMs: options.seconds * 1000, kind: 'ended', reason: 'done', detail: null })
  yield { kind: 'ended', atMs: options.seconds * 1000, reason: 'done', detail: null }
}

type Event = Extract<SessionUpdate, { readonly kind: 'event' }>['event']
const event = (told: Event): SessionUpdate => ({ kind: 'event', event: told })

function* eventsAt(second: number, { outage }: ExampleOptions): Generator<SessionUpdate> {
  const pair = { kind: 'pair-state', pairId: 1, label: 'eth0 → eth0', atMs: second * 1000 } as const
  if (second === 1) {
    yield event({ ...pair, from: 'checking', to: 'up', afterMs: 0 })
    yield event({ atMs: 1000, kind: 'ice-state', state: 'connected' })
    yield event({ atMs: 1000, kind: 'channel-state', state: 'open' })
  }
  if (second === outage?.[0]) yield event({ ...pair, from: 'up', to: 'down', afterMs: 170 })
  if (second === outage?.[1]) {
    yield event({ ...pair, from: 'down', to: 'up', afterMs: (outage[1] - outage[0]) * 1000 })
  }
}
