/** How snapshots become rows of cells and back. The names go into the file; readers find cells by name. */
import type {
  Distribution,
  EgressView,
  EngineSnapshot,
  LossView,
  MessageStreamSnapshot,
  PairCapacity,
  PairSnapshot,
  PacketCounts,
  RecordsSnapshot,
  RttView,
} from '../../engine'
import { modeNames } from '../words'
import type { Cell, PairInfo } from './lines'

export type Column<T> = readonly [name: string, read: (value: T) => Cell]

const counts = <T>(name: string, read: (value: T) => PacketCounts): readonly Column<T>[] => [
  [`${name}.packets`, (value) => read(value).packets],
  [`${name}.bytes`, (value) => read(value).bytes],
]

export const distribution = <T>(
  name: string,
  read: (value: T) => Distribution | null,
): readonly Column<T>[] =>
  (['n', 'min', 'p50', 'p95', 'p99', 'p999', 'max'] as const).map((key) => [
    `${name}.${key}`,
    (value) => read(value)?.[key] ?? null,
  ])

const loss = <T>(name: string, read: (value: T) => LossView): readonly Column<T>[] =>
  (['sent', 'received', 'percent', 'recentPercent'] as const).map((key) => [
    `${name}.${key}`,
    (value) => read(value)[key],
  ])

/** A pair as sampled: `rttIntervalMs` is the median of what the snapshots since the last sample said. */
export const pairColumns: readonly Column<PairSnapshot>[] = [
  ['id', (pair) => pair.id],
  ['state', (pair) => pair.state],
  ['stateSinceMs', (pair) => pair.stateSinceMs],
  ['egress.verified', (pair) => pair.egress.verified],
  ['egress.interfaceName', (pair) => pair.egress.interfaceName],
  ['egress.gap', (pair) => pair.egress.gap],
  ['egress.packets', (pair) => pair.egress.packets],
  ['included', (pair) => pair.included],
  ['carrying', (pair) => pair.carrying],
  ['carryingStreams', (pair) => pair.carryingStreams],
  ['nominations.suppressed', (pair) => pair.nominations.suppressed],
  ['nominations.attempted', (pair) => pair.nominations.attempted],
  ['nominations.refused', (pair) => pair.nominations.refused],
  ['nominations.succeeded', (pair) => pair.nominations.succeeded],
  ['nominations.refusedByUs', (pair) => pair.nominations.refusedByUs],
  ['nominationsPrevented', (pair) => pair.nominationsPrevented],
  ...counts<PairSnapshot>('sent', (pair) => pair.sent),
  ...counts<PairSnapshot>('received', (pair) => pair.received),
  ...counts<PairSnapshot>('recordsSent', (pair) => pair.recordsSent),
  ...counts<PairSnapshot>('recordsReceived', (pair) => pair.recordsReceived),
  ...counts<PairSnapshot>('streamSent', (pair) => pair.streamSent),
  ...counts<PairSnapshot>('streamReceived', (pair) => pair.streamReceived),
  ['stun.requestsSent', (pair) => pair.stun.requestsSent],
  ['stun.responsesReceived', (pair) => pair.stun.responsesReceived],
  ['stun.requestsReceived', (pair) => pair.stun.requestsReceived],
  ['stun.responsesSent', (pair) => pair.stun.responsesSent],
  ...distribution<PairSnapshot>('rttMs', (pair) => pair.rttMs),
  ['rttMs.last', (pair) => pair.rttMs?.last ?? null],
  ['rttMs.smoothed', (pair) => pair.rttMs?.smoothed ?? null],
  ['rttIntervalMs', (pair) => pair.rttIntervalMs],
  ...loss<PairSnapshot>('lossSent', (pair) => pair.lossSent),
  ...loss<PairSnapshot>('lossReceived', (pair) => pair.lossReceived),
  ['weight', (pair) => pair.weight],
  ['share', (pair) => pair.share],
  ['resent', (pair) => pair.resent],
  ['firstArrivals', (pair) => pair.firstArrivals],
  ['duplicates', (pair) => pair.duplicates],
  ['peerFirstArrivals', (pair) => pair.peerFirstArrivals],
  ['peerDuplicates', (pair) => pair.peerDuplicates],
  ['lastReceivedMs', (pair) => pair.lastReceivedMs],
  ['lastSentMs', (pair) => pair.lastSentMs],
  ['downMs', (pair) => pair.downMs],
  ['timesDown', (pair) => pair.timesDown],
  ['suspect', (pair) => pair.suspect],
  ['timesSuspected', (pair) => pair.timesSuspected],
  // Last, as `toRow` leaves these out of pairs that no stream went over.
  ['capacity.capacityBps', (pair) => pair.capacity?.capacityBps ?? null],
  ['capacity.deliveryRateBps', (pair) => pair.capacity?.deliveryRateBps ?? null],
  ['capacity.queueMs', (pair) => pair.capacity?.queueMs ?? null],
  ...distribution<PairSnapshot>('capacity.waitMs', (pair) => pair.capacity?.waitMs ?? null),
  ['capacity.lostByFullQueue', (pair) => pair.capacity?.lostByFullQueue ?? null],
  ['capacity.lostOtherwise', (pair) => pair.capacity?.lostOtherwise ?? null],
  ['capacity.inFlightBytes', (pair) => pair.capacity?.inFlightBytes ?? null],
  ['capacity.windowBytes', (pair) => pair.capacity?.windowBytes ?? null],
  ['capacity.sharers', (pair) => pair.capacity?.sharers ?? null],
]

