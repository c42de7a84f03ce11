import { recordedRequest } from '../recording'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  checkedReport,
  deriveReport,
  meaningOf,
  parseReport,
  reportJsonSchema,
  reportSchema,
  reportToCsv,
  reportToHtml,
  reportToJson,
  reportToMarkdown,
  type Report,
} from '.'
import type { EngineSnapshot, PairSnapshot } from '../../engine'
import {
  exampleOptions,
  exampleRequest,
  exampleUpdates,
  exampleWallMs,
  type ExampleOptions,
} from '../testing'
import { headerLine, readRecording, recordingStart, toLines, type Recording } from '../recording'
import type { InterfaceInfo, SessionRequest, SessionUpdate } from '../session'

type Change = (snapshot: EngineSnapshot) => EngineSnapshot

function recordingOf(
  options: Partial<ExampleOptions> = {},
  change: Change = (s) => s,
  request?: SessionRequest,
): Recording {
  const all = { ...exampleOptions, ...options }
  const asked = request ?? exampleRequest(all)
  const session = { id: asked.id, title: asked.title, role: asked.role }
  const startedAt = new Date(exampleWallMs).toISOString()
  const app = { name: 'pathscope', version: '0.1.0' }
  const lines = [headerLine({ session, startedAt, app, request: recordedRequest(asked) })]
  let state = recordingStart
  for (const update of exampleUpdates(all)) {
    const told: SessionUpdate =
      update.kind === 'snapshot' ? { kind: 'snapshot', snapshot: change(update.snapshot) } : update
    const next = toLines(told, state)
    state = next.state
    lines.push(...next.lines)
  }
  const result = readRecording(lines.map((line) => JSON.stringify(line)).join('\n'))
  if (result.kind === 'problem') throw new Error(result.message)
  return result.recording
}

const reportOf = (...given: Parameters<typeof recordingOf>) => deriveReport(recordingOf(...given))
const eachPair = (change: (pair: PairSnapshot) => Partial<PairSnapshot>): Change => {
  return (snapshot) => ({ ...snapshot, pairs: snapshot.pairs.map((pair) => ({ ...pair, ...change(pair) })) })
}
const exampleInterface = (name: string): InterfaceInfo => ({
  name,
  index: null,
  kind: 'ethernet',
  up: true,
  loopback: false,
  addresses: [],
  binding: 'device',
  bindingReason: null,
  usedByDefault: true,
})
const verdict = (report: Report, id: string) => report.checks.find((check) => check.id === id)?.passed

