/** A made-up session: plausible snapshots and events, for looking at the window without an engine. */
import type {
  EgressView,
  EngineEvent,
  EngineSnapshot,
  MessageStreamSnapshot,
  ModeReason,
  PairCapacity,
  PairSnapshot,
  PairState,
  PathReason,
  RecordsSnapshot,
  SpreadingView,
} from '../../src/engine'
import { noneForgotten } from '../../src/shared/recording'
import { createFakeStreams, type FakeStreams } from './streams'
import type { InterfaceInfo, SessionUpdate } from '../../src/shared/session'

export interface FakeLink {
  readonly name: string
  readonly kind: InterfaceInfo['kind']
  readonly address: string
  readonly rttMs: number
  readonly jitterMs: number
  readonly lossPercent: number
  /** Of the peer's end, instead of one of a few. */
  readonly peerName?: string
}

export const fakeLinks: readonly FakeLink[] = [
  { name: 'eth0', kind: 'ethernet', address: '203.0.113.7', rttMs: 20, jitterMs: 0.6, lossPercent: 0 },
  { name: 'wlan0', kind: 'wifi', address: '198.51.100.20', rttMs: 41, jitterMs: 4, lossPercent: 0.5 },
  { name: 'wwan0', kind: 'cellular', address: '192.0.2.44', rttMs: 98, jitterMs: 9, lossPercent: 1.1 },
  { name: 'vpn0', kind: 'vpn', address: '10.8.0.2', rttMs: 46, jitterMs: 3, lossPercent: 0.3 },
]

const peerNames = ['enp3s0', 'wlp2s0', 'wwp0s1', 'tun0', 'enx7', 'enp4s0']

/** The same numbers every time, so that two pictures can be compared. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}

interface FakePair {
  readonly id: number
  readonly local: FakeLink
  readonly remote: FakeLink
  readonly remoteName: string
  readonly straight: boolean
  sent: number
  received: number
  lost: number
  first: number
  duplicates: number
  wander: number
  samples: number[]
  downFromMs: number
  upFromMs: number
}

export interface FakeWorldOptions {
  readonly links: readonly FakeLink[]
  /** Pairs of each link with each; otherwise only like with like. */
  readonly crossed: boolean
  readonly neverUp?: boolean
  readonly outage?: { readonly pairId: number; readonly fromMs: number; readonly toMs: number }
  readonly copies?: number
  /** So many pairs carry, straight or not. */
  readonly carried?: number
  /** Datagrams that the first link's socket lost unread. */
  readonly unread?: number
  /** Every pair is down from then on. */
  readonly silentFromMs?: number
}

/** What the user asked of a pair. */
export interface FakeWish {
  readonly pinned?: boolean
  readonly capBps?: number | null
}

export interface FakeWorld {
  snapshot(atMs: number): EngineSnapshot
  mode: EngineSnapshot['mode']
  use: EngineSnapshot['use']
  readonly excluded: Set<number>
  readonly wishes: Map<number, FakeWish>
  order: readonly number[]
  readonly streams: FakeStreams
}

export function createFakeWorld(options: FakeWorldOptions): FakeWorld {
  const random = seeded(7)
  const pairs = makePairs(options)
  const world: FakeWorld = {
    mode: 'redundant',
    use: 'auto',
    excluded: new Set(),
    wishes: new Map(),
    order: [],
    streams: createFakeStreams(seeded(11)),
    snapshot: (atMs) => snapshotOf(atMs, options, pairs, world, random),
  }
  return world
}

function makePairs(options: FakeWorldOptions): FakePair[] {
  const pairs: FakePair[] = []
  for (let copy = 0; copy < (options.copies ?? 1); copy += 1) {
    options.links.forEach((local, from) => {
      options.links.forEach((remote, to) => {
        if (!options.crossed && from !== to) return
        pairs.push({
          id: pairs.length + 1,
          local,
          remote,
          remoteName: `${remote.peerName ?? peerNames[to] ?? `if${to}`}${copy === 0 ? '' : `.${copy}`}`,
          straight: from === to && copy === 0,
          sent: 0,
          received: 0,
          lost: 0,
          first: 0,
          duplicates: 0,
          wander: 0,
          samples: [],
          downFromMs: Number.POSITIVE_INFINITY,
          upFromMs: 400 + 120 * pairs.length,
        })
      })
    })
  }
  return pairs.sort((a, b) => Number(b.straight) - Number(a.straight) || a.id - b.id)
}