export const messageColumns: readonly Column<MessageStreamSnapshot>[] = [
  ['direction', (stream) => stream.direction],
  ['sent', (stream) => stream.sent],
  ['received', (stream) => stream.received],
  ['missing', (stream) => stream.missing],
  ['duplicated', (stream) => stream.duplicated],
  ['reordered', (stream) => stream.reordered],
  ['bytes', (stream) => stream.bytes],
  ...distribution<MessageStreamSnapshot>('oneWayDelayDiffMs', (stream) => stream.oneWayDelayDiffMs),
  ...distribution<MessageStreamSnapshot>('roundTripMs', (stream) => stream.roundTripMs),
  ['deliveryGapMaxMs', (stream) => stream.deliveryGapMaxMs],
]

export const sessionColumns: readonly Column<EngineSnapshot>[] = [
  ['role', (snapshot) => snapshot.role],
  ['iceRole', (snapshot) => snapshot.iceRole],
  ['gathering', (snapshot) => snapshot.gathering],
  ['ice', (snapshot) => snapshot.ice],
  ['dtls', (snapshot) => snapshot.dtls],
  ['channel', (snapshot) => snapshot.channel],
  ['mode', (snapshot) => snapshot.mode],
  ['peerMode', (snapshot) => snapshot.peerMode],
  ['use', (snapshot) => snapshot.use],
  ['waitingUntilMs', (snapshot) => snapshot.waitingUntilMs],
  ['overheadFactor', (snapshot) => snapshot.overheadFactor],
  ['duplicatesDropped', (snapshot) => snapshot.duplicatesDropped],
  ['sctpRetransmissions', (snapshot) => snapshot.sctpRetransmissions],
  ['switches', (snapshot) => snapshot.spreading.switches],
  ['records.received', ({ records }) => records?.received ?? null],
  ['records.reordered', ({ records }) => records?.reordered ?? null],
  ['records.reorderingExtentMax', ({ records }) => records?.reorderingExtentMax ?? null],
  ['records.held', ({ records }) => records?.held ?? null],
  ...distribution<EngineSnapshot>('records.holdMs', ({ records }) => records?.holdMs ?? null),
  ['records.waiting', ({ records }) => records?.waiting ?? null],
  ['records.gapsGivenUp', ({ records }) => records?.gapsGivenUp ?? null],
]

/**
 * One row. Numbers keep three decimals: a microsecond, a thousandth of a per cent. What is null at its end is left out, and
 * read as null.
 */
export function toRow<T>(columns: readonly Column<T>[], value: T): readonly Cell[] {
  const cells = columns.map(([, read]): Cell => {
    const cell = read(value)
    if (typeof cell !== 'number') return cell
    return Number.isFinite(cell) ? Math.round(cell * 1000) / 1000 : null
  })
  let length = cells.length
  while (length > 0 && cells[length - 1] === null) length -= 1
  return cells.slice(0, length)
}

/** Reads cells by name; what is not there or not of its type makes the whole row unreadable (`isReadable`). */
export class RowReader {
  #readable = true
  constructor(
    private readonly places: ReadonlyMap<string, number>,
    private readonly row: readonly unknown[],
  ) {}

  get isReadable(): boolean {
    return this.#readable
  }