describe('the report', () => {
  it('fits its schema, in every mode, role and length', () => {
    for (const options of [
      {},
      { mode: 'weighted' as const, role: 'answerer' as const },
      { ends: false, pairs: 32 },
      { seconds: 0 },
      { pairs: 0 },
    ]) {
      expect(reportSchema.safeParse(reportOf(options)).error).toBeUndefined()
    }
  })

  it('has the schema that is documented in docs/report.schema.json', () => {
    const documented = readFileSync(new URL('../../../docs/report.schema.json', import.meta.url), 'utf8')
    expect(
      documented === reportJsonSchema(),
      'docs/report.schema.json must be the text of reportJsonSchema()',
    ).toBe(true)
  })

  it('says what was measured with W3C names and units', () => {
    const [pair] = reportOf().pairs
    expect(pair?.label).toBe('eth0 → eth0')
    expect(pair?.stats.packetsSent).toBe(150)
    expect(pair?.stats.bytesSent).toBe(150 * 220)
    expect(pair?.stats.currentRoundTripTime).toBeCloseTo(0.022, 2)
    expect(pair?.measured.rttMs).toMatchObject({ p50: 22, p95: 23.8 })
    expect(pair?.measured.downSeconds).toBe(5)
    expect(pair?.stats.lastPacketSentTimestamp).toBe(exampleWallMs + 20_000)
  })

  it('leaves null what was not measured', () => {
    const unmeasured = eachPair(() => ({
      rttMs: null,
      rttIntervalMs: null,
      egress: { verified: null, interfaceName: null, gap: 'other-traffic' as const, packets: 512 },
      lossSent: { sent: 0, received: 0, percent: null, recentPercent: null },
    }))
    const report = reportOf({}, unmeasured)
    expect(report.pairs[0]?.measured).toMatchObject({ rttMs: null, jitterMs: null, reordered: null })
    expect(report.pairs[0]?.measured.lossPercent.sent).toBeNull()
    expect(report.pairs[0]?.egressVerified).toBeNull()
    expect(report.pairs[0]?.egressReason).toBe('too much other traffic to tell')
    expect(report.pairs[0]?.stats.currentRoundTripTime).toBeNull()
    const rttAt = report.samples.columns.indexOf('rttMs')
    expect(report.samples.rows.every((row) => row[rttAt] === null)).toBe(true)
  })

  it('derives rates and loss of an interval from cumulative counts', () => {
    const { samples } = reportOf({ seconds: 10, outage: null })
    const at = (name: (typeof samples.columns)[number]) => samples.columns.indexOf(name)
    const rows = samples.rows.filter((row) => row[at('pair')] === 2)
    expect(rows.length).toBe(11)
    expect(rows[5]?.[at('t')]).toBe(5)
    // 10 records and 10 check datagrams of 150 bytes each second.
    expect(rows[5]?.[at('sentBps')]).toBe(20 * 150 * 8)
    expect(rows[5]?.[at('packetsSent')]).toBe(10)
  })

  it('is marked incomplete when its recording breaks off', () => {
    const report = reportOf({ ends: false })
    expect(report.session).toMatchObject({ complete: false, end: null, durationSeconds: 20 })
    expect(report.warnings.map(({ kind }) => kind)).toContain('incomplete')
    expect(reportToHtml(report)).toContain('Incomplete')
    expect(reportToMarkdown(report)).toContain('Incomplete')
    expect(reportOf().session.complete).toBe(true)
  })

  it('keeps the samples within their limit by widening the interval', () => {
    const recording = recordingOf({ seconds: 30 })
    const series = Array.from({ length: 4000 }, (_, at) => ({ ...recording.series[5]!, atMs: at * 1000 }))
    const { samples } = deriveReport({ ...recording, series })
    expect(samples.rows.length).toBeLessThanOrEqual(20_000)
    expect(samples.rows.length).toBeGreaterThan(10_000)
    expect(samples.intervalMs).toBe(2000)
  })

  it('survives its way through JSON, and is refused with a sentence otherwise', () => {
    const report = reportOf()
    expect(parseReport(reportToJson(report))).toEqual({ kind: 'ok', report })
    expect(parseReport(reportToJson(reportOf({ seconds: 0, pairs: 0 }))).kind).toBe('ok')
    for (const [text, said] of [
      ['{', 'not JSON'],
      ['{"name":1}', 'no report'],
      ['{"schema":"pathscope.report/9"}', 'newer'],
      ['{"schema":"pathscope.report/1"}', 'damaged at app'],
    ]) {
      const result = parseReport(text ?? '')
      expect(result.kind === 'problem' && result.message).toContain(said)
    }
  })
})

