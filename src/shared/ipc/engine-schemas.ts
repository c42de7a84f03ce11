/** Validators of the engine's words, each held to its type by the compiler. */
import type {
  CandidateView,
  Distribution,
  EgressView,
  EngineCommand,
  EngineEvent,
  EngineSnapshot,
  GatheringServer,
  LossView,
  MessageStreamSettings,
  MessageStreamSnapshot,
  ModeReason,
  PairSnapshot,
  PathReason,
  PeerView,
  RecordsSnapshot,
  RttView,
  SpreadingView,
  SwitchReason,
  StreamSnapshot,
  StreamSpec,
} from '../../engine'
import { streamLimits } from '../streams'
import { modeNames } from '../words'
import { z } from './zod'

const count = z.number().int().nonnegative()
const ms = z.number()
const text = z.string().max(4096)
const family = z.union([z.literal(4), z.literal(6)])

export const modeSchema = z.enum(modeNames)
export const useSchema = z.enum(['auto', 'all', 'disjoint'])
export const interfaceKindSchema = z.enum([
  'ethernet',
  'wifi',
  'cellular',
  'vpn',
  'virtual',
  'loopback',
  'unknown',
])
export const bindingSchema = z.enum(['device', 'address', 'emulated'])
const direction = z.enum(['sent', 'received'])
const pairState = z.enum(['waiting', 'checking', 'no-reply', 'up', 'down', 'closed'])
const gathering = z.enum(['new', 'gathering', 'complete'])
const iceState = z.enum(['new', 'checking', 'connected', 'disconnected', 'failed', 'closed'])
const dtlsState = z.enum(['new', 'connecting', 'connected', 'failed', 'closed'])
const channelState = z.enum(['new', 'connecting', 'open', 'closed'])
export const endReasonSchema = z.enum(['done', 'not-connected', 'proof-failed', 'peer-gone', 'failed'])
const dropReason = z.enum([
  'unknown-source',
  'bad-stun',
  'bad-integrity',
  'rate-limited',
  'bad-frame',
  'plaintext-record',
  'bad-record',
  'replayed',
  'oversize',
  'unexpected',
])

export const messageSettingsSchema = z.strictObject({
  enabled: z.boolean(),
  ratePerSecond: z.number().min(0.1).max(200),
  sizeBytes: z.number().int().min(64).max(16384),
}) satisfies z.ZodType<MessageStreamSettings>

/** Seconds that a session whose pairs are all silent waits for the peer. */
export const reconnectForSchema = z.number().min(5).max(86_400)
const rateBps = z.number().min(streamLimits.leastRateBps).max(streamLimits.rateBps)
export const streamSpecSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('voice') }),
  z.strictObject({ kind: z.literal('video'), rateBps }),
  z.strictObject({
    kind: z.literal('cbr'),
    rateBps,
    sizeBytes: z.number().int().min(streamLimits.leastBytes).max(streamLimits.bytes),
  }),
  z.strictObject({ kind: z.literal('bulk') }),
]) satisfies z.ZodType<StreamSpec>
/** Streams that a session starts with; the engine's limit of those that run at once is the same. */
export const streamSpecsSchema = z.array(streamSpecSchema).max(streamLimits.streams)
const streamDirection = z.enum(['sent', 'received'])
const streamId = z.number().int().positive()

const pairId = z.number().int().positive()
const capBps = z.number().min(0).max(1e12).nullable()

