import { recordedRequest } from '../../shared/recording'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createFakeWorld, fakeEvents, fakeInterfaces, fakeLinks } from '../../../test/fake/world'
import { openRecording } from '../../runtime'
import { parseReport } from '../../shared/report'
import { exportReport } from './export-report'
import { sessionRequest } from './session-request'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pathscope-export-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A recording as a session leaves it, or as a killed process does. */
async function record(whole: boolean): Promise<string> {
  const request = sessionRequest({
    role: 'offerer',
    title: 'Studio: to/venue',
    interfaces: null,
    stun: [],
    turn: [],
    mode: 'redundant',
    use: 'auto',
    messages: { enabled: true, ratePerSecond: 1, sizeBytes: 128 },
    streams: [],
    reconnectFor: 300,
    sockets: { binding: 'device', ports: null },
  })
  const opened = openRecording({
    dir: join(folder, 'sessions'),
    header: {
      session: { id: request.id, title: request.title, role: request.role },
      startedAt: new Date(2026, 10, 22, 14, 3, 51).toISOString(),
      app: { name: 'Pathscope', version: '0.1.0' },
      request: recordedRequest(request),
    },
    onWarning: () => {},
  })
  if (opened.kind !== 'opened') throw new Error(opened.message)
  const world = createFakeWorld({ links: fakeLinks, crossed: false })
  const { recording } = opened
  recording.append({ kind: 'started', wallMs: 1, appVersion: '0.1.0', os: 'x', interfaces: fakeInterfaces })
  for (let atMs = 200; atMs <= 5000; atMs += 200)
    recording.append({ kind: 'snapshot', snapshot: world.snapshot(atMs) })
  for (const update of fakeEvents({ links: fakeLinks, crossed: false }, 5000)) recording.append(update)
  if (whole) recording.append({ kind: 'ended', atMs: 5000, reason: 'done', detail: null })
  await recording.close()
  return recording.path
}

it('writes every format asked for into the folder, named by title and time', async () => {
  const recording = await record(true)
  const reports = join(folder, 'new', 'reports')
  const result = exportReport(recording, reports, ['json', 'csv', 'html', 'md'])
  if (!result.ok) throw new Error(result.error.message)
  expect(result.value.folder).toBe(reports)
  expect(result.value.files).toContain('Studio to venue 2026-11-22 14.03.51.json')
  expect(readdirSync(reports).sort()).toEqual([...result.value.files].sort())
  const parsed = parseReport(readFileSync(join(reports, 'Studio to venue 2026-11-22 14.03.51.json'), 'utf8'))
  expect(parsed.kind).toBe('ok')
})

it('makes a report of a session that is still running or was killed', async () => {
  const result = exportReport(await record(false), folder, ['json'])
  if (!result.ok) throw new Error(result.error.message)
  const parsed = parseReport(readFileSync(join(folder, result.value.files[0] ?? ''), 'utf8'))
  expect(parsed.kind).toBe('ok')
})

it('says what is wrong when the folder cannot be written to, or the recording is gone', async () => {
  const recording = await record(true)
  writeFileSync(join(folder, 'file'), '')
  const blocked = exportReport(recording, join(folder, 'file', 'reports'), ['json'])
  expect(blocked).toMatchObject({ ok: false, error: { kind: 'file' } })
  const gone = exportReport(join(folder, 'nowhere.pathscope'), folder, ['json'])
  expect(gone).toMatchObject({ ok: false, error: { kind: 'file' } })
})
