import { recordedRequest } from '../recording'
import { describe, expect, it } from 'vitest'
import { deriveReport, parseReport, reportToHtml, reportToJson, reportToMarkdown, streamsToCsv } from '.'
import type { EngineEvent, StreamSnapshot } from '../../engine'
import { headerLine, readRecording, recordingStart, toLines } from '../recording'
import { exampleOptions, exampleRequest, exampleUpdates, exampleWallMs } from '../testing'

const distribution = { n: 1500, min: 0, p50: 0.2, p95: 0.9, p99: 2.6, p999: 5.8, max: 9.1 }

const received: StreamSnapshot = {
  id: 1,
  direction: 'received',
  spec: { kind: 'voice' },
  running: true,
  by: 'peer',
  startedAtMs: 1000,
  stoppedAtMs: null,
  broken: null,
  rests: [],
  sent: 1500,
  received: 1500,
  lost: 0,
  duplicates: 2990,
  reordered: 12,
  bytes: 240_000,
  goodputBps: 64_000,
  latencyMs: distribution,
  jitterMs: 0.4,
  deliveryGapMaxMs: 41.5,
  deliveryGapIntervalMs: 20.5,
  inOrderGapMaxMs: 62.5,
  playout: {
    deadlineMs: 150,
    inOrder: 1497,
    late: 3,
    held: 11,
    holdMs: { n: 11, min: 0.1, p50: 7.7, p95: 20, p99: 23.3, p999: null, max: 23.3 },
    waiting: 0,
    gapsGivenUp: 5,
    reorderingExtentMax: 17,
  },
  overheadFactor: null,
  skipped: null,
  paths: [],
}

const broken: StreamSnapshot = {
  ...received,
  direction: 'sent',
  spec: { kind: 'cbr', rateBps: 200_000_000, sizeBytes: 1200 },
  running: false,
  by: 'us',
  stoppedAtMs: 3000,
  broken: { pairId: 2, label: 'wlan0 → eth0', sentBps: 198_400_000, lostPercent: 94.8 },
  overheadFactor: 1,
  skipped: 0,
}

const restless: StreamSnapshot = {
  ...received,
  direction: 'sent',
  spec: { kind: 'cbr', rateBps: 30_000_000, sizeBytes: 1200 },
  by: 'us',
  rests: [
    {
      pairId: 2,
      label: 'wwan0 → eth0',
      sentBps: 31_200_000,
      lostPercent: 67.123_456,
      state: 'resting',
      times: 3,
      restedMs: 42_500,
      againAtMs: 80_000,
    },
    {
      pairId: null,
      label: null,
      sentBps: 31_000_000,
      lostPercent: 40,
      state: 'over',
      times: 1,
      restedMs: 10_000,
      againAtMs: null,
    },
  ],
}

/** The report of a recording, written and read again, whose last snapshot has these streams. */
function reportOf(
  streams: readonly StreamSnapshot[],
  wantsMessages = true,
  events: readonly EngineEvent[] = [],
) {
  const asked = exampleRequest(exampleOptions)
  const messages = { ...asked.settings.messages, enabled: wantsMessages }
  const request = { ...asked, settings: { ...asked.settings, messages } }
  const lines = [
    headerLine({
      session: { id: asked.id, title: asked.title, role: asked.role },
      startedAt: new Date(exampleWallMs).toISOString(),
      app: { name: 'pathscope', version: '0.1.0' },
      request: recordedRequest(request),
    }),
  ]
  let state = recordingStart
  const told = events.map((event) => ({ kind: 'event', event }) as const)
  const all = [...exampleUpdates(exampleOptions)]
  for (const update of [...all.slice(0, -1), ...told, ...all.slice(-1)]) {
    const silent = (all: readonly { readonly direction: 'sent' | 'received' }[]) =>
      wantsMessages ? all : all.map((one) => ({ ...one, sent: 0, received: 0, missing: 0 }))
    const changed =
      update.kind === 'snapshot'
        ? {
            ...update,
            snapshot: {
              ...update.snapshot,
              streams,
              messages: silent(update.snapshot.messages) as typeof update.snapshot.messages,
            },
          }
        : update
    const next = toLines(changed, state)
    state = next.state
    lines.push(...next.lines)
  }
  const result = readRecording(lines.map((line) => JSON.stringify(line)).join('\n'))
  if (result.kind === 'problem') throw new Error(result.message)
  return deriveReport(result.recording)
}

const rowsOf = (csv: string) =>
  csv
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','))

