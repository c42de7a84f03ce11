/** From a recording, whole or broken off, to the report. */
import type {
  CandidateView,
  Distribution,
  EngineEvent,
  MessageStreamSnapshot,
  PairSnapshot,
  PairState,
  RecordsSnapshot,
  StreamSnapshot,
} from '../../engine'
import type { Recording } from '../recording'
import { formatPorts, type InterfaceInfo } from '../session'
import { pairTraffic, streamText } from '../streams'
import {
  droppedUnreadTotal,
  egressGapWords,
  eventSentence,
  formatCount,
  sharedLinkSentences,
  unreadSentence,
} from '../words'
import { checksOf, connectedAtMs } from './checks'
import { round3, samplesOf } from './samples'
import {
  eventsLimit,
  reportSchema,
  reportSchemaName,
  type ParseReportResult,
  type Report,
  type ReportPair,
  type ReportStream,
} from './schema'

type Warning = Report['warnings'][number]

/**
 * The report of a recording from a file, which anybody can have written or damaged. Its lines are read as they are, so
 * what cannot be in a recording of ours shows in the report, and is refused here. Never throws.
 */
export function checkedReport(recording: Recording): ParseReportResult {
  const damaged = (where: string): ParseReportResult => ({
    kind: 'problem',
    message: `The recording is damaged, and no report can be made of it${where}.`,
  })
  try {
    const result = reportSchema.safeParse(deriveReport(recording))
    if (result.success) return { kind: 'ok', report: result.data }
    const issue = result.error.issues[0]
    return damaged(`: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`)
  } catch {
    return damaged('')
  }
}

/** The report of a recording. Pure; the result fits `reportSchema` when Pathscope wrote the recording. */
export function deriveReport(recording: Recording): Report {
  const { header, started, last, end } = recording
  const wallMs = started?.wallMs ?? Date.parse(header.startedAt)
  const durationMs = end?.atMs ?? Math.max(last?.atMs ?? 0, recording.events.at(-1)?.atMs ?? 0)
  const connectedMs = connectedAtMs(recording)
  const { request } = header
  return {
    schema: reportSchemaName,
    app: header.app,
    session: {
      ...header.session,
      note: '',
      iceRole: last?.iceRole ?? null,
      startedAt: new Date(wallMs).toISOString(),
      durationSeconds: round3(durationMs / 1000),
      connectedAfterSeconds: connectedMs === null ? null : round3(connectedMs / 1000),
      mode: last?.mode ?? null,
      emulated: header.session.role === 'loopback',
      complete: end !== null,
      end: end === null ? null : { reason: end.reason, detail: end.detail },
    },
    config: {
      requested: {
        settings: { ...request.settings },
        interfaces: request.interfaces === null ? null : [...request.interfaces],
        stun: [...request.stun],
        binding: request.sockets?.binding ?? 'device',
        ports: request.sockets?.ports ? formatPorts(request.sockets.ports) : null,
        turn: [...(request.turn ?? [])],
        emulatedPaths: request.emulatedPaths?.map((path) => ({ ...path })) ?? null,
        durationSeconds: request.durationSeconds,
        connectTimeoutSeconds: request.connectTimeoutSeconds,
      },
      negotiated: {
        mode: last?.mode ?? null,
        use: last?.use ?? null,
        peerKind: last?.peer.kind ?? 'unknown',
        channel: last?.channel ?? null,
      },
    },
    local: localSide(recording),
    remote: remoteSide(recording),
    iceStates: recording.events.flatMap(iceState),
    warnings: warningsOf(recording),
    pairs: reportPairs(recording, wallMs),
    streams: [
      ...(last?.messages ?? []).map((stream) =>
        reportMessages(stream, recording, durationMs - (connectedMs ?? 0)),
      ),
      ...(last?.streams ?? []).map((stream) => reportRtpStream(stream, recording.events)),
    ],
    totals: {
      duplicatesDropped: last?.duplicatesDropped ?? null,
      sctpRetransmissions: last?.sctpRetransmissions ?? null,
      overheadFactor: last?.overheadFactor ?? null,
      dropped: last === null ? null : { ...last.dropped },
      droppedUnread: droppedUnreadTotal(last?.droppedUnread ?? []),
      records: recordsOf(last?.records ?? null),
    },
    checks: checksOf(recording),
    events: recording.events.slice(0, eventsLimit).map((event) => reportEvent(event, wallMs)),
    samples: samplesOf(recording),
  }
}

