/** Reads a recording back, however it ends. */
import type {
  DropReason,
  EndReason,
  EngineEvent,
  EngineSnapshot,
  PairSnapshot,
  PeerView,
  UnreadDrops,
} from '../../engine'
import type { SessionWarning } from '../session'
import { messagesFrom, pairFrom, RowReader, sessionFrom } from './columns'
import { GonePairs, noneForgotten } from './gone-pairs'
import { recordingSchema, type PairInfo, type RecordingHeader, type RecordingLine } from './lines'
import { pathsFrom, streamFrom } from './stream-columns'

/** What the series of a report is made of; counters are cumulative. */
export interface SeriesPoint {
  readonly atMs: number
  readonly droppedUnread: readonly UnreadDrops[]
  readonly pairs: readonly Pick<
    PairSnapshot,
    | 'id'
    | 'state'
    | 'carrying'
    | 'included'
    | 'rttIntervalMs'
    | 'sent'
    | 'received'
    | 'recordsSent'
    | 'recordsReceived'
    | 'streamSent'
    | 'streamReceived'
    | 'lossSent'
    | 'lossReceived'
    | 'weight'
    | 'share'
    | 'firstArrivals'
    | 'duplicates'
    | 'nominationsPrevented'
  >[]
}

export interface Recording {
  readonly header: RecordingHeader
  readonly started: Extract<RecordingLine, { readonly l: 'started' }> | null
  readonly descriptions: readonly { readonly side: 'local' | 'remote'; readonly type: 'offer' | 'answer' }[]
  readonly events: readonly EngineEvent[]
  readonly warnings: readonly (SessionWarning & { readonly atMs: number | null })[]
  readonly series: readonly SeriesPoint[]
  /** The newest sample, whole, and with it the pairs that it lists no more, as they were last. */
  readonly last: EngineSnapshot | null
  /** Pairs that neither has, as there were too many. */
  readonly pairsLeftOut: number
  /** Null when the recording breaks off. */
  readonly end: { readonly atMs: number; readonly reason: EndReason; readonly detail: string | null } | null
}

export type ReadResult =
  | { readonly kind: 'ok'; readonly recording: Recording }
  | { readonly kind: 'problem'; readonly message: string }

/** Rows (pairs times samples) held; beyond, every second sample is left out, which counters do not mind. */
const rowsHeld = 40_000
const eventsHeld = 100_000

type Fields = Readonly<Record<string, unknown>>
type Places = ReadonlyMap<string, number>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
/** Ms, of a session or since the epoch: until the year 5138, so that each sum of two is still a date. */
const isTime = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1e14
const isUnreadDrops = (value: unknown): value is UnreadDrops =>
  isFields(value) &&
  typeof value['interfaceName'] === 'string' &&
  Number.isSafeInteger(value['datagrams']) &&
  Number(value['datagrams']) >= 0
const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value)

/** Reads a whole recording or its lines. Never throws; a cut last line and unreadable lines become warnings. */
export function readRecording(source: string | Iterable<string>): ReadResult {
  const reader = new Reader()
  for (const line of typeof source === 'string' ? source.split('\n') : source) {
    if (!reader.take(line)) break
  }
  return reader.result()
}

class Reader {
  #header: RecordingHeader | undefined
  #problem: string | undefined
  #started: Recording['started'] = null
  #descriptions: { side: 'local' | 'remote'; type: 'offer' | 'answer' }[] = []
  #events: EngineEvent[] = []
  #warnings: { atMs: number | null; kind: string; message: string }[] = []
  #droppedUnread: readonly UnreadDrops[] = []
  #infos = new Map<number, PairInfo>()
  #peer: PeerView = { kind: 'unknown', appVersion: null, os: null, interfaces: [] }
  #columns: { session: Places; messages: Places; pair: Places; stream: Places } | undefined
  #series: SeriesPoint[] = []
  #rows = 0
  #stride = 1
  #taken = 0
  #newest: Fields | undefined
  #gone = new GonePairs()
  #last: EngineSnapshot | null = null
  #end: Recording['end'] = null
  #garbage = 0
  #lastLineCut = false