  cell(name: string): unknown {
    const place = this.places.get(name)
    return place === undefined ? undefined : this.row[place]
  }

  has(name: string): boolean {
    return this.places.has(name)
  }

  number(name: string): number {
    const cell = this.cell(name)
    // JSON reads 1e999 as infinity.
    if (Number.isFinite(cell)) return Number(cell)
    this.#readable = false
    return 0
  }

  measured(name: string): number | null {
    const cell = this.cell(name)
    return Number.isFinite(cell) ? Number(cell) : null
  }

  flag(name: string): boolean {
    return this.cell(name) === true
  }

  word<W extends string>(name: string, words: readonly W[]): W {
    const cell = this.cell(name)
    const word = words.find((candidate) => candidate === cell)
    if (word !== undefined) return word
    this.#readable = false
    const first = words[0]
    if (first === undefined) throw new Error('a word needs its list')
    return first
  }

  counts(name: string): PacketCounts {
    return { packets: this.number(`${name}.packets`), bytes: this.number(`${name}.bytes`) }
  }

  distribution(name: string): Distribution | null {
    const n = this.measured(`${name}.n`)
    if (n === null || n === 0) return null
    const of = (key: string) => this.number(`${name}.${key}`)
    // Recordings made before it was measured hold none.
    const p999 = this.measured(`${name}.p999`)
    return { n, min: of('min'), p50: of('p50'), p95: of('p95'), p99: of('p99'), p999, max: of('max') }
  }

  loss(name: string): LossView {
    return {
      sent: this.number(`${name}.sent`),
      received: this.number(`${name}.received`),
      percent: this.measured(`${name}.percent`),
      recentPercent: this.measured(`${name}.recentPercent`),
    }
  }
}

function rttFrom(row: RowReader): RttView | null {
  const spread = row.distribution('rttMs')
  if (spread === null) return null
  return { ...spread, last: row.number('rttMs.last'), smoothed: row.number('rttMs.smoothed') }
}

const egressGaps = ['pending', 'emulated', 'unsupported', 'other-traffic', 'no-rise'] as const

/** Recordings made before egress was verified hold nothing of it: it is then pending. */
function egressFrom(row: RowReader): EgressView {
  const [verified, name, gap] = [
    row.cell('egress.verified'),
    row.cell('egress.interfaceName'),
    row.cell('egress.gap'),
  ]
  const packets = row.measured('egress.packets') ?? 0
  if (typeof verified === 'boolean' && typeof name === 'string')
    return { verified, interfaceName: name, gap: null, packets }
  const known = egressGaps.find((one) => one === gap) ?? 'pending'
  return { verified: null, interfaceName: null, gap: known, packets }
}

/** Null also in recordings made before capacity was measured. */
function capacityFrom(row: RowReader): PairCapacity | null {
  const windowBytes = row.measured('capacity.windowBytes')
  if (windowBytes === null) return null
  return {
    capacityBps: row.measured('capacity.capacityBps'),
    deliveryRateBps: row.measured('capacity.deliveryRateBps'),
    queueMs: row.measured('capacity.queueMs'),
    waitMs: row.distribution('capacity.waitMs'),
    lostByFullQueue: row.number('capacity.lostByFullQueue'),
    lostOtherwise: row.number('capacity.lostOtherwise'),
    inFlightBytes: row.number('capacity.inFlightBytes'),
    windowBytes,
    sharers: row.number('capacity.sharers'),
  }
}