function localSide({ started, header, last }: Recording): Report['local'] {
  if (started === null) return { os: null, appVersion: null, interfaces: [] }
  const isAddressOnly = header.request.sockets?.binding === 'address'
  const interfaces = started.interfaces.map((each) => ({
    name: each.name,
    kind: each.kind,
    addresses: each.addresses.map(({ address }) => address),
    ...(isAddressOnly && each.binding === 'device'
      ? { binding: 'address', bindingReason: 'It was asked for.' }
      : { binding: each.binding, bindingReason: each.bindingReason }),
    ...linkOf(each),
    droppedUnread:
      last?.droppedUnread.find(({ interfaceName }) => interfaceName === each.name)?.datagrams ?? null,
  }))
  return { os: started.os, appVersion: started.appVersion, interfaces }
}

function linkOf({ link, addresses }: InterfaceInfo) {
  if (link === undefined) return {}
  const having = (mark: 'temporary' | 'deprecated') =>
    addresses.filter((each) => each[mark] === true).map(({ address }) => address)
  return {
    mtu: link.mtu,
    linkSpeedBps: link.speedBps,
    defaultRoutes: link.defaultRoutes?.map((route) => ({ ...route })) ?? null,
    temporaryAddresses: having('temporary'),
    deprecatedAddresses: having('deprecated'),
  }
}

function remoteSide({ last }: Recording): Report['remote'] {
  if (last === null) return { os: null, appVersion: null, interfaces: [] }
  const { os, appVersion, interfaces } = last.peer
  return {
    os,
    appVersion,
    interfaces: interfaces.map(({ name, kind, addresses }) => ({ name, kind, addresses: [...addresses] })),
  }
}

function iceState(event: EngineEvent): Report['iceStates'] {
  const t = round3(event.atMs / 1000)
  switch (event.kind) {
    case 'gathering-state':
      return [{ t, layer: 'gathering', state: event.state }]
    case 'ice-state':
      return [{ t, layer: 'ice', state: event.state }]
    case 'dtls-state':
      return [{ t, layer: 'dtls', state: event.state }]
    case 'channel-state':
      return [{ t, layer: 'channel', state: event.state }]
    default:
      return []
  }
}

function warningsOf(recording: Recording): Warning[] {
  const own: Warning[] = []
  const say = (kind: string, message: string) => own.push({ t: null, kind, message })
  if (recording.end === null) {
    say('incomplete', 'The recording breaks off before the session ended: this report is marked incomplete.')
  }
  if (recording.last === null) say('nothing-measured', 'The recording holds no measurement.')
  if (recording.header.session.role === 'loopback') {
    say(
      'emulated',
      'The paths were emulated inside one process: no figure here says anything about a real network.',
    )
  }
  if (recording.last?.peer.kind === 'stock') {
    say(
      'stock-peer',
      'The peer is another WebRTC program: it sends over one path, and loss and what it received were not measured. Messages that it sent back are round trips of ours.',
    )
  }
  if (recording.pairsLeftOut > 0) {
    say(
      'pairs-limit',
      `${formatCount(recording.pairsLeftOut)} pairs that were closed long before the end are not in this report; the recording has them.`,
    )
  }
  const unread = unreadSentence(recording.last?.droppedUnread ?? [])
  if (unread !== null) say('dropped-unread', unread)
  for (const sentence of sharedLinkSentences(recording.last?.pairs ?? [])) say('shared-link', sentence)
  if (recording.events.length > eventsLimit) {
    say(
      'events-limit',
      `Only the first ${eventsLimit} of ${recording.events.length} events are in this report.`,
    )
  }
  const told = recording.warnings.map(({ atMs, kind, message }) => ({
    t: atMs === null ? null : round3(atMs / 1000),
    kind,
    message,
  }))
  return [...own, ...told]
}

const w3cState: Readonly<Record<PairState, ReportPair['stats']['state']>> = {
  waiting: 'waiting',
  checking: 'in-progress',
  'no-reply': 'failed',
  up: 'succeeded',
  down: 'failed',
  closed: 'failed',
}

function endpoint(candidate: CandidateView): ReportPair['local'] {
  const { type, address, port, interfaceName, interfaceKind, url, relayProtocol } = candidate
  const relay = { ...(url === undefined ? {} : { url }), ...(relayProtocol && { relayProtocol }) }
  return { type, address, port, interface: interfaceName, interfaceKind, ...relay }
}