/** What the window may ask of a running session. `finish` has its own channel. */
export const engineCommandSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('set-mode'), direction, mode: modeSchema }),
  z.strictObject({ kind: z.literal('set-use'), use: useSchema }),
  z.strictObject({ kind: z.literal('include-pair'), pairId, included: z.boolean() }),
  z.strictObject({ kind: z.literal('pin-pair'), pairId, pinned: z.boolean() }),
  z.strictObject({ kind: z.literal('cap-pair'), pairId, capBps }),
  z.strictObject({ kind: z.literal('order-pairs'), pairIds: z.array(pairId).max(64) }),
  z.strictObject({ kind: z.literal('attempt-nomination'), pairId: pairId.nullable() }),
  z.strictObject({ kind: z.literal('set-messages'), messages: messageSettingsSchema }),
  z.strictObject({
    kind: z.literal('start-stream'),
    direction: streamDirection,
    spec: streamSpecSchema,
  }),
  z.strictObject({
    kind: z.literal('change-stream'),
    direction: streamDirection,
    id: streamId,
    spec: streamSpecSchema,
  }),
  z.strictObject({ kind: z.literal('stop-stream'), direction: streamDirection, id: streamId }),
  z.strictObject({
    kind: z.literal('set-deadline'),
    id: streamId,
    deadlineMs: z.number().int().min(0).max(streamLimits.deadlineMs),
  }),
]) satisfies z.ZodType<EngineCommand>

const distributionShape = { n: count, min: ms, p50: ms, p95: ms, p99: ms, p999: ms.nullable(), max: ms }
const distribution = z.object(distributionShape) satisfies z.ZodType<Distribution>
const rtt = z.object({ ...distributionShape, last: ms, smoothed: ms }) satisfies z.ZodType<RttView>
const percent = z.number().min(0).max(100)
const loss = z.object({
  sent: count,
  received: count,
  percent: percent.nullable(),
  recentPercent: percent.nullable(),
}) satisfies z.ZodType<LossView>
const packets = z.object({ packets: count, bytes: count })

const candidate = z.object({
  family,
  address: text,
  port: z.number().int().min(0).max(65535),
  type: z.enum(['host', 'srflx', 'prflx', 'relay']),
  interfaceName: text.nullable(),
  interfaceKind: interfaceKindSchema.nullable(),
  binding: bindingSchema.nullable(),
  url: text.optional(),
  relayProtocol: z.enum(['udp', 'tcp', 'tls']).optional(),
}) satisfies z.ZodType<CandidateView>

const egress = z.object({
  verified: z.boolean().nullable(),
  interfaceName: text.nullable(),
  gap: z.enum(['pending', 'emulated', 'unsupported', 'other-traffic', 'no-rise']).nullable(),
  packets: count,
}) satisfies z.ZodType<EgressView>

const pair = z.object({
  id: z.number().int().positive(),
  label: text,
  local: candidate,
  remote: candidate,
  straight: z.boolean(),
  state: pairState,
  stateSinceMs: ms,
  egress,
  included: z.boolean(),
  pinned: z.boolean(),
  capBps,
  order: count.nullable(),
  carrying: z.boolean(),
  carryingStreams: z.boolean(),
  nominations: z.object({
    suppressed: count,
    attempted: count,
    refused: count,
    succeeded: count,
    refusedByUs: count,
  }),
  nominationsPrevented: count,
  sent: packets,
  received: packets,
  recordsSent: packets,
  recordsReceived: packets,
  streamSent: packets,
  streamReceived: packets,
  stun: z.object({
    requestsSent: count,
    responsesReceived: count,
    requestsReceived: count,
    responsesSent: count,
  }),
  rttMs: rtt.nullable(),
  capacity: z
    .object({
      capacityBps: z.number().nonnegative().nullable(),
      deliveryRateBps: z.number().nonnegative().nullable(),
      queueMs: ms.nullable(),
      waitMs: distribution.nullable(),
      lostByFullQueue: count,
      lostOtherwise: count,
      inFlightBytes: count,
      windowBytes: z.number().nonnegative(),
      sharers: count,
    })
    .nullable(),
  rttIntervalMs: ms.nullable(),
  lossSent: loss,
  lossReceived: loss,
  weight: z.number(),
  share: z.number(),
  resent: count,
  firstArrivals: count,
  duplicates: count,
  peerFirstArrivals: count.nullable(),
  peerDuplicates: count.nullable(),
  lastReceivedMs: ms.nullable(),
  lastSentMs: ms.nullable(),
  downMs: ms,
  timesDown: count,
  suspect: z.boolean(),
  timesSuspected: count,
}) satisfies z.ZodType<PairSnapshot>

