import { recordedRequest } from '.'
import { createFakeWorld, fakeLinks } from '../../../test/fake/world'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PairSnapshot } from '../../engine'
import { headerLine, readRecording, recordingStart, sampleIntervalMs, toLines, type RecordingLine } from '.'
import {
  exampleOptions,
  exampleRequest,
  exampleSnapshot,
  exampleUpdates,
  exampleWallMs,
  type ExampleOptions,
} from '../testing'

const request = exampleRequest()
const header = headerLine({
  session: { id: request.id, title: request.title, role: request.role },
  startedAt: new Date(exampleWallMs).toISOString(),
  app: { name: 'pathscope', version: '0.1.0' },
  request: recordedRequest(request),
})

it('a recording names TURN servers and holds nothing of the accounts on them', () => {
  const turn = [{ url: 'turn:relay.example', username: 'ann', password: 's3cret' }]
  const asked = recordedRequest({ ...request, turn })
  expect(asked.turn).toEqual(['turn:relay.example'])
  expect(JSON.stringify(asked)).not.toMatch(/ann|s3cret/)
})

function record(options: ExampleOptions): readonly RecordingLine[] {
  const lines = [header]
  let state = recordingStart
  for (const update of exampleUpdates(options)) {
    const next = toLines(update, state)
    lines.push(...next.lines)
    state = next.state
  }
  return lines
}