describe('the streams of a report', () => {
  it('have in JSON what they were as they came, in order, and what that cost', () => {
    const parsed = parseReport(reportToJson(reportOf([received])))
    if (parsed.kind !== 'ok') throw new Error(parsed.message)
    expect(parsed.report.streams.find(({ kind }) => kind === 'voice')).toMatchObject({
      reordered: 12,
      deliveryGapMaxMs: 41.5,
      inOrderGapMaxMs: 62.5,
      latencyMs: { p99: 2.6, p999: 5.8 },
      playout: {
        deadlineMs: 150,
        inOrder: 1497,
        late: 3,
        held: 11,
        holdMs: { p50: 7.7 },
        gapsGivenUp: 5,
        reorderingExtentMax: 17,
      },
    })
  })

  it('tell the deadline in force at the end and those before it, of a received stream', () => {
    const change = { kind: 'stream-deadline', direction: 'received', spec: { kind: 'voice' } } as const
    const events: EngineEvent[] = [
      { ...change, atMs: 12_345.6, id: 1, wasMs: 80, deadlineMs: 0 },
      { ...change, atMs: 13_000, id: 2, wasMs: 150, deadlineMs: 20 },
      { ...change, atMs: 14_000, id: 1, wasMs: 0, deadlineMs: 150 },
    ]
    const report = reportOf([received, { ...restless, id: 1 }], true, events)
    const of = (direction: string) =>
      report.streams.find((stream) => stream.kind !== 'messages' && stream.direction === direction)?.playout
    expect(of('received')).toMatchObject({
      deadlineMs: 150,
      deadlineChanges: [
        { t: 12.346, fromMs: 80, toMs: 0 },
        { t: 14, fromMs: 0, toMs: 150 },
      ],
    })
    expect(of('sent')?.deadlineChanges).toBeNull()
    expect(parseReport(reportToJson(report)).kind).toBe('ok')
    for (const text of [reportToHtml(report), reportToMarkdown(report)])
      expect(text).toContain('150 (80 until 00:00:12, 0 until 00:00:14)')
    const [header = [], ...rows] = rowsOf(streamsToCsv(report))
    const changes = rows.map((row) => row[header.indexOf('playout_deadline_changes')])
    expect(changes.filter((cell) => cell !== '')).toEqual(['2'])
    expect(reportOf([received]).streams.at(-1)?.playout?.deadlineChanges).toEqual([])
  })

  it('have the same in CSV, one row each and as many cells in each', () => {
    const [header = [], ...rows] = rowsOf(streamsToCsv(reportOf([received, broken])))
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([header.length]))
    const of = (stream: string, name: string) =>
      rows.find((row) => row[header.indexOf('stream')] === stream)?.[header.indexOf(name)]
    expect(of('voice', 'latency_p999_ms')).toBe('5.8')
    expect(of('voice', 'in_order_gap_max_ms')).toBe('62.5')
    expect(of('voice', 'hold_p50_ms')).toBe('7.7')
    expect(of('voice', 'hold_p999_ms')).toBe('')
    expect(of('voice', 'reordering_extent_max')).toBe('17')
    expect(of('voice', 'broken_path')).toBe('')
    expect(of('cbr:200mbit', 'broken_path')).toBe('wlan0 → eth0')
    expect(of('cbr:200mbit', 'broken_lost_percent')).toBe('94.8')
    expect(of('messages', 'playout_held')).toBe('')
  })

  it('have the same for people, in HTML and Markdown', () => {
    const report = reportOf([received])
    for (const text of [reportToHtml(report), reportToMarkdown(report)])
      for (const figure of [
        'p99.9',
        '5.8',
        'Reordering extent',
        '17',
        'Hold p50',
        '7.7',
        'Late',
        'Longest gap in order',
      ])
        expect(text).toContain(figure)
  })

  it('say of one that the circuit breaker stopped with what rate, path and loss, and not that somebody stopped it', () => {
    const report = reportOf([broken])
    for (const text of [reportToHtml(report), reportToMarkdown(report)]) {
      expect(text).toContain('by the breaker: 198.40 Mbit/s over wlan0 → eth0, 94.80 % lost')
      expect(text).not.toMatch(/\b(here|by the peer) at /)
    }
    const stopped = reportToMarkdown(reportOf([{ ...broken, broken: null }]))
    expect(stopped).toMatch(/here at /)
  })

  it('say which paths rested for one, how often and long and why, in every form', () => {
    const report = reportOf([received, restless])
    const [, , first, second] = report.streams
    expect(first?.rests).toEqual([])
    expect(second?.rests).toEqual([
      { pair: 2, path: 'wwan0 → eth0', times: 3, seconds: 42.5, sentBps: 31_200_000, lostPercent: 67.123 },
      { pair: null, path: null, times: 1, seconds: 10, sentBps: 31_000_000, lostPercent: 40 },
    ])
    for (const text of [reportToHtml(report), reportToMarkdown(report)])
      expect(text).toContain('wwan0 → eth0 rested 3 times, 43 s in all: 31.20 Mbit/s, 67.12 % lost')
    const [header = [], ...rows] = rowsOf(streamsToCsv(report))
    const row = rows.find((one) => one[header.indexOf('stream')] === 'cbr:30mbit') ?? []
    expect(row[header.indexOf('rested_paths')]).toBe('wwan0 → eth0; unknown')
    expect(row[header.indexOf('rests')]).toBe('4')
    expect(row[header.indexOf('rested_s')]).toBe('52.5')
  })

  it('ask for no messages where none were wanted, in every form', () => {
    const report = reportOf([received], false)
    const check = report.checks.find(({ id }) => id === 'messages-complete')
    expect(check).toMatchObject({ passed: null, detail: 'No messages were asked for, and none was sent.' })
    for (const text of [reportToHtml(report), reportToMarkdown(report)])
      expect(text).toMatch(
        /does not apply[^\n]*?No messages were asked for|messages-complete[^\n]*does not apply/,
      )
  })
})