const messageStream = z.object({
  direction,
  sent: count.nullable(),
  received: count.nullable(),
  missing: count.nullable(),
  duplicated: count.nullable(),
  reordered: count.nullable(),
  bytes: count,
  oneWayDelayDiffMs: distribution.nullable(),
  roundTripMs: distribution.nullable(),
  deliveryGapMaxMs: ms.nullable(),
}) satisfies z.ZodType<MessageStreamSnapshot>

const records = z.object({
  received: count,
  reordered: count,
  reorderingExtentMax: count,
  held: count,
  holdMs: distribution.nullable(),
  waiting: count,
  gapsGivenUp: count,
}) satisfies z.ZodType<RecordsSnapshot>

const switchReason = z.enum([
  'started',
  'mode',
  'user',
  'down',
  'suspect',
  'overdue',
  'narrow',
  'silent',
  'faster',
  'queue',
  'returned',
]) satisfies z.ZodType<SwitchReason>

const delayMs = ms
const modeReason = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('not-working') }),
  z.object({ kind: z.literal('excluded') }),
  z.object({ kind: z.literal('not-pinned') }),
  z.object({ kind: z.literal('not-in-set') }),
  z.object({ kind: z.literal('multipath-off') }),
  z.object({ kind: z.literal('copies'), capBps: z.number().nullable() }),
  z.object({
    kind: z.literal('weighed'),
    rttMs: ms.nullable(),
    lossPercent: percent.nullable(),
    limit: z.enum(['capacity', 'trial', 'queue', 'overload', 'cap', 'range']).nullable(),
    limitBps: z.number().nullable(),
  }),
  z.object({ kind: z.literal('fastest'), delayMs, marginMs: ms.nullable() }),
  z.object({ kind: z.literal('slower'), delayMs, byMs: ms }),
  z.object({ kind: z.literal('spill'), delayMs, byMs: ms }),
  z.object({ kind: z.literal('risk-copies'), delayMs, byMs: ms }),
  z.object({ kind: z.literal('active'), place: count }),
  z.object({ kind: z.literal('standing-by'), place: count }),
  z.object({ kind: z.literal('stands-in'), place: count }),
  z.object({
    kind: z.literal('resting'),
    streams: z.array(
      z.object({ streamId, sentBps: z.number(), lostPercent: percent, againInMs: ms.nullable() }),
    ),
  }),
  z.object({ kind: z.literal('selected') }),
  z.object({ kind: z.literal('not-selected') }),
  z.object({ kind: z.literal('avoided'), because: z.enum(['suspect', 'overdue']) }),
  z.object({ kind: z.literal('proving'), remainingMs: ms }),
]) satisfies z.ZodType<ModeReason>

const pathReason = z.discriminatedUnion('kind', [
  modeReason,
  z.object({
    kind: z.literal('bulk'),
    bulkBps: z.number(),
    hold: z.enum(['window', 'startup', 'queue', 'competing', 'cap', 'limit', 'suspect', 'slowest']),
    mode: modeReason.nullable(),
    othersShare: z.number().min(0).max(1),
  }),
]) satisfies z.ZodType<PathReason>

const spreading = z.object({
  switches: count,
  lastSwitch: z.object({ atMs: ms, fromId: count.nullable(), toId: count, reason: switchReason }).nullable(),
  reasons: z.array(z.object({ pairId, reason: pathReason })).max(1024),
}) satisfies z.ZodType<SpreadingView>
/** As told: before the peer has said more, a stream of its packets alone has no rate. */
const toldSpec = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('voice') }),
  z.object({ kind: z.literal('video'), rateBps: z.number() }),
  z.object({ kind: z.literal('cbr'), rateBps: z.number(), sizeBytes: count }),
  z.object({ kind: z.literal('bulk') }),
])

const brokenShape = {
  pairId: count.nullable(),
  label: text.nullable(),
  sentBps: z.number(),
  lostPercent: percent,
}