  /** False when there is no use in reading on. */
  take(text: string): boolean {
    if (text.trim() === '') return true
    const line = parse(text)
    if (this.#header === undefined) return this.#takeHeader(line)
    this.#lastLineCut = line === undefined
    if (line === undefined || !this.#takeLine(line)) this.#garbage += 1
    return true
  }

  result(): ReadResult {
    if (this.#header === undefined) {
      return { kind: 'problem', message: this.#problem ?? 'The file is empty: nothing was recorded in it.' }
    }
    this.#keepNewest()
    const unreadable = this.#garbage - (this.#lastLineCut ? 1 : 0)
    if (this.#lastLineCut)
      this.#warn('recording-cut', 'The last line of the recording is cut off and was left out.')
    if (unreadable > 0) {
      this.#warn('recording-damaged', `${unreadable} unreadable lines of the recording were left out.`)
    }
    return {
      kind: 'ok',
      recording: {
        header: this.#header,
        started: this.#started,
        descriptions: this.#descriptions,
        events: this.#events,
        warnings: this.#warnings,
        series: this.#series,
        pairsLeftOut: this.#gone.leftOut,
        last: this.#last === null ? null : this.#gone.restoredIn(this.#last),
        end: this.#end,
      },
    }
  }

  #warn(kind: string, message: string): void {
    this.#warnings.push({ atMs: null, kind, message })
  }

  #takeHeader(line: Fields | undefined): boolean {
    const header = line === undefined ? undefined : headerFrom(line)
    if (header !== undefined) {
      this.#header = header
      return true
    }
    const schema = line?.['schema']
    const isOther = typeof schema === 'string' && schema.startsWith('pathscope.recording/')
    this.#problem =
      isOther && schema !== recordingSchema
        ? `The recording has the format ${schema}, which a newer Pathscope wrote; update this one to read it.`
        : 'This is not a recording of a session: its first line is not the header of one.'
    return false
  }

  /** False when the line cannot be read. A reader of this version ignores kinds of lines that it does not know. */
  #takeLine(line: Fields): boolean {
    switch (line['l']) {
      case 'started':
        return this.#takeStarted(line)
      case 'description':
        return this.#takeDescription(line)
      case 'event':
        return this.#takeEvent(line['event'])
      case 'warning':
        return this.#takeWarning(line)
      case 'peer':
        return this.#takePeer(line['peer'])
      case 'unread':
        return this.#takeUnread(line['dropped'])
      case 'pair':
        return this.#takePair(line)
      case 'gone':
        return this.#takeGone(line)
      case 'columns':
        return this.#takeColumns(line)
      case 'sample':
        return this.#takeSample(line)
      case 'end':
        return this.#takeEnd(line)
      default:
        return typeof line['l'] === 'string'
    }
  }

  #takeStarted(line: Fields): boolean {
    const { wallMs, appVersion, os, interfaces } = line
    if (!isTime(wallMs) || typeof appVersion !== 'string' || typeof os !== 'string') return false
    if (!isArray(interfaces)) return false
    this.#started = { l: 'started', wallMs, appVersion, os, interfaces: trusted(interfaces) }
    return true
  }

  #takeDescription({ side, type }: Fields): boolean {
    if ((side !== 'local' && side !== 'remote') || (type !== 'offer' && type !== 'answer')) return false
    this.#descriptions.push({ side, type })
    return true
  }

  #takeEvent(event: unknown): boolean {
    if (!isFields(event) || typeof event['kind'] !== 'string' || !isTime(event['atMs'])) return false
    if (this.#events.length < eventsHeld) this.#events.push(trusted(event))
    return true
  }

  #takeWarning({ atMs, kind, message }: Fields): boolean {
    if (typeof kind !== 'string' || typeof message !== 'string') return false
    this.#warnings.push({ atMs: isTime(atMs) ? atMs : null, kind, message })
    return true
  }

  #takePeer(peer: unknown): boolean {
    if (!isFields(peer) || !isArray(peer['interfaces']) || typeof peer['kind'] !== 'string') return false
    this.#peer = trusted(peer)
    return true
  }

  #takeUnread(dropped: unknown): boolean {
    if (!isArray(dropped) || !dropped.every(isUnreadDrops)) return false
    this.#droppedUnread = dropped
    return true
  }

  #takePair(line: Fields): boolean {
    const { id, label, local, remote, straight } = line
    if (typeof id !== 'number' || typeof label !== 'string' || !isFields(local) || !isFields(remote))
      return false
    this.#infos.set(id, {
      id,
      label,
      local: trusted(local),
      remote: trusted(remote),
      straight: straight === true,
    })
    return true
  }

  #takeColumns({ session, messages, pair, stream }: Fields): boolean {
    if (!isArray(session) || !isArray(messages) || !isArray(pair)) return false
    const places = (names: readonly unknown[]) => new Map(names.map((name, at) => [String(name), at]))
    this.#columns = {
      session: places(session),
      messages: places(messages),
      pair: places(pair),
      stream: places(isArray(stream) ? stream : []),
    }
    return true
  }

  /** Samples that will not be kept are only looked at when they turn out to be the newest. */
  #takeSample(line: Fields): boolean {
    if (this.#columns === undefined || !isTime(line['atMs']) || !isArray(line['p'])) return false
    const isKept = this.#taken % this.#stride === 0
    this.#taken += 1
    this.#newest = isKept ? undefined : line
    if (!isKept) return true
    const snapshot = this.#snapshot(line)
    if (snapshot === undefined) return false
    this.#last = snapshot
    this.#keep(pointOf(snapshot))
    return true
  }

  #takeGone({ p, r }: Fields): boolean {
    const columns = this.#columns
    if (columns === undefined || !isArray(p) || !isArray(r)) return false
    const pairs = p.filter(isArray).flatMap((row) => this.#pair(new RowReader(columns.pair, row)))
    this.#gone.take(
      pairs,
      r.filter(isArray).map(([direction, id, ...cells]) => [`${direction} ${id}`, pathsFrom(cells)]),
    )
    return pairs.length === p.length
  }

  #snapshot({ atMs, s, d, m, p, r, rp, rr }: Fields): EngineSnapshot | undefined {
    const columns = this.#columns
    if (columns === undefined || typeof atMs !== 'number') return undefined
    if (!isArray(s) || !isArray(m) || !isArray(p)) return undefined
    const sessionRow = new RowReader(columns.session, s)
    const session = sessionFrom(sessionRow)
    const rows = m.filter(isArray).map((row) => new RowReader(columns.messages, row))
    const messages = rows.map(messagesFrom)
    const pairs = p.filter(isArray).flatMap((row) => this.#pair(new RowReader(columns.pair, row)))
    const streamRows = (isArray(r) ? r : []).filter(isArray).map((row) => new RowReader(columns.stream, row))
    const beside = (rows: unknown, at: number): readonly unknown[] => {
      const row: unknown = isArray(rows) ? rows[at] : undefined
      return isArray(row) ? row : []
    }
    const streams = streamRows.map((row, at) => streamFrom(row, beside(rp, at), beside(rr, at)))
    const isWhole =
      sessionRow.isReadable &&
      [...rows, ...streamRows].every((row) => row.isReadable) &&
      pairs.length === p.length
    if (!isWhole) return undefined
    const dropped = droppedFrom(isFields(d) ? d : {})
    const droppedUnread = this.#droppedUnread
    return {
      atMs,
      ...session,
      peer: this.#peer,
      pairs,
      forgotten: noneForgotten,
      messages,
      streams,
      dropped,
      droppedUnread,
      servers: [],
    }
  }

  #pair(row: RowReader): readonly PairSnapshot[] {
    const info = this.#infos.get(row.number('id'))
    if (info === undefined) return []
    const pair = pairFrom(row, info)
    return row.isReadable ? [pair] : []
  }

  /** When the points become too many, every second one is left out. */
  #keep(point: SeriesPoint): void {
    this.#series.push(point)
    this.#rows += point.pairs.length
    if (this.#rows <= rowsHeld) return
    this.#series = this.#series.filter((_, at) => at % 2 === 0)
    this.#rows = this.#series.reduce((rows, { pairs }) => rows + pairs.length, 0)
    this.#stride *= 2
    this.#taken = this.#series.length * this.#stride
  }

  /** The newest point always stands. */
  #keepNewest(): void {
    const newest = this.#newest === undefined ? undefined : this.#snapshot(this.#newest)
    if (newest === undefined) return
    this.#last = newest
    this.#series.push(pointOf(newest))
  }

  #takeEnd({ atMs, reason, detail }: Fields): boolean {
    const known = endReasons.find((candidate) => candidate === reason)
    if (!isTime(atMs) || known === undefined) return false
    this.#end = { atMs, reason: known, detail: typeof detail === 'string' ? detail : null }
    return true
  }
}