function reportPairs({ last, series }: Recording, wallMs: number): ReportPair[] {
  const pairs = last?.pairs ?? []
  const allSent = pairs.reduce((sum, pair) => sum + pairTraffic(pair).sent.packets, 0)
  const weights = new Map<number, number[]>()
  for (const point of series) {
    for (const { id, state, weight } of point.pairs) {
      if (state !== 'up') continue
      const known = weights.get(id)
      if (known === undefined) weights.set(id, [weight])
      else known.push(weight)
    }
  }
  return pairs.map((pair) => {
    const measured = measuredOf(pair, allSent, weightOf(pair, weights.get(pair.id) ?? []))
    return reportPair(pair, measured, wallMs)
  })
}

function reportPair(pair: PairSnapshot, measured: ReportPair['measured'], wallMs: number): ReportPair {
  const { suppressed, attempted, refused, succeeded } = pair.nominations
  return {
    id: pair.id,
    label: pair.label,
    straight: pair.straight,
    local: endpoint(pair.local),
    remote: endpoint(pair.remote),
    state: pair.state,
    included: pair.included,
    carrying: pair.carrying,
    egressVerified: pair.egress.verified,
    egressInterface: pair.egress.interfaceName,
    egressReason: pair.egress.gap === null ? null : egressGapWords[pair.egress.gap],
    inUse: pairTraffic(pair).sent.packets > 0 || pairTraffic(pair).received.packets > 0,
    nominations: { suppressed, attempted, refused, succeeded },
    nominationsPrevented: pair.nominationsPrevented,
    stats: {
      type: 'candidate-pair',
      state: w3cState[pair.state],
      nominated: succeeded > 0,
      packetsSent: pairTraffic(pair).sent.packets,
      packetsReceived: pairTraffic(pair).received.packets,
      bytesSent: pairTraffic(pair).sent.bytes,
      bytesReceived: pairTraffic(pair).received.bytes,
      lastPacketSentTimestamp: pair.lastSentMs === null ? null : wallMs + pair.lastSentMs,
      lastPacketReceivedTimestamp: pair.lastReceivedMs === null ? null : wallMs + pair.lastReceivedMs,
      currentRoundTripTime: pair.rttMs === null ? null : Math.round(pair.rttMs.last * 1000) / 1e6,
      ...pair.stun,
    },
    measured,
  }
}

function measuredOf(
  pair: PairSnapshot,
  allSent: number,
  weight: ReportPair['measured']['weight'],
): ReportPair['measured'] {
  const compared = ({ sent, received, percent }: PairSnapshot['lossSent']) =>
    percent === null ? null : { sent, received }
  const percentOf = ({ percent }: PairSnapshot['lossSent']) =>
    percent === null ? null : round3(Math.min(100, Math.max(0, percent)))
  return {
    rttMs: pair.rttMs === null ? null : spreadOf(pair.rttMs),
    jitterMs: null,
    lossPercent: { sent: percentOf(pair.lossSent), received: percentOf(pair.lossReceived) },
    lossCounts: { sent: compared(pair.lossSent), received: compared(pair.lossReceived) },
    reordered: null,
    duplicates: pair.duplicates,
    firstArrivals: pair.firstArrivals,
    peerFirstArrivals: pair.peerFirstArrivals,
    peerDuplicates: pair.peerDuplicates,
    weight,
    share: round3(pair.share),
    sharePackets: allSent === 0 ? null : round3(pairTraffic(pair).sent.packets / allSent),
    downSeconds: round3(pair.downMs / 1000),
    timesDown: pair.timesDown,
    datagrams: {
      packetsSent: pair.sent.packets,
      bytesSent: pair.sent.bytes,
      packetsReceived: pair.received.packets,
      bytesReceived: pair.received.bytes,
    },
    oneWayDelayDiffMs: null,
  }
}

function spreadOf({ n, min, p50, p95, p99, p999, max }: Distribution) {
  return { n, min, p50, p95, p99, p999, max }
}

/** `weights`: those that it had while it was up. */
function weightOf(pair: PairSnapshot, weights: readonly number[]): ReportPair['measured']['weight'] {
  if (weights.length === 0) return { last: round3(pair.weight), min: null, mean: null, max: null }
  return {
    last: round3(pair.weight),
    min: round3(weights.reduce((a, b) => Math.min(a, b))),
    mean: round3(weights.reduce((a, b) => a + b) / weights.length),
    max: round3(weights.reduce((a, b) => Math.max(a, b))),
  }
}