function stateOf(pair: FakePair, atMs: number, options: FakeWorldOptions): PairState {
  if (options.neverUp === true) return atMs < 20_000 ? 'checking' : 'no-reply'
  if (options.silentFromMs !== undefined && atMs >= options.silentFromMs) return 'down'
  if (pair.id % 11 === 10) return atMs < 20_000 ? 'checking' : 'no-reply'
  const { outage } = options
  if (outage !== undefined && outage.pairId === pair.id && atMs >= outage.fromMs && atMs < outage.toMs)
    return 'down'
  return atMs >= pair.upFromMs ? 'up' : 'checking'
}

function snapshotOf(
  atMs: number,
  options: FakeWorldOptions,
  pairs: readonly FakePair[],
  world: FakeWorld,
  random: () => number,
): EngineSnapshot {
  const views = pairs.map((pair) => pairView(pair, atMs, options, world, random))
  const carrying = views.filter((pair) => pair.carrying && pair.state === 'up')
  // What there is room for differs more than weights do.
  const isBulk = world.streams.kinds(atMs).includes('bulk')
  const sizeOf = ({ weight }: PairSnapshot): number =>
    world.mode !== 'weighted' ? 1 : isBulk ? weight ** 2 : weight
  const total = carrying.reduce((sum, pair) => sum + sizeOf(pair), 0)
  const shared = views.map((pair) => ({ ...pair, share: carrying.includes(pair) ? sizeOf(pair) / total : 0 }))
  const open = options.neverUp !== true && atMs >= 1200
  return {
    atMs,
    role: 'offerer',
    iceRole: 'controlling',
    gathering: 'complete',
    ice: open ? 'connected' : 'checking',
    dtls: open ? 'connected' : 'new',
    channel: open ? 'open' : 'new',
    mode: world.mode,
    peerMode: open ? 'redundant' : null,
    use: world.use,
    waitingUntilMs:
      options.silentFromMs !== undefined && atMs >= options.silentFromMs
        ? options.silentFromMs + 300_000
        : null,
    peer: { kind: 'pathscope', appVersion: '0.1.0', os: 'Linux 6.1', interfaces: [] },
    pairs: shared,
    forgotten: noneForgotten,
    messages: open ? messageViews(atMs) : [],
    records: open ? recordsView(atMs) : null,
    spreading: spreadingOf(
      world,
      shared.filter((pair) => pair.share > 0),
      atMs,
    ),
    streams: open
      ? world.streams.views(atMs, world.mode === 'redundant' ? Math.max(1, carrying.length) : 1.04)
      : [],
    overheadFactor: open ? (world.mode === 'redundant' ? Math.max(1, carrying.length) * 0.98 : 1) : null,
    duplicatesDropped: views.reduce((sum, pair) => sum + pair.duplicates, 0),
    servers: [],
    sctpRetransmissions: 0,
    dropped: {
      'unknown-source': 0,
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
    droppedUnread: options.links.map(({ name }, at) => ({
      interfaceName: name,
      datagrams: at < 2 ? (options.unread ?? 0) >> at : 0,
    })),
  }
}

/** Known while a stream runs towards the peer. */
function capacityOf(
  pair: FakePair,
  world: FakeWorld,
  carries: boolean,
  atMs: number,
  random: () => number,
): PairCapacity | null {
  if (!carries || !world.streams.sending(atMs)) return null
  const capacityBps = pair.local.kind === 'ethernet' ? null : 400_000_000 / pair.local.rttMs
  const queueMs = 2 + 3 * random()
  return {
    capacityBps: capacityBps === null ? null : capacityBps * (0.97 + random() / 20),
    deliveryRateBps: 3_980_000 + 60_000 * random(),
    queueMs,
    waitMs: { n: 900, min: 0, p50: 1.1, p95: 6.4, p99: 9.8, p999: null, max: 21 },
    lostByFullQueue: 0,
    lostOtherwise: 3,
    inFlightBytes: 22_000,
    windowBytes: 64_000,
    sharers: 1,
  }
}

/** One path preferred, and a reason for each, as the engine gives them. */
function spreadingOf(world: FakeWorld, carrying: readonly PairSnapshot[], atMs: number): SpreadingView {
  const delay = ({ rttMs }: PairSnapshot): number => (rttMs?.smoothed ?? 100) / 2
  const ordered = [...carrying].sort((a, b) => delay(a) - delay(b))
  const [best, next] = ordered
  const modeReason = (pair: PairSnapshot, at: number): ModeReason => {
    switch (world.mode) {
      case 'redundant':
        return { kind: 'copies', capBps: null }
      case 'weighted':
        return {
          kind: 'weighed',
          rttMs: 2 * delay(pair),
          lossPercent: pair.lossSent.recentPercent,
          limit: at === 1 ? 'capacity' : null,
          limitBps: at === 1 ? 16_000_000 : null,
        }
      case 'backup':
        return { kind: at === 0 ? 'active' : 'standing-by', place: at + 1 }
      case 'single':
        return { kind: at === 0 ? 'selected' : 'not-selected' }
      default:
        return at === 0
          ? {
              kind: 'fastest',
              delayMs: delay(pair),
              marginMs: next === undefined ? null : delay(next) - delay(pair),
            }
          : {
              kind: 'slower',
              delayMs: delay(pair),
              byMs: delay(pair) - (best === undefined ? 0 : delay(best)),
            }
    }
  }
  const reasonOf = (pair: PairSnapshot, at: number): PathReason => {
    const mode = modeReason(pair, at)
    const kinds = world.streams.kinds(atMs)
    if (world.mode !== 'weighted' || !kinds.includes('bulk')) return mode
    const isAlone = kinds.every((kind) => kind === 'bulk')
    const bulkBps = 40_000_000 * pair.share
    return {
      kind: 'bulk',
      bulkBps,
      hold: 'window',
      mode: isAlone ? null : mode,
      othersShare: isAlone ? 0 : 1 / carrying.length,
    }
  }
  const switched =
    best !== undefined && ['lowest-latency', 'backup', 'single', 'adaptive'].includes(world.mode)
  return {
    switches: switched ? 1 : 0,
    lastSwitch: switched
      ? { atMs: Math.max(0, atMs - 14_000), fromId: 1, toId: best.id, reason: 'suspect' }
      : null,
    reasons: ordered.map((pair, at) => ({ pairId: pair.id, reason: reasonOf(pair, at) })),
  }
}

function pairView(
  pair: FakePair,
  atMs: number,
  options: FakeWorldOptions,
  world: FakeWorld,
  random: () => number,
): PairSnapshot {
  const state = stateOf(pair, atMs, options)
  const normal = (): number => random() + random() + random() + random() - 2
  const up = state === 'up'
  const included = !world.excluded.has(pair.id)
  const carries = up && included && (pair.straight || pair.id <= (options.carried ?? 0))
  pair.wander = 0.85 * pair.wander + 0.3 * normal() * pair.local.jitterMs
  const spike = pair.id === 3 && atMs > 95_000 && atMs < 112_000 ? 60 * Math.exp(-(atMs - 95_000) / 5000) : 0
  const base = (pair.local.rttMs + pair.remote.rttMs) / 2
  const rtt = base + pair.wander + Math.abs(normal()) * pair.local.jitterMs + spike
  pair.sent += up ? (carries ? 120 : 1) : 1
  if (up) {
    const put = carries ? 120 : 1
    const lost = Math.min(put, random() * 100 < pair.local.lossPercent * 4 ? 1 + Math.floor(random() * 4) : 0)
    pair.lost += lost
    pair.received += put - lost
    pair.samples = [...pair.samples.slice(-400), rtt]
    if (carries && base < 30) pair.first += 70
    else if (carries && base < 45) pair.first += 45
    else if (carries) pair.duplicates += 110
  }
  const sorted = [...pair.samples].sort((a, b) => a - b)
  const q = (at: number): number => sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))] ?? 0
  return {
    id: pair.id,
    label: `${pair.local.name} → ${pair.remoteName}`,
    local: {
      family: pair.local.address.includes(':') ? 6 : 4,
      address: pair.local.address,
      port: 40000 + pair.id,
      type: 'host',
      interfaceName: pair.local.name,
      interfaceKind: pair.local.kind,
      binding: pair.local.kind === 'vpn' ? 'address' : 'device',
    },
    remote: {
      family: pair.remote.address.includes(':') ? 6 : 4,
      address: pair.remote.address.replace(/\d+$/, '99'),
      port: 50000 + pair.id,
      type: pair.id % 3 === 2 ? 'srflx' : 'host',
      interfaceName: pair.remoteName,
      interfaceKind: pair.remote.kind,
      binding: null,
    },
    straight: pair.straight,
    state,
    stateSinceMs: options.silentFromMs ?? options.outage?.fromMs ?? pair.upFromMs,
    egress: egressOf(pair, options, atMs),
    included,
    pinned: world.wishes.get(pair.id)?.pinned ?? false,
    capBps: world.wishes.get(pair.id)?.capBps ?? null,
    order: world.order.includes(pair.id) ? world.order.indexOf(pair.id) : null,
    carrying: carries,
    carryingStreams: carries,
    nominations: {
      suppressed: Math.floor(atMs / 500),
      attempted: 1,
      refused: up ? 1 : 0,
      succeeded: 0,
      refusedByUs: 0,
    },
    nominationsPrevented: up ? Math.floor(atMs / 500) : 0,
    sent: { packets: pair.sent, bytes: pair.sent * 520 },
    received: { packets: pair.received, bytes: pair.received * 520 },
    recordsSent: { packets: pair.straight ? pair.sent : 0, bytes: 0 },
    recordsReceived: { packets: pair.received, bytes: 0 },
    streamSent: { packets: 0, bytes: 0 },
    streamReceived: { packets: 0, bytes: 0 },
    stun: {
      requestsSent: 5 + Math.floor(atMs / 200),
      responsesReceived: pair.samples.length,
      requestsReceived: 0,
      responsesSent: 0,
    },
    rttMs:
      sorted.length === 0
        ? null
        : {
            n: sorted.length,
            min: q(0),
            p50: q(0.5),
            p95: q(0.95),
            p99: q(0.99),
            p999: null,
            max: q(1),
            last: rtt,
            smoothed: base + pair.wander,
          },
    capacity: capacityOf(pair, world, up && carries, atMs, random),
    rttIntervalMs: up ? rtt : null,
    lossSent: {
      sent: pair.sent,
      received: pair.sent - pair.lost,
      percent: pair.sent < 10 ? null : (100 * pair.lost) / pair.sent,
      recentPercent:
        pair.sent < 10
          ? null
          : Math.max(0, pair.local.lossPercent + normal() * pair.local.lossPercent + spike / 10),
    },
    lossReceived: {
      sent: pair.received,
      received: pair.received,
      percent: pair.received < 10 ? null : 0,
      recentPercent: 0,
    },
    weight: Math.max(0.1, Math.min(10, 60 / base + pair.wander / 40)),
    share: 0,
    resent: 0,
    firstArrivals: pair.first,
    duplicates: pair.duplicates,
    peerFirstArrivals: null,
    peerDuplicates: null,
    lastReceivedMs: up ? atMs : pair.received > 0 ? (options.outage?.fromMs ?? null) : null,
    lastSentMs: atMs,
    downMs: state === 'down' ? atMs - (options.outage?.fromMs ?? atMs) : 0,
    timesDown: state === 'down' ? 1 : 0,
    suspect: false,
    timesSuspected: state === 'down' ? 1 : 0,
  }
}