const asText = (lines: readonly RecordingLine[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('')

function read(text: string) {
  const result = readRecording(text)
  if (result.kind === 'problem') throw new Error(result.message)
  return result.recording
}

describe('a recording', () => {
  it('gives back the last snapshot whole, every event and the end', () => {
    const recording = read(asText(record(exampleOptions)))
    expect(withoutRtt(recording.last)).toEqual(withoutRtt(roundedTo3(exampleSnapshot(20))))
    expect(recording.events.map((event) => event.kind)).toEqual([
      'gathering-state',
      'ice-state',
      'pair-state',
      'ice-state',
      'channel-state',
      'pair-state',
      'pair-state',
      'ended',
    ])
    expect(recording.end).toEqual({ atMs: 20_000, reason: 'done', detail: null })
    expect(recording.warnings).toEqual([])
    expect(recording.header.session.title).toBe('Studio to venue')
  })

  it('tells what was dropped unread when it changes, and of none where the system did not tell', () => {
    const lines = record(exampleOptions)
    expect(lines.filter(({ l }) => l === 'unread')).toHaveLength(1)
    const second = lines.map(({ l }) => l).lastIndexOf('sample')
    const dropped = [{ interfaceName: 'eth0', datagrams: 3 }]
    const later = read(asText([...lines.slice(0, second), { l: 'unread', dropped }, ...lines.slice(second)]))
    expect(later.last?.droppedUnread).toEqual(dropped)
    expect(later.series.at(-2)?.droppedUnread).toEqual(exampleSnapshot(20).droppedUnread)
    const before = read(asText(lines.filter(({ l }) => l !== 'unread')))
    expect(before.last?.droppedUnread).toEqual([])
  })

  it('of a made-up count of what was dropped unread says that the line is damaged', () => {
    for (const made of [{}, [{ interfaceName: 'eth0', datagrams: -1 }], [{ datagrams: 1 }], ['eth0', 1]]) {
      const line = { l: 'unread', dropped: made } as unknown as RecordingLine
      const { warnings } = read(asText([header, line, ...record(exampleOptions).slice(1)]))
      expect(warnings.map(({ kind }) => kind)).toEqual(['recording-damaged'])
    }
  })

  it('has one sample a second, with the median round trip of that second', () => {
    const recording = read(asText(record(exampleOptions)))
    expect(recording.series.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 21 }, (_, at) => at * 1000))
    const medians = [1.2, 1.4, 1.6, 1.8, 2].map((second) => rttOf(second)).sort((a, b) => a - b)
    expect(recording.series[2]?.pairs[0]?.rttIntervalMs).toBeCloseTo(medians[2] ?? 0, 3)
  })

  it('has what records were put in order, and of none where it was made before that was measured', () => {
    const lines = record(exampleOptions)
    expect(exampleSnapshot(20).records).toMatchObject({ reordered: 30, holdMs: { n: 30, p50: 10.1 } })
    expect(read(asText(lines)).last?.records).toEqual(exampleSnapshot(20).records)
    const early = read(asText(record({ ...exampleOptions, seconds: 0 })))
    expect(early.last?.records).toBe(null)
    const older = lines.map((line) => {
      if (line.l !== 'columns') return line
      return { ...line, session: line.session.map((name) => name.replace(/^records\..*/, 'unknown')) }
    })
    const before = read(asText(older))
    expect(before.last?.atMs).toBe(20_000)
    expect(before.last?.records).toBe(null)
    expect(before.warnings).toEqual([])
  })

  it('has of each stream the longest gap since the sample before, and none where none was told', () => {
    const world = createFakeWorld({ links: fakeLinks, crossed: false })
    world.streams.start('received', { kind: 'voice' }, 'peer', 0)
    const gaps: Readonly<Record<number, number>> = { 2400: 170, 2800: 90, 3000: 20 }
    let state = recordingStart
    const lines = [header]
    for (let atMs = 2000; atMs <= 4000; atMs += 200) {
      const { streams, ...rest } = world.snapshot(atMs)
      const told = streams.map((each) => ({ ...each, deliveryGapIntervalMs: gaps[atMs] ?? null }))
      const next = toLines({ kind: 'snapshot', snapshot: { ...rest, streams: told } }, state)
      lines.push(...next.lines)
      state = next.state
      const gap = read(asText(lines)).last?.streams[0]?.deliveryGapIntervalMs
      if (atMs % 1000 === 0) expect([atMs, gap]).toEqual([atMs, { 2000: null, 3000: 170, 4000: null }[atMs]])
    }
  })

  it('keeps pairs that are listed no more as they were last, also when samples are rare', () => {
    const world = createFakeWorld({ links: fakeLinks, crossed: false })
    world.streams.start('received', { kind: 'voice' }, 'peer', 0)
    let state = recordingStart
    const lines = [header]
    const lastSeen = new Map<number, [sent: PairSnapshot['sent'], atMs: number]>()
    for (let atMs = 2000; atMs <= 30_000; atMs += 200) {
      const whole = world.snapshot(atMs)
      const isListed = (id: number) => id > (atMs - 2000) / 5000
      const pairs = whole.pairs.filter(({ id }) => isListed(id))
      for (const { id, sent } of pairs) lastSeen.set(id, [sent, atMs])
      const streams = whole.streams.map((stream) => ({
        ...stream,
        paths: whole.pairs
          .filter(({ id }) => isListed(id))
          .map(({ id }) => ({ pairId: id, packets: atMs + id, bytes: atMs, firstArrivals: atMs - id })),
      }))
      // A file of 300 MB gets a sample every 10 s.
      const next = toLines({ kind: 'snapshot', snapshot: { ...whole, pairs, streams } }, state, 300e6)
      lines.push(...next.lines)
      state = next.state
    }
    const { last, series, pairsLeftOut } = read(asText(lines))
    expect(series.at(-1)?.pairs.map(({ id }) => id)).not.toContain(1)
    expect(last?.pairs.map(({ id }) => id)).toEqual([...lastSeen.keys()])
    const gone = [...lastSeen].filter(([, [, seenMs]]) => seenMs < 30_000)
    expect(gone.length).toBeGreaterThan(1)
    for (const [id, [sent, seenMs]] of gone) {
      expect(last?.pairs.find((pair) => pair.id === id)?.sent).toEqual(sent)
      expect(last?.streams[0]?.paths.find(({ pairId }) => pairId === id)?.packets).toBe(seenMs + id)
    }
    expect(pairsLeftOut).toBe(0)
  })

  it('writes of pairs that go no more than these, however many stay', () => {
    const snapshot = exampleSnapshot(20)
    const [pair] = snapshot.pairs
    let state = recordingStart
    let written = 0
    for (let step = 0; step < 200; step += 1) {
      const pairs = Array.from({ length: 500 }, (_, at) => ({ ...(pair as PairSnapshot), id: step + at + 1 }))
      const next = toLines(
        { kind: 'snapshot', snapshot: { ...snapshot, atMs: 200 * step, pairs } },
        state,
        300e6,
      )
      if (step > 0) written += asText(next.lines.filter(({ l }) => l !== 'sample')).length
      state = next.state
    }
    expect(written / 199).toBeLessThan(2000)
  })

  it('gives back the latest 1024 of pairs without end, and tells how many it leaves out', () => {
    const snapshot = exampleSnapshot(20)
    const [pair] = snapshot.pairs
    let state = recordingStart
    const lines = [header]
    for (let id = 1; id <= 1100; id += 1) {
      const pairs = pair === undefined ? [] : [{ ...pair, id }]
      const next = toLines({ kind: 'snapshot', snapshot: { ...snapshot, atMs: 1000 * id, pairs } }, state)
      lines.push(...next.lines)
      state = next.state
    }
    const { last, pairsLeftOut } = read(asText(lines))
    expect(last?.pairs.map(({ id }) => id)).toEqual(Array.from({ length: 1025 }, (_, at) => 76 + at))
    expect(pairsLeftOut).toBe(75)
  })

  it('loses at most the last second when it breaks off anywhere', () => {
    const whole = asText(record({ ...exampleOptions, ends: false }))
    const { last, end, warnings } = read(whole.slice(0, -20))
    expect(end).toBeNull()
    expect(last?.atMs).toBe(19_000)
    expect(warnings).toEqual([
      {
        atMs: null,
        kind: 'recording-cut',
        message: 'The last line of the recording is cut off and was left out.',
      },
    ])
  })

  it('is read past unreadable lines, which are counted in a warning', () => {
    const lines = asText(record(exampleOptions)).split('\n')
    lines.splice(
      10,
      0,
      '{"l":"sample","atMs":"now"}',
      '\u0000\u0000',
      '{"l":"sample","atMs":1,"s":[],"m":[],"p":[[1]]}',
    )
    const { last, warnings } = read(lines.join('\n'))
    expect(last?.atMs).toBe(20_000)
    expect(warnings.map(({ message }) => message)).toEqual([
      '3 unreadable lines of the recording were left out.',
    ])
  })

  it('is read by a version that does not know some of its lines', () => {
    const { warnings, last } = read(`${asText(record(exampleOptions))}{"l":"speed-test","rateBps":1}\n`)
    expect(warnings).toEqual([])
    expect(last).not.toBeNull()
  })

  it('of another kind is refused with a sentence', () => {
    for (const [text, said] of [
      ['', 'empty'],
      ['hello', 'not a recording'],
      ['{"l":"header","schema":"pathscope.recording/1"}', 'not a recording'],
      ['{"l":"header","schema":"pathscope.recording/7"}', 'newer Pathscope'],
    ]) {
      const result = readRecording(text ?? '')
      expect(result.kind === 'problem' && result.message).toContain(said)
    }
  })

  it('never makes the reader throw', () => {
    const lines = asText(record({ ...exampleOptions, seconds: 2 })).split('\n')
    const edits = fc.array(fc.tuple(fc.nat(), fc.json()), { maxLength: 5 })
    fc.assert(
      fc.property(edits, fc.nat(), (changes, cut) => {
        const changed = [...lines]
        for (const [at, json] of changes) changed[1 + (at % (lines.length - 1))] = json
        const text = changed.join('\n')
        expect(readRecording(text.slice(0, 500 + (cut % text.length))).kind).toMatch(/ok|problem/)
      }),
    )
  })
})