/** Only what the series needs, so that a long recording takes little memory. */
function pointOf({ atMs, droppedUnread, pairs }: EngineSnapshot): SeriesPoint {
  return {
    atMs,
    droppedUnread,
    pairs: pairs.map((pair) => ({
      id: pair.id,
      state: pair.state,
      carrying: pair.carrying,
      included: pair.included,
      rttIntervalMs: pair.rttIntervalMs,
      sent: pair.sent,
      received: pair.received,
      recordsSent: pair.recordsSent,
      recordsReceived: pair.recordsReceived,
      streamSent: pair.streamSent,
      streamReceived: pair.streamReceived,
      lossSent: pair.lossSent,
      lossReceived: pair.lossReceived,
      weight: pair.weight,
      share: pair.share,
      firstArrivals: pair.firstArrivals,
      duplicates: pair.duplicates,
      nominationsPrevented: pair.nominationsPrevented,
    })),
  }
}

const endReasons: readonly EndReason[] = ['done', 'not-connected', 'proof-failed', 'peer-gone', 'failed']

const noneDropped: Readonly<Record<DropReason, number>> = {
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
}

function droppedFrom(counts: Fields): Readonly<Record<DropReason, number>> {
  const known = Object.keys(noneDropped).filter((reason) => typeof counts[reason] === 'number')
  return { ...noneDropped, ...Object.fromEntries(known.map((reason) => [reason, counts[reason]])) }
}

function headerFrom(line: Fields): RecordingHeader | undefined {
  const { session, app, startedAt, request } = line
  if (line['l'] !== 'header' || line['schema'] !== recordingSchema) return undefined
  if (!isFields(session) || !isFields(app) || !isFields(request) || !isFields(request['settings']))
    return undefined
  if (typeof session['id'] !== 'string' || typeof session['title'] !== 'string') return undefined
  if (typeof startedAt !== 'string' || Number.isNaN(Date.parse(startedAt))) return undefined
  return trusted({ session, startedAt, app, request })
}

function parse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isFields(value) ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * Deep parts of lines that this program wrote itself are taken at their word: the report built from them is validated
 * as a whole (`checkedReport`), so a forged file gives a refusal there and not here.
 */
function trusted<T>(value: unknown): T {
  return value as T
}