describe('the checks', () => {
  it('all pass, or say that they do not apply, in a good session', () => {
    for (const role of ['offerer', 'answerer'] as const) {
      expect(reportOf({ role }).checks.filter(({ passed }) => passed !== true)).toEqual([])
    }
    const weighted = reportOf({ mode: 'weighted' }).checks.filter(({ passed }) => passed !== true)
    expect(weighted.map(({ id, passed }) => [id, passed])).toEqual([['sctp-retransmissions-none', null]])
  })

  const nominations = { suppressed: 0, attempted: 0, refused: 0, succeeded: 0, refusedByUs: 0 }
  const failing: Readonly<Record<string, Change>> = {
    'pairs-active': eachPair(({ id, state }) => ({ state: id === 1 ? state : 'no-reply' })),
    'nominations-attempted': eachPair((pair) => ({ nominations: { ...pair.nominations, attempted: 0 } })),
    'nominations-prevented': eachPair(() => ({ nominations, nominationsPrevented: 5 })),
    'nominations-succeeded-none': eachPair((pair) => ({
      nominations: { ...pair.nominations, succeeded: 1 },
    })),
    'no-single-selected': eachPair(({ id }) => ({ carrying: id === 2 })),
    'packets-on-several-paths': eachPair(({ id, recordsReceived }) => ({
      recordsReceived: id === 2 ? recordsReceived : { packets: 0, bytes: 0 },
    })),
    'duplicates-dropped': (snapshot) => ({ ...snapshot, duplicatesDropped: 0 }),
    'messages-complete': (snapshot) => ({
      ...snapshot,
      messages: snapshot.messages.map((stream) => ({
        ...stream,
        missing: stream.direction === 'sent' ? 1 : 0,
      })),
    }),
    'messages-once': (snapshot) => ({
      ...snapshot,
      messages: snapshot.messages.map((stream) => ({ ...stream, duplicated: 1 })),
    }),
    'sctp-retransmissions-none': (snapshot) => ({ ...snapshot, sctpRetransmissions: 3 }),
  }
  for (const [id, change] of Object.entries(failing)) {
    it(`fail: ${id}`, () => {
      const report = reportOf({}, change)
      expect(verdict(report, id)).toBe(false)
      expect(verdict(reportOf(), id)).toBe(true)
    })
  }

  it('do not apply when nothing was measured', () => {
    const { checks } = reportOf({ pairs: 0 })
    expect(checks.length).toBe(10)
    expect(checks.every(({ passed, detail }) => passed === null && detail !== '')).toBe(true)
  })

  it('ask nothing of a stock peer that only a Pathscope can show', () => {
    const stock: Change = (snapshot) => ({ ...snapshot, peer: { ...snapshot.peer, kind: 'stock' } })
    const report = reportOf({}, stock)
    expect(verdict(report, 'nominations-succeeded-none')).toBeNull()
    expect(verdict(report, 'packets-on-several-paths')).toBeNull()
    const unasked: Change = (snapshot) => {
      const pairs = snapshot.pairs.map((pair) => ({ ...pair, nominationsPrevented: 0 }))
      return { ...stock(snapshot), pairs }
    }
    expect(verdict(reportOf({}, unasked), 'nominations-prevented')).toBeNull()
  })

  it('ask for dropped copies where the peer sends them, whatever we do', () => {
    const change: Change = (snapshot) => ({
      ...snapshot,
      mode: 'weighted',
      peerMode: 'redundant',
      duplicatesDropped: 0,
    })
    expect(verdict(reportOf({}, change), 'duplicates-dropped')).toBe(false)
    const other: Change = (snapshot) => ({ ...snapshot, peerMode: 'weighted', duplicatesDropped: 0 })
    expect(verdict(reportOf({}, other), 'duplicates-dropped')).toBeNull()
  })

  it('see no race among the paths of a stock peer, which sends over one', () => {
    const stock: Change = (snapshot) => ({ ...snapshot, peer: { ...snapshot.peer, kind: 'stock' } })
    expect(meaningOf(reportOf()).join(' ')).toContain('was first for')
    expect(meaningOf(reportOf({}, stock)).join(' ')).not.toContain('was first for')
  })

  it('credits what the paths carried by weight to weights alone, unless bulk went by room', () => {
    const report = reportOf({ mode: 'weighted' })
    const streams = (direction: 'sent' | 'received') =>
      report.streams.map((stream) => ({ ...stream, kind: 'bulk' as const, direction }))
    expect(report.streams.length).toBeGreaterThan(0)
    expect(meaningOf({ ...report, streams: streams('received') }).join(' ')).toMatch(/By weight, (the|\S+ →)/)
    expect(meaningOf({ ...report, streams: streams('sent') }).join(' ')).toContain(
      'By weight, and bulk by room, ',
    )
  })
})

