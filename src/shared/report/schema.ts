/**
 * The report's format, "pathscope.report/1": the one source of its types and of docs/report.schema.json. What was not
 * measured is null, never 0. `t` is always seconds since the session began.
 */
import { modeNames } from '../words'
import { z } from './zod'

export const reportSchemaName = 'pathscope.report/1'

/** Rows of `samples` at most; longer sessions get a wider interval. */
export const sampleRowsLimit = 20_000
/** Events at most; more of them are counted in a warning. */
export const eventsLimit = 20_000

const count = z.number().int().nonnegative()
const measuredCount = count.nullable()
const measured = z.number().nullable()
const percent = z.number().min(0).max(100).nullable()
const text = z.string()

const distribution = z
  .object({
    n: count,
    min: z.number(),
    p50: z.number(),
    p95: z.number(),
    p99: z.number(),
    p999: measured.optional().describe('The 99.9th percentile; null of fewer than 1000 values.'),
    max: z.number(),
  })
  .nullable()

const interfaceSchema = z.object({
  name: text,
  kind: text,
  addresses: z.array(text),
  /** Local side only: whether sockets leave by it truly (`device`), by address only, or it is emulated. */
  binding: text.optional(),
  bindingReason: text.nullable().optional(),
  mtu: measured.optional().describe('Local side only, as all that follows; bytes.'),
  linkSpeedBps: measured.optional().describe('As the network card negotiated it.'),
  defaultRoutes: z
    .array(z.object({ family: z.union([z.literal(4), z.literal(6)]), metric: z.number() }))
    .nullable()
    .optional(),
  temporaryAddresses: z.array(text).optional(),
  deprecatedAddresses: z.array(text).optional(),
  droppedUnread: measuredCount
    .optional()
    .describe('Datagrams dropped at its sockets because they were not read in time; null where not counted.'),
})

const side = z.object({
  os: text.nullable(),
  appVersion: text.nullable(),
  interfaces: z.array(interfaceSchema),
})

const endpoint = z.object({
  type: z.enum(['host', 'srflx', 'prflx', 'relay']),
  address: text,
  port: count,
  interface: text.nullable(),
  interfaceKind: text.nullable(),
  url: text.optional().describe('Of a local relayed candidate: the TURN server.'),
  relayProtocol: z.enum(['udp', 'tcp', 'tls']).optional(),
})

const stats = z
  .object({
    type: z.literal('candidate-pair'),
    state: z.enum(['waiting', 'in-progress', 'succeeded', 'failed']),
    nominated: z.boolean(),
    packetsSent: count.describe(
      'DTLS records and RTP packets sent over this pair, copies included; checks are not counted.',
    ),
    packetsReceived: count,
    bytesSent: count.describe('Bytes of packetsSent.'),
    bytesReceived: count,
    lastPacketSentTimestamp: measured.describe('ms since the epoch, any datagram of the pair.'),
    lastPacketReceivedTimestamp: measured.describe('ms since the epoch, anything authenticated.'),
    currentRoundTripTime: measured.describe('Seconds.'),
    requestsSent: count,
    responsesReceived: count,
    requestsReceived: count,
    responsesSent: count,
  })
  .describe('Names and units of the W3C RTCIceCandidatePairStats.')

const measurements = z.object({
  rttMs: distribution.describe('Round trip of checks and keepalives, over the whole session.'),
  jitterMs: measured.describe('Interarrival jitter as in RFC 3550; measured of RTP streams, so null here.'),
  lossPercent: z
    .object({ sent: percent, received: percent })
    .describe('From cumulative counts of both ends.'),
  lossCounts: z.object({
    sent: z.object({ sent: count, received: count }).nullable(),
    received: z.object({ sent: count, received: count }).nullable(),
  }),
  reordered: measuredCount,
  duplicates: count.describe(
    'Records and RTP packets that came over this pair when another copy had been there.',
  ),
  firstArrivals: count.describe('Records and RTP packets whose first copy came over this pair.'),
  peerFirstArrivals: measuredCount.describe('Of ours, as the peer counts it.'),
  peerDuplicates: measuredCount,
  weight: z.object({ last: measured, min: measured, mean: measured, max: measured }),
  share: measured.describe('Of the traffic, 0 to 1, at the end.'),
  sharePackets: measured.describe(
    'Part of all records and RTP packets sent that went over this pair, 0 to 1.',
  ),
  downSeconds: z.number(),
  timesDown: count,
  datagrams: z
    .object({ packetsSent: count, bytesSent: count, packetsReceived: count, bytesReceived: count })
    .describe('Everything on the pair, checks and control included; UDP payload.'),
  oneWayDelayDiffMs: distribution,
})