const stream = z.object({
  id: streamId,
  direction: streamDirection,
  spec: toldSpec,
  running: z.boolean(),
  by: z.enum(['us', 'peer']),
  startedAtMs: ms,
  stoppedAtMs: ms.nullable(),
  broken: z.object(brokenShape).nullable(),
  rests: z.array(
    z.object({
      ...brokenShape,
      state: z.enum(['resting', 'tried', 'over']),
      times: count,
      restedMs: ms,
      againAtMs: ms.nullable(),
    }),
  ),
  sent: count.nullable(),
  received: count.nullable(),
  lost: count.nullable(),
  duplicates: count.nullable(),
  reordered: count.nullable(),
  bytes: count,
  goodputBps: z.number().nullable(),
  latencyMs: distribution.nullable(),
  jitterMs: ms.nullable(),
  deliveryGapMaxMs: ms.nullable(),
  deliveryGapIntervalMs: ms.nullable(),
  inOrderGapMaxMs: ms.nullable(),
  playout: z
    .object({
      deadlineMs: ms,
      inOrder: count,
      late: count,
      held: count,
      holdMs: distribution.nullable(),
      waiting: count,
      gapsGivenUp: count,
      reorderingExtentMax: count,
    })
    .nullable(),
  overheadFactor: z.number().nullable(),
  skipped: count.nullable(),
  paths: z
    .array(z.object({ pairId: count, packets: count, bytes: count, firstArrivals: count.nullable() }))
    .max(1024),
}) satisfies z.ZodType<StreamSnapshot>

const peer = z.object({
  kind: z.enum(['unknown', 'pathscope', 'stock']),
  appVersion: text.nullable(),
  os: text.nullable(),
  interfaces: z.array(z.object({ name: text, kind: interfaceKindSchema, addresses: z.array(text).max(64) })),
}) satisfies z.ZodType<PeerView>

const server = z.object({
  url: text,
  interfaceName: text,
  from: text,
  state: z.enum(['waiting', 'answered', 'failed']),
  address: text.nullable(),
  code: z.number().int().nullable(),
  detail: text.nullable(),
  elapsedMs: ms,
}) satisfies z.ZodType<GatheringServer>

export const engineSnapshotSchema = z.object({
  atMs: ms,
  role: z.enum(['offerer', 'answerer']),
  iceRole: z.enum(['controlling', 'controlled']),
  gathering,
  ice: iceState,
  dtls: dtlsState,
  channel: channelState,
  mode: modeSchema,
  peerMode: modeSchema.nullable(),
  use: useSchema,
  peer,
  waitingUntilMs: ms.nullable(),
  pairs: z.array(pair).max(1024),
  forgotten: z.object({
    pairs: count,
    sent: packets,
    received: packets,
    firstArrivals: count,
    nominationsPrevented: count,
    nominationsSucceeded: count,
  }),
  messages: z.array(messageStream).max(16),
  records: records.nullable(),
  spreading,
  streams: z.array(stream).max(128),
  overheadFactor: z.number().nullable(),
  duplicatesDropped: count,
  sctpRetransmissions: count,
  dropped: z.record(dropReason, count),
  droppedUnread: z.array(z.object({ interfaceName: text, datagrams: count })).max(64),
  servers: z.array(server).max(256),
}) satisfies z.ZodType<EngineSnapshot>

const at = { atMs: ms }
const onPair = { ...at, pairId: count, label: text }
const by = z.enum(['us', 'peer'])