describe('CSV', () => {
  const lines = (csv: string) => csv.trimEnd().split('\r\n')

  it('is tidy: one row a pair and interval, as many cells everywhere, missing is empty', () => {
    const report = reportOf()
    const [header, ...rows] = lines(reportToCsv(report))
    expect(header?.split(',')).toEqual(
      expect.arrayContaining(['session_id', 'time', 'pair', 't_s', 'pair_id', 'rtt_ms', 'sent_bps']),
    )
    expect(rows.length).toBe(report.samples.rows.length)
    const width = header?.split(',').length
    expect(new Set(rows.map((row) => row.split(',').length))).toEqual(new Set([width]))
    expect(rows[0]).toContain(',checking,,')
  })

  it('quotes user text and keeps spreadsheets from running it', () => {
    const request = { ...exampleRequest(), title: '=HYPERLINK("x"),a' }
    const [, row] = lines(reportToCsv(reportOf({}, undefined, request)))
    expect(row).toContain(`"'=HYPERLINK(""x""),a"`)
  })
})

describe('HTML', () => {
  it('is self-contained: no scripts, nothing loaded from anywhere', () => {
    const html = reportToHtml(reportOf())
    expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\son\w+=/i)
    expect(html.replaceAll('http-equiv', '')).not.toMatch(/https?:/)
    expect(html.match(/<svg viewBox/g)?.length).toBeGreaterThanOrEqual(4)
  })

  it('draws each path with colour and dash of its own, in both themes, and a key to it', () => {
    const html = reportToHtml(reportOf())
    expect(html).toContain('--p0:#0072b2')
    expect(html).toContain('--p0:#56b4e9')
    expect(html).toContain('style="stroke:var(--p1)" stroke-dasharray="6 3"')
    expect(html.match(/<path d="M[^"]+" style="stroke:var\(--p8\)/g)?.length).toBeGreaterThanOrEqual(3)
  })

  it('breaks the line where there is no data', () => {
    const html = reportToHtml(reportOf())
    const rtt = /<path d="([^"]+)" style="stroke:var\(--p0\)/.exec(html)?.[1] ?? ''
    expect(rtt.match(/M/g)?.length).toBe(2)
  })

  it('escapes whatever the user or the peer chose', () => {
    const evil = '<img src=x onerror=alert(1)>"\'&'
    const named = eachPair((pair) => ({ label: evil, remote: { ...pair.remote, interfaceName: evil } }))
    const html = reportToHtml(reportOf({}, named, { ...exampleRequest(), title: evil }))
    expect(html).not.toContain('<img')
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;')
    const markdown = reportToMarkdown(reportOf({}, named, { ...exampleRequest(), title: '<b>|' }))
    expect(markdown).not.toMatch(/<(b|img)/)
  })

  it('of a session in which nothing was measured still says so', () => {
    const html = reportToHtml(reportOf({ pairs: 0, seconds: 0 }))
    expect(html).toContain('not measured')
  })
})