export function pairFrom(row: RowReader, info: PairInfo): PairSnapshot {
  return {
    // Field by field: spreading makes these objects slow, and a recording has many.
    id: info.id,
    label: info.label,
    local: info.local,
    remote: info.remote,
    straight: info.straight,
    state: row.word('state', ['waiting', 'checking', 'no-reply', 'up', 'down', 'closed']),
    stateSinceMs: row.number('stateSinceMs'),
    egress: egressFrom(row),
    included: row.flag('included'),
    // What the user wants of a pair is told by events, and not in every row.
    pinned: false,
    capBps: null,
    order: null,
    carrying: row.flag('carrying'),
    carryingStreams: row.flag('carryingStreams'),
    nominations: {
      suppressed: row.number('nominations.suppressed'),
      attempted: row.number('nominations.attempted'),
      refused: row.number('nominations.refused'),
      succeeded: row.number('nominations.succeeded'),
      refusedByUs: row.number('nominations.refusedByUs'),
    },
    nominationsPrevented: row.number('nominationsPrevented'),
    sent: row.counts('sent'),
    received: row.counts('received'),
    recordsSent: row.counts('recordsSent'),
    recordsReceived: row.counts('recordsReceived'),
    // Recordings made before there were streams are read as well.
    streamSent: row.has('streamSent.packets') ? row.counts('streamSent') : { packets: 0, bytes: 0 },
    streamReceived: row.has('streamReceived.packets')
      ? row.counts('streamReceived')
      : { packets: 0, bytes: 0 },
    stun: {
      requestsSent: row.number('stun.requestsSent'),
      responsesReceived: row.number('stun.responsesReceived'),
      requestsReceived: row.number('stun.requestsReceived'),
      responsesSent: row.number('stun.responsesSent'),
    },
    rttMs: rttFrom(row),
    capacity: capacityFrom(row),
    rttIntervalMs: row.measured('rttIntervalMs'),
    lossSent: row.loss('lossSent'),
    lossReceived: row.loss('lossReceived'),
    weight: row.number('weight'),
    share: row.number('share'),
    resent: row.measured('resent') ?? 0,
    firstArrivals: row.number('firstArrivals'),
    duplicates: row.number('duplicates'),
    peerFirstArrivals: row.measured('peerFirstArrivals'),
    peerDuplicates: row.measured('peerDuplicates'),
    lastReceivedMs: row.measured('lastReceivedMs'),
    lastSentMs: row.measured('lastSentMs'),
    downMs: row.number('downMs'),
    timesDown: row.number('timesDown'),
    // Recordings made before these were told are read as well.
    suspect: row.cell('suspect') === true,
    timesSuspected: row.measured('timesSuspected') ?? 0,
  }
}

export function messagesFrom(row: RowReader): MessageStreamSnapshot {
  return {
    direction: row.word('direction', ['sent', 'received']),
    sent: row.measured('sent'),
    received: row.measured('received'),
    missing: row.measured('missing'),
    duplicated: row.measured('duplicated'),
    reordered: row.measured('reordered'),
    bytes: row.number('bytes'),
    oneWayDelayDiffMs: row.distribution('oneWayDelayDiffMs'),
    roundTripMs: row.distribution('roundTripMs'),
    deliveryGapMaxMs: row.measured('deliveryGapMaxMs'),
  }
}

/** Null also in recordings made before it was measured. */
function recordsFrom(row: RowReader): RecordsSnapshot | null {
  const received = row.measured('records.received')
  if (received === null) return null
  return {
    received,
    reordered: row.number('records.reordered'),
    reorderingExtentMax: row.number('records.reorderingExtentMax'),
    held: row.number('records.held'),
    holdMs: row.distribution('records.holdMs'),
    waiting: row.number('records.waiting'),
    gapsGivenUp: row.number('records.gapsGivenUp'),
  }
}

/** A snapshot without its pairs, messages, streams, peer and dropped counts, and servers, whose story the events tell. */
export type SessionCells = Omit<
  EngineSnapshot,
  'atMs' | 'pairs' | 'forgotten' | 'messages' | 'streams' | 'peer' | 'dropped' | 'droppedUnread' | 'servers'
>

export function sessionFrom(row: RowReader): SessionCells {
  return {
    role: row.word('role', ['offerer', 'answerer']),
    iceRole: row.word('iceRole', ['controlling', 'controlled']),
    gathering: row.word('gathering', ['new', 'gathering', 'complete']),
    ice: row.word('ice', ['new', 'checking', 'connected', 'disconnected', 'failed', 'closed']),
    dtls: row.word('dtls', ['new', 'connecting', 'connected', 'failed', 'closed']),
    channel: row.word('channel', ['new', 'connecting', 'open', 'closed']),
    mode: row.word('mode', modeNames),
    peerMode: modeNames.find((mode) => mode === row.cell('peerMode')) ?? null,
    use: row.word('use', ['auto', 'all', 'disjoint']),
    waitingUntilMs: row.measured('waitingUntilMs'),
    overheadFactor: row.measured('overheadFactor'),
    duplicatesDropped: row.number('duplicatesDropped'),
    sctpRetransmissions: row.number('sctpRetransmissions'),
    records: recordsFrom(row),
    // Each switch is an event; the reasons of a moment are shown and not kept.
    spreading: { switches: row.measured('switches') ?? 0, lastSwitch: null, reasons: [] },
  }
}