function recordsView(atMs: number): RecordsSnapshot {
  const received = Math.floor(atMs / 10)
  const held = Math.floor(received / 25)
  const holdMs = { n: held, min: 0.4, p50: 9.8, p95: 21.3, p99: 28.7, p999: null, max: 31.2 }
  return {
    received,
    reordered: Math.floor(received / 40),
    reorderingExtentMax: 6,
    held,
    holdMs,
    waiting: 0,
    gapsGivenUp: 2,
  }
}

function messageViews(atMs: number): MessageStreamSnapshot[] {
  const n = Math.floor(atMs / 20)
  const spread = { n, min: 20.4, p50: 21.1, p95: 24.8, p99: 39.2, p999: n < 1000 ? null : 51.9, max: 52.7 }
  const common = { received: n, missing: 0, duplicated: 0, reordered: 0, bytes: n * 128 }
  return [
    {
      ...common,
      direction: 'sent',
      sent: n + 1,
      oneWayDelayDiffMs: null,
      roundTripMs: spread,
      deliveryGapMaxMs: null,
    },
    {
      ...common,
      direction: 'received',
      sent: n,
      oneWayDelayDiffMs: spread,
      roundTripMs: null,
      deliveryGapMaxMs: 38.4,
    },
  ]
}

export const fakeInterfaces: readonly InterfaceInfo[] = [
  ...fakeLinks.map(
    (link, at): InterfaceInfo => ({
      name: link.name,
      index: at + 2,
      kind: link.kind,
      up: true,
      loopback: false,
      addresses: [
        { family: 4, address: link.address, prefixLength: 24, linkLocal: false, scopeId: null },
        ...(at === 0
          ? [
              {
                family: 6 as const,
                address: '2001:db8:12::7',
                prefixLength: 64,
                linkLocal: false,
                scopeId: null,
                temporary: true,
                deprecated: false,
              },
            ]
          : []),
      ],
      link: {
        mtu: link.kind === 'vpn' ? 1420 : 1500,
        speedBps: link.kind === 'ethernet' ? 1e9 : null,
        carrier: true,
        defaultRoutes: link.kind === 'vpn' ? [] : [{ family: 4, metric: 100 * (at + 1) }],
      },
      binding: link.kind === 'vpn' ? 'address' : 'device',
      bindingReason:
        link.kind === 'vpn' ? 'this system does not let a socket be bound to that kind of device.' : null,
      usedByDefault: true,
    }),
  ),
  {
    name: 'eth1',
    index: 9,
    kind: 'ethernet',
    up: false,
    loopback: false,
    addresses: [],
    binding: 'device',
    bindingReason: null,
    usedByDefault: false,
  },
  {
    name: 'lo',
    index: 1,
    kind: 'loopback',
    up: true,
    loopback: true,
    addresses: [{ family: 4, address: '127.0.0.1', prefixLength: 8, linkLocal: false, scopeId: null }],
    binding: 'device',
    bindingReason: null,
    usedByDefault: false,
  },
]