describe('its size', () => {
  const bytesAnHour = (pairs: number) => {
    const size = (seconds: number) => asText(record({ ...exampleOptions, pairs, seconds })).length
    return ((size(70) - size(10)) / 60) * 3600
  }

  it('is within what is stated for 9 and for 32 pairs', () => {
    expect(bytesAnHour(9)).toBeLessThan(12e6)
    expect(bytesAnHour(32)).toBeLessThan(40e6)
  })

  it('is held by sampling more seldom with many pairs and in a large file', () => {
    expect(sampleIntervalMs(64, 0)).toBe(1000)
    expect(sampleIntervalMs(65, 0)).toBe(2000)
    expect(sampleIntervalMs(1024, 0)).toBe(16_000)
    expect([63e6, 64e6, 128e6, 256e6].map((bytes) => sampleIntervalMs(9, bytes))).toEqual([
      1000, 2000, 5000, 10_000,
    ])
  })

  it('does not grow without bound in the reader either', () => {
    const lines: RecordingLine[] = [...record({ ...exampleOptions, seconds: 1, ends: false })]
    const sample = lines.find((line) => line.l === 'sample')
    if (sample?.l !== 'sample') throw new Error('no sample')
    for (let second = 2; second < 6_000; second += 1) lines.push({ ...sample, atMs: second * 1000 })
    const { series, last } = read(asText(lines))
    expect(series.length).toBeLessThan(5_000)
    expect(series.length * 9).toBeLessThanOrEqual(40_009)
    expect(series.at(-1)?.atMs).toBe(5_999_000)
    expect(last?.atMs).toBe(5_999_000)
    const steps = series.slice(1, -1).map(({ atMs }, at) => atMs - (series[at]?.atMs ?? 0))
    expect(new Set(steps).size).toBeLessThanOrEqual(2)
  })
})

/** A sample's round trip is the median of a second. */
function withoutRtt(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner: unknown) => (key === 'rttIntervalMs' ? null : inner)))
}

function rttOf(second: number): number {
  return exampleSnapshot(second).pairs[0]?.rttIntervalMs ?? 0
}

/** Numbers as the file keeps them. */
function roundedTo3(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'number' ? Math.round(inner * 1000) / 1000 : inner,
    ),
  )
}

describe('numbers that no session measures', () => {
  it('make their line unreadable and no other: infinite counts, times outside all calendars', () => {
    const lines = record(exampleOptions).map((line) => JSON.stringify(line))
    const at = (kind: string) => lines.map((line) => line.startsWith(`{"l":"${kind}"`)).lastIndexOf(true)
    const changed = [...lines]
    changed[at('sample')] = (lines[at('sample')] ?? '').replace(
      /"p":\[\[(\d+),"up",[^,]*,/,
      '"p":[[$1,"up",1e999,',
    )
    changed[at('end')] = '{"l":"end","atMs":1e308,"reason":"done","detail":null}'
    changed[at('event')] = '{"l":"event","event":{"kind":"ice-state","state":"closed","atMs":1e300}}'
    const [whole, read] = [readRecording(lines.join('\n')), readRecording(changed.join('\n'))]
    if (whole.kind === 'problem' || read.kind === 'problem') throw new Error('not read')
    expect(changed[at('sample')]).toContain('1e999')
    expect(read.recording.end).toBeNull()
    expect(read.recording.events.length).toBe(whole.recording.events.length - 1)
    expect(read.recording.last?.atMs).toBeLessThan(whole.recording.last?.atMs ?? 0)
  })
})