describe('what this machine did not read in time', () => {
  /** Six datagrams more each second from the fifth on, by wlan0; of wwan0 the system does not tell. */
  const busy: Change = (snapshot) => ({
    ...snapshot,
    droppedUnread: [
      { interfaceName: 'eth0', datagrams: 0 },
      { interfaceName: 'wlan0', datagrams: 6 * Math.max(0, Math.floor(snapshot.atMs / 1000) - 4) },
    ],
  })
  const silent: Change = (snapshot) => ({ ...snapshot, droppedUnread: [] })
  const sentence = /^This machine was too busy to read 96 datagrams in time.*\(wlan0 96\): they count as lost/

  it('is in the totals, with its interface, and in the interval and rows that it belongs to', () => {
    const recording = recordingOf({}, busy)
    const interfaces = ['eth0', 'wlan0', 'wwan0'].map((name) => exampleInterface(name))
    if (recording.started === null) throw new Error('nothing started')
    const report = deriveReport({ ...recording, started: { ...recording.started, interfaces } })
    expect(reportSchema.safeParse(report).error).toBeUndefined()
    expect(report.totals.droppedUnread).toBe(96)
    expect(report.local.interfaces.map(({ droppedUnread }) => droppedUnread)).toEqual([0, 96, null])
    const columns = report.samples.columns
    const cells = (label: string, second: number) => {
      const id = report.pairs.find((pair) => pair.label.startsWith(`${label} →`))?.id
      const row = report.samples.rows.find(
        (each) => each[columns.indexOf('pair')] === id && each[columns.indexOf('t')] === second,
      )
      return row?.[columns.indexOf('droppedUnread')]
    }
    expect([4, 5, 6].map((second) => cells('wlan0', second))).toEqual([0, 6, 6])
    expect(cells('eth0', 6)).toBe(0)
    expect(cells('wwan0', 6)).toBe(null)
  })

  it('is a warning in every form for people, and a column of the CSV', () => {
    const report = reportOf({}, busy)
    expect(report.warnings.find(({ kind }) => kind === 'dropped-unread')?.message).toMatch(sentence)
    expect(reportToHtml(report)).toContain('too busy to read 96 datagrams in time')
    expect(reportToHtml(report)).toContain('<dt>Dropped unread</dt><dd>96</dd>')
    expect(reportToMarkdown(report)).toContain('- Dropped unread: 96\n')
    const [header = '', ...rows] = reportToCsv(report).trim().split('\r\n')
    const at = header.split(',').indexOf('dropped_unread')
    const byInterface = (name: string) =>
      rows.filter((row) => row.split(',')[4] === name).map((row) => row.split(',')[at])
    expect(new Set(byInterface('wlan0'))).toEqual(new Set(['0', '6']))
    expect(new Set(byInterface('wwan0'))).toEqual(new Set(['']))
  })

  it('is null, and not 0, where the system does not tell', () => {
    const report = reportOf({}, silent)
    expect(report.totals.droppedUnread).toBe(null)
    expect(report.warnings.map(({ kind }) => kind)).not.toContain('dropped-unread')
    expect(reportToMarkdown(report)).toContain('- Dropped unread: not told by this system\n')
  })

  it('is absent in reports that were made before it was counted, which are read all the same', () => {
    const { totals, samples, ...rest } = reportOf({}, busy)
    const { droppedUnread: _, ...counted } = totals
    const columns = samples.columns.slice(0, -1)
    const rows = samples.rows.map((row) => row.slice(0, -1))
    const read = parseReport(
      JSON.stringify({ ...rest, totals: counted, samples: { ...samples, columns, rows } }),
    )
    if (read.kind === 'problem') throw new Error(read.message)
    expect(reportToMarkdown(read.report)).not.toContain('Dropped unread:')
    expect(reportToCsv(read.report).split('\r\n')[1]).toMatch(/,$/)
  })
})

describe('records put in order', () => {
  it('are in the totals, and among the facts of every form for people', () => {
    const report = reportOf()
    expect(report.totals.records).toEqual({
      received: 400,
      reordered: 30,
      reorderingExtentMax: 3,
      held: 30,
      holdMs: { n: 30, min: 1.5, p50: 10.1, p95: 18.2, p99: 19.3, p999: null, max: 19.6 },
      gapsGivenUp: 1,
    })
    const text = '400 arrived, 30 reordered (extent 3), 30 held (p50 10.1, p99 19.3 ms), 1 gap given up'
    expect(reportToMarkdown(report)).toContain(`- Records in order: ${text}\n`)
    expect(reportToHtml(report)).toContain(`<dt>Records in order</dt><dd>${text}</dd>`)
  })

  it('are said not to have been reordered where none was, and nothing is said where none came', () => {
    const records = {
      received: 1400,
      reordered: 0,
      reorderingExtentMax: 0,
      held: 0,
      holdMs: null,
      waiting: 0,
      gapsGivenUp: 0,
    }
    const inOrder = reportOf({}, (snapshot) => ({ ...snapshot, records }))
    expect(reportToMarkdown(inOrder)).toContain('- Records in order: 1\u202f400 arrived, 0 reordered\n')
    const none = reportOf({}, (snapshot) => ({ ...snapshot, records: null }))
    expect(none.totals.records).toBe(null)
    expect(reportToMarkdown(none)).not.toContain('Records in order:')
  })

  it('are absent in reports that were made before they were measured, which are read all the same', () => {
    const { totals, ...rest } = reportOf()
    const { records: _, ...counted } = totals
    const read = parseReport(JSON.stringify({ ...rest, totals: counted }))
    if (read.kind === 'problem') throw new Error(read.message)
    expect(reportToMarkdown(read.report)).not.toContain('Records in order:')
  })
})