/** The events that go with a session which connected. */
export function fakeEvents(world: FakeWorldOptions, untilMs: number): SessionUpdate[] {
  const pairs = makePairs(world)
  const events: EngineEvent[] = [
    { atMs: 300, kind: 'gathering-state', state: 'complete' },
    ...pairs.map(
      (pair): EngineEvent => ({ atMs: 320, kind: 'pair-added', pairId: pair.id, label: pair.local.name }),
    ),
    ...pairs
      .filter((pair) => pair.straight)
      .map(
        (pair): EngineEvent => ({
          atMs: pair.upFromMs,
          kind: 'pair-state',
          pairId: pair.id,
          label: `${pair.local.name} → ${pair.remoteName}`,
          from: 'checking',
          to: 'up',
          afterMs: 100,
        }),
      ),
    { atMs: 700, kind: 'ice-state', state: 'connected' },
    { atMs: 1100, kind: 'dtls-state', state: 'connected', detail: null },
    { atMs: 1200, kind: 'channel-state', state: 'open' },
    { atMs: 1500, kind: 'nomination-attempted', pairId: 1, label: 'eth0 → enp3s0' },
    {
      atMs: 1520,
      kind: 'nomination-outcome',
      pairId: 1,
      label: 'eth0 → enp3s0',
      outcome: 'refused',
      code: 403,
    },
    { atMs: 61_000, kind: 'mode', mode: 'weighted', direction: 'received', by: 'peer' },
    { atMs: 80_000, kind: 'mode', mode: 'redundant', direction: 'sent', by: 'us' },
  ]
  const { outage } = world
  if (outage !== undefined) {
    const down = { kind: 'pair-state', pairId: outage.pairId, label: 'eth0 → enp3s0' } as const
    events.push({ ...down, atMs: outage.fromMs, from: 'up', to: 'down', afterMs: 170 })
    events.push({ ...down, atMs: outage.toMs, from: 'down', to: 'up', afterMs: outage.toMs - outage.fromMs })
  }
  return events.filter((event) => event.atMs <= untilMs).map((event) => ({ kind: 'event', event }))
}

/** Looked at one after the other; what is bound by address only leaves by the first link. */
function egressOf(pair: FakePair, { links }: FakeWorldOptions, atMs: number): EgressView {
  const packets = 160
  if (atMs < pair.upFromMs + 1000 * pair.id)
    return { verified: null, interfaceName: null, gap: 'pending', packets: 0 }
  if (pair.local.kind === 'vpn')
    return { verified: false, interfaceName: links[0]?.name ?? null, gap: null, packets }
  if (pair.id % 5 === 4) return { verified: null, interfaceName: null, gap: 'other-traffic', packets: 512 }
  return { verified: true, interfaceName: pair.local.name, gap: null, packets }
}