function reportMessages(stream: MessageStreamSnapshot, { last }: Recording, activeMs: number): ReportStream {
  const { direction, sent, received, missing, duplicated, reordered, bytes, deliveryGapMaxMs } = stream
  const isReceived = direction === 'received'
  const lostPercent = missing === null || sent === null || sent === 0 ? null : round3((missing / sent) * 100)
  return {
    kind: 'messages',
    direction,
    sent,
    received,
    lost: missing,
    lostPercent,
    deliveredTwice: duplicated,
    bytesReceived: isReceived ? bytes : null,
    goodputBps: isReceived && activeMs > 0 ? Math.round((bytes * 8000) / activeMs) : null,
    duplicatesDropped: isReceived ? (last?.duplicatesDropped ?? null) : null,
    reordered,
    deliveryGapMaxMs,
    latencyMs: stream.oneWayDelayDiffMs === null ? null : { ...stream.oneWayDelayDiffMs },
    roundTripMs: stream.roundTripMs === null ? null : { ...stream.roundTripMs },
    overheadFactor: isReceived ? null : (last?.overheadFactor ?? null),
  }
}

function reportRtpStream(stream: StreamSnapshot, events: readonly EngineEvent[]): ReportStream {
  const { id, direction, spec, by, sent, received, lost, bytes } = stream
  const isReceived = direction === 'received'
  return {
    kind: spec.kind,
    name: streamText(spec),
    id,
    direction,
    by,
    startedSeconds: round3(stream.startedAtMs / 1000),
    stoppedSeconds: stream.stoppedAtMs === null ? null : round3(stream.stoppedAtMs / 1000),
    broken: brokenOf(stream),
    rests: stream.rests.map(({ pairId, label, times, restedMs, sentBps, lostPercent }) => ({
      pair: pairId,
      path: label,
      times,
      seconds: round3(restedMs / 1000),
      sentBps: Math.round(sentBps),
      lostPercent: round3(lostPercent),
    })),
    sent,
    received,
    lost,
    lostPercent: lost === null || sent === null || sent === 0 ? null : round3((lost / sent) * 100),
    deliveredTwice: null,
    bytesReceived: isReceived ? bytes : null,
    goodputBps: stream.goodputBps === null ? null : Math.round(stream.goodputBps),
    duplicatesDropped: stream.duplicates,
    reordered: stream.reordered,
    deliveryGapMaxMs: stream.deliveryGapMaxMs,
    latencyMs: stream.latencyMs === null ? null : { ...stream.latencyMs },
    roundTripMs: null,
    overheadFactor: stream.overheadFactor,
    jitterMs: stream.jitterMs,
    inOrderGapMaxMs: stream.inOrderGapMaxMs,
    playout: playoutOf(stream, events),
    skipped: stream.skipped,
    paths: stream.paths.map(({ pairId, packets, bytes: pathBytes, firstArrivals }) => ({
      pair: pairId,
      packets,
      bytes: pathBytes,
      firstArrivals,
    })),
  }
}

/** Changes of a stream's deadline that the report has of it, the latest. */
const deadlineChangesLimit = 64

function brokenOf({ broken }: StreamSnapshot): ReportStream['broken'] {
  if (broken === null) return null
  const { pairId, label, sentBps, lostPercent } = broken
  return { pair: pairId, path: label, sentBps: Math.round(sentBps), lostPercent: round3(lostPercent) }
}

function playoutOf(
  { playout, direction, id }: StreamSnapshot,
  events: readonly EngineEvent[],
): ReportStream['playout'] {
  if (playout === null) return null
  const { waiting: _, holdMs, ...rest } = playout
  const deadlineChanges = direction === 'received' ? deadlineChangesOf(id, events) : null
  return { ...rest, deadlineChanges, holdMs: holdMs === null ? null : spreadOf(holdMs) }
}

function deadlineChangesOf(id: number, events: readonly EngineEvent[]) {
  const changes = events.flatMap((event) =>
    event.kind === 'stream-deadline' && event.id === id
      ? [{ t: round3(event.atMs / 1000), fromMs: event.wasMs, toMs: event.deadlineMs }]
      : [],
  )
  return changes.slice(-deadlineChangesLimit)
}

function recordsOf(records: RecordsSnapshot | null): Report['totals']['records'] {
  if (records === null) return null
  const { waiting: _, holdMs, ...rest } = records
  return { ...rest, holdMs: holdMs === null ? null : spreadOf(holdMs) }
}

function reportEvent(event: EngineEvent, wallMs: number): Report['events'][number] {
  const { atMs, ...rest } = event
  const { text, health } = eventSentence(event)
  return { t: round3(atMs / 1000), at: new Date(wallMs + atMs).toISOString(), text, health, ...rest }
}