describe('what it means', () => {
  it('names n behind its claims', () => {
    const text = meaningOf(reportOf()).join(' ')
    expect(text).toContain('9 of 9 pairs worked')
    expect(text).toContain('Every message to the peer arrived (n = 190)')
    expect(text).toContain('eth0 → eth0 was down for 5.0 s in all (n = 1), and no message was lost by it')
    expect(text).toMatch(/was first for \d+ % of the packets that arrived here \(n = /)
  })

  it('says plainly when it never connected', () => {
    const recording = recordingOf({ seconds: 0 })
    const events = recording.events.filter(({ kind }) => kind !== 'ice-state')
    expect(meaningOf(deriveReport({ ...recording, events })).join(' ')).toContain('never connected')
  })

  it('does not praise a delivery that failed', () => {
    const lost: Change = (snapshot) => ({
      ...snapshot,
      messages: snapshot.messages.map((stream) => ({ ...stream, missing: 3 })),
    })
    const text = meaningOf(reportOf({}, lost)).join(' ')
    expect(text).toContain('3 messages to the peer are missing')
    expect(text).not.toContain('no message was lost')
  })
})

describe('a recording that somebody changed', () => {
  const forged = (change: (recording: Recording) => unknown) => {
    const recording = recordingOf()
    return checkedReport({ ...recording, ...(change(recording) as Partial<Recording>) })
  }

  it('is refused with a sentence wherever it is wrong, and never throws', () => {
    const changes: readonly ((recording: Recording) => unknown)[] = [
      ({ header }) => ({ header: { ...header, request: { settings: {} } } }),
      ({ header }) => ({ header: { ...header, session: { ...header.session, role: 'x' } } }),
      ({ started }) => ({ started: { ...started, interfaces: [null] } }),
      ({ last }) => ({ last: { ...last, peer: { kind: 'pathscope', interfaces: {} } } }),
      ({ last }) => ({ last: { ...last, pairs: last?.pairs.map((pair) => ({ ...pair, duplicates: -5 })) } }),
      () => ({ events: [{ kind: 'peer', atMs: 1, peer: null }] }),
      () => ({ events: [{ kind: 'ice-state', atMs: 1e300, state: 'connected' }] }),
    ]
    for (const change of changes) {
      const made = forged(change)
      expect(made.kind === 'problem' && made.message).toMatch(/^The recording is damaged/)
    }
    expect(forged(() => ({})).kind).toBe('ok')
  })
})

describe('a report with times that no clock shows', () => {
  it('still becomes CSV and HTML of reasonable size', () => {
    const report = reportOf()
    const first = report.samples.rows[0] ?? []
    const long: Report = {
      ...report,
      session: { ...report.session, durationSeconds: 1e300 },
      samples: { ...report.samples, rows: [[1e300, ...first.slice(1)]] },
    }
    expect(reportToCsv(long).split('\r\n')[1]).toContain(`${report.session.title},,`)
    expect(reportToHtml(long).length).toBeLessThan(200_000)
  })
})

it('with a forged length, over which the schema throws, is refused with a sentence', () => {
  const forged = {
    schema: 'pathscope.report/1',
    pairs: { length: [{ toString: '' }] },
    events: { length: [{ toString: '' }] },
  }
  const samples = { rows: { length: [{ toString: '' }] } }
  expect(parseReport(JSON.stringify({ ...forged, samples }))).toMatchObject({ kind: 'problem' })
})