const pair = z.object({
  id: count,
  label: text,
  straight: z.boolean(),
  local: endpoint,
  remote: endpoint,
  state: z.enum(['waiting', 'checking', 'no-reply', 'up', 'down', 'closed']),
  included: z.boolean(),
  carrying: z.boolean(),
  inUse: z.boolean().describe('Carried records or RTP packets at some time, either way.'),
  egressVerified: z
    .boolean()
    .nullable()
    .describe('Whether packets were seen to leave by the claimed interface; null = not verified.'),
  egressInterface: text
    .nullable()
    .optional()
    .describe('The interface whose counter rose with what was sent; null while none is known.'),
  egressReason: text.nullable().optional().describe('Why egressVerified is null, in words.'),
  nominations: z.object({ suppressed: count, attempted: count, refused: count, succeeded: count }),
  nominationsPrevented: count.describe('suppressed + those of the peer that this side refused.'),
  stats,
  measured: measurements,
})

const stream = z.object({
  kind: z.enum(['messages', 'voice', 'video', 'cbr', 'bulk']),
  name: text.optional().describe('In the words of the command line, as cbr:4mbit.'),
  id: count.optional().describe('RTP streams: the number among those of its direction.'),
  direction: z.enum(['sent', 'received']),
  by: z.enum(['us', 'peer']).optional().describe('RTP streams: whose wish it was last.'),
  startedSeconds: z.number().optional(),
  stoppedSeconds: measured.optional(),
  broken: z
    .object({ pair: measuredCount, path: text.nullable(), sentBps: z.number(), lostPercent: percent })
    .nullable()
    .optional()
    .describe('Why the sender’s circuit breaker (RFC 8083) stopped it; null when it did not.'),
  rests: z
    .array(
      z.object({
        pair: measuredCount,
        path: text.nullable(),
        times: count,
        seconds: z.number(),
        sentBps: z.number(),
        lostPercent: percent,
      }),
    )
    .optional()
    .describe(
      'Paths that were too narrow for it and rested while others carried it on: how often, how long in all, and what the circuit breaker found the last time.',
    ),
  sent: measuredCount,
  received: measuredCount,
  lost: measuredCount,
  lostPercent: percent,
  deliveredTwice: measuredCount,
  bytesReceived: measuredCount,
  goodputBps: measured,
  duplicatesDropped: measuredCount.describe(
    'Copies dropped because another had come first: of the stream, or with messages of all records and packets.',
  ),
  reordered: measuredCount,
  deliveryGapMaxMs: measured,
  latencyMs: distribution.describe(
    'One-way delay less the smallest one seen; of messages in direction received only.',
  ),
  roundTripMs: distribution.describe('Direction sent: message out and echoed back, less the peer’s wait.'),
  overheadFactor: measured,
  jitterMs: measured.optional().describe('Interarrival jitter of RFC 3550 at the end.'),
  inOrderGapMaxMs: measured.optional().describe('Longest gap had packets been handed on in order only.'),
  playout: z
    .object({
      deadlineMs: z.number().describe('In force at the end; of a sent stream as the peer told it last.'),
      deadlineChanges: z
        .array(z.object({ t: z.number(), fromMs: z.number(), toMs: z.number() }))
        .nullable()
        .optional()
        .describe('When the user of this side changed it, the last 64; null of a sent stream: not told.'),
      inOrder: count,
      late: count,
      held: count,
      holdMs: distribution,
      gapsGivenUp: count,
      reorderingExtentMax: count,
    })
    .nullable()
    .optional()
    .describe('What putting packets in order within a deadline makes of the stream, and what it costs.'),
  skipped: measuredCount.optional().describe('Packets left out in stalls of the sending machine.'),
  paths: z
    .array(z.object({ pair: count, packets: count, bytes: count, firstArrivals: measuredCount }))
    .optional()
    .describe('What each pair did for an RTP stream; packets are copies.'),
})

export const checkIds = [
  'pairs-active',
  'nominations-attempted',
  'nominations-prevented',
  'nominations-succeeded-none',
  'no-single-selected',
  'packets-on-several-paths',
  'duplicates-dropped',
  'messages-complete',
  'messages-once',
  'sctp-retransmissions-none',
] as const

const check = z.object({
  id: z.enum(checkIds),
  passed: z.boolean().nullable().describe('null = does not apply; `detail` says why.'),
  detail: text,
})

/**
 * Columns of `samples` in order; units stand last in a name. Counters are per interval; `droppedUnread` is of the pair's
 * local interface, so all pairs of one have the same.
 */
export const sampleColumns = [
  't',
  'pair',
  'state',
  'rttMs',
  'sentBps',
  'receivedBps',
  'packetsSent',
  'packetsReceived',
  'lossSentPercent',
  'lossReceivedPercent',
  'weight',
  'share',
  'firstArrivals',
  'duplicates',
  'nominationsPrevented',
  'droppedUnread',
] as const