export const engineEventSchema = z.discriminatedUnion('kind', [
  z.object({ ...at, kind: z.literal('gathering-state'), state: gathering }),
  z.object({ ...at, kind: z.literal('ice-state'), state: iceState }),
  z.object({ ...at, kind: z.literal('dtls-state'), state: dtlsState, detail: text.nullable() }),
  z.object({ ...at, kind: z.literal('channel-state'), state: channelState }),
  z.object({ ...onPair, kind: z.literal('pair-added') }),
  z.object({ ...onPair, kind: z.literal('pair-state'), from: pairState, to: pairState, afterMs: ms }),
  z.object({ ...onPair, kind: z.literal('pair-included'), included: z.boolean() }),
  z.object({ ...onPair, kind: z.literal('nomination-attempted') }),
  z.object({
    ...onPair,
    kind: z.literal('nomination-outcome'),
    outcome: z.enum(['refused', 'succeeded']),
    code: z.number().nullable(),
  }),
  z.object({ ...onPair, kind: z.literal('nomination-refused-by-us') }),
  z.object({ ...at, kind: z.literal('role-conflict'), nowRole: z.enum(['controlling', 'controlled']) }),
  z.object({ ...onPair, kind: z.literal('pair-pinned'), pinned: z.boolean() }),
  z.object({ ...onPair, kind: z.literal('pair-capped'), capBps }),
  z.object({ ...at, kind: z.literal('pairs-ordered'), labels: z.array(text).max(64) }),
  z.object({ ...at, kind: z.literal('mode'), mode: modeSchema, direction, by }),
  z.object({
    ...at,
    kind: z.literal('switch'),
    fromId: count.nullable(),
    fromLabel: text.nullable(),
    toId: count,
    toLabel: text,
    reason: switchReason,
  }),
  z.object({ ...at, kind: z.literal('use'), use: useSchema, by }),
  z.object({
    ...at,
    kind: z.literal(['stream-started', 'stream-changed', 'stream-stopped']),
    direction: streamDirection,
    id: streamId,
    spec: toldSpec,
    by,
  }),
  z.object({
    ...at,
    kind: z.literal('stream-refused'),
    direction: streamDirection,
    spec: toldSpec.nullable(),
    reason: z.enum(['no-peer', 'stock-peer', 'old-peer', 'too-many', 'used-up', 'unknown', 'ending']),
  }),
  z.object({
    ...at,
    kind: z.literal('stream-deadline'),
    direction: z.literal('received'),
    id: streamId,
    spec: toldSpec,
    deadlineMs: ms,
    wasMs: ms,
  }),
  z.object({
    ...at,
    kind: z.literal('stream-broken'),
    direction: streamDirection,
    id: streamId,
    spec: toldSpec,
    ...brokenShape,
  }),
  z.object({
    ...at,
    kind: z.literal('stream-path-rests'),
    direction: streamDirection,
    id: streamId,
    spec: toldSpec,
    restMs: ms,
    ...brokenShape,
  }),
  z.object({
    ...at,
    kind: z.literal(['stream-path-tried', 'stream-path-returns']),
    direction: streamDirection,
    id: streamId,
    spec: toldSpec,
    pairId: count.nullable(),
    label: text.nullable(),
  }),
  z.object({ ...at, kind: z.literal('peer'), peer }),
  z.object({ ...at, kind: z.literal('stun-failed'), server: text, interfaceName: text, detail: text }),
  z.object({
    ...at,
    kind: z.literal('relay-opened'),
    server: text,
    interfaceName: text,
    address: text,
    afterMs: ms,
  }),
  z.object({
    ...at,
    kind: z.literal('relay-failed'),
    server: text,
    interfaceName: text,
    code: z.number().int().nullable(),
    detail: text,
    lost: z.boolean(),
  }),
  z.object({
    ...at,
    kind: z.literal('relay-refused'),
    server: text,
    interfaceName: text,
    peer: text,
    code: z.number().int(),
    detail: text,
  }),
  z.object({ ...at, kind: z.literal('name'), name: text, addresses: z.array(text).max(16) }),
  z.object({ ...at, kind: z.literal('socket-opened'), interfaceName: text, address: text }),
  z.object({ ...at, kind: z.literal('socket-closed'), interfaceName: text, detail: text }),
  z.object({
    ...onPair,
    kind: z.literal('egress'),
    verified: z.boolean(),
    named: text,
    carriedBy: text,
  }),
  z.object({ ...at, kind: z.literal('link'), interfaceName: text, up: z.boolean() }),
  z.object({ ...at, kind: z.literal('limit'), limit: text, detail: text }),
  z.object({ ...at, kind: z.literal('dropping'), reason: dropReason, total: count }),
  z.object({ ...at, kind: z.literal('finishing'), by }),
  z.object({ ...at, kind: z.literal('ended'), reason: endReasonSchema, detail: text.nullable() }),
]) satisfies z.ZodType<EngineEvent>