export const reportSchema = z.object({
  schema: z.literal(reportSchemaName),
  app: z.object({ name: text, version: text }),
  session: z.object({
    id: text,
    title: text,
    note: text,
    role: z.enum(['offerer', 'answerer', 'loopback']),
    iceRole: z.enum(['controlling', 'controlled']).nullable(),
    startedAt: z.iso.datetime(),
    durationSeconds: z.number(),
    connectedAfterSeconds: measured,
    mode: z.enum(modeNames).nullable(),
    emulated: z.boolean().describe('Paths were emulated inside one process.'),
    complete: z.boolean().describe('False when the recording breaks off before its end.'),
    end: z.object({ reason: text, detail: text.nullable() }).nullable(),
  }),
  config: z.object({
    requested: z.object({
      settings: z.record(text, z.unknown()),
      interfaces: z.array(text).nullable(),
      stun: z.array(text),
      binding: text.optional(),
      ports: text.nullable().optional(),
      turn: z.array(text).optional().describe('Without user and password.'),
      emulatedPaths: z.array(z.record(text, z.unknown())).nullable(),
      durationSeconds: measured,
      connectTimeoutSeconds: measured,
    }),
    negotiated: z.object({
      mode: text.nullable(),
      use: text.nullable(),
      peerKind: z.enum(['unknown', 'pathscope', 'stock']),
      channel: text.nullable(),
    }),
  }),
  local: side,
  remote: side,
  iceStates: z.array(
    z.object({ t: z.number(), layer: z.enum(['gathering', 'ice', 'dtls', 'channel']), state: text }),
  ),
  warnings: z.array(z.object({ t: measured, kind: text, message: text })),
  pairs: z.array(pair),
  streams: z.array(stream),
  totals: z.object({
    duplicatesDropped: measuredCount,
    sctpRetransmissions: measuredCount,
    overheadFactor: measured,
    dropped: z
      .record(text, count)
      .nullable()
      .describe('Datagrams and records dropped before use, by reason.'),
    droppedUnread: measuredCount
      .optional()
      .describe(
        'Datagrams that this machine’s system dropped because they were not read in time, so that no path lost them; null where the system does not tell.',
      ),
    records: z
      .object({
        received: count.describe('Different ones that authenticated.'),
        reordered: count,
        reorderingExtentMax: count,
        held: count,
        holdMs: distribution,
        gapsGivenUp: count,
      })
      .nullable()
      .optional()
      .describe(
        'Records of the secure session that came here, as they were put back in order for SCTP, and what that cost; null when none came.',
      ),
  }),
  checks: z.array(check),
  events: z.array(z.looseObject({ t: z.number(), at: z.iso.datetime(), kind: text, text, health: text })),
  samples: z.object({
    intervalMs: z.number(),
    columns: z.array(z.enum(sampleColumns)),
    rows: z.array(z.array(z.union([z.number(), text, z.null()]))).max(sampleRowsLimit),
  }),
})

export type Report = z.infer<typeof reportSchema>
export type ReportPair = Report['pairs'][number]
export type ReportStream = Report['streams'][number]
export type ReportCheck = Report['checks'][number]
export type CheckId = (typeof checkIds)[number]
export type SampleColumn = (typeof sampleColumns)[number]
export type SampleCell = number | string | null

/** JSON Schema (2020-12) of the format; docs/report.schema.json is this text. */
export function reportJsonSchema(): string {
  const schema = z.toJSONSchema(reportSchema, { target: 'draft-2020-12', unrepresentable: 'any' })
  return `${JSON.stringify({ title: reportSchemaName, ...schema }, null, 2)}\n`
}

export type ParseReportResult =
  | { readonly kind: 'ok'; readonly report: Report }
  | { readonly kind: 'problem'; readonly message: string }

/** Reads report.json; never throws. */
export function parseReport(json: string): ParseReportResult {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return { kind: 'problem', message: 'The report is not JSON, or its end is missing.' }
  }
  const schema = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined
  if (schema !== reportSchemaName) {
    const isOther = typeof schema === 'string' && schema.startsWith('pathscope.report/')
    return {
      kind: 'problem',
      message: isOther
        ? `The report has the format ${schema}, which a newer Pathscope wrote; update this one to read it.`
        : `This is JSON, but no report: its "schema" is not "${reportSchemaName}".`,
    }
  }
  const result = checked(value)
  if (result === undefined)
    return { kind: 'problem', message: 'The report is damaged: a length in it is no number.' }
  if (result.success) return { kind: 'ok', report: result.data }
  const issue = result.error.issues[0]
  const where = issue?.path.join('.') ?? ''
  return { kind: 'problem', message: `The report is damaged at ${where}: ${issue?.message ?? 'not valid'}.` }
}

/** Undefined for what makes the schema itself throw: it compares a forged "length" that has no primitive value. */
function checked(value: unknown) {
  try {
    return reportSchema.safeParse(value)
  } catch {
    return undefined
  }
}
