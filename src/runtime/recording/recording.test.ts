import { recordedRequest } from '../../shared/recording'
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeFolder, openRecording, readRecordingFile, safeTitle, type OpenedRecording } from '.'
import { exampleOptions, exampleRequest, exampleUpdates, exampleWallMs } from '../../shared/testing'

let dir = ''
let warnings: string[] = []
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'recording-'))
  warnings = []
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const request = exampleRequest()
const header = {
  session: { id: request.id, title: request.title, role: request.role },
  startedAt: new Date(exampleWallMs).toISOString(),
  app: { name: 'pathscope', version: '0.1.0' },
  request: recordedRequest(request),
}

function open(into = dir, title = request.title): OpenedRecording {
  const session = { ...header.session, title }
  const onWarning = ({ kind }: { kind: string }) => warnings.push(kind)
  const result = openRecording({ dir: into, header: { ...header, session }, onWarning })
  if (result.kind === 'failed') throw new Error(result.message)
  return result.recording
}

describe('a folder', () => {
  it('is made with those above it, left as it is, or refused, but always comes back', () => {
    makeFolder(join(dir, 'a', 'b', 'c'))
    makeFolder(join(dir, 'a', 'b', 'c'))
    expect(existsSync(join(dir, 'a', 'b', 'c'))).toBe(true)
    writeFileSync(join(dir, 'file'), '')
    expect(() => makeFolder(join(dir, 'file'))).toThrow('EEXIST')
    expect(() => makeFolder(join(dir, 'file', 'x'))).toThrow('ENOTDIR')
    if (existsSync('/proc/self')) expect(() => makeFolder('/proc/none/x')).toThrow('ENOENT')
  })
})

describe('a recording file', () => {
  it('is named after title and time, made with its folder, and read back', async () => {
    const recording = open(join(dir, 'a', 'b'))
    for (const update of exampleUpdates()) recording.append(update)
    await recording.close()
    expect(recording.path).toMatch(/Studio to venue 2026-11-\d\d \d\d\.\d\d\.39\.pathscope$/)
    const result = readRecordingFile(recording.path)
    expect(result.kind === 'ok' && result.recording.last?.atMs).toBe(20_000)
    expect(result.kind === 'ok' && result.recording.warnings).toEqual([])
  })

  it('has everything but the last second in it while it is still open', () => {
    const recording = open()
    for (const update of exampleUpdates({ ...exampleOptions, seconds: 5, ends: false })) {
      recording.append(update)
      if (update.kind !== 'snapshot') continue
      const result = readRecordingFile(recording.path)
      const behind = update.snapshot.atMs - (result.kind === 'ok' ? (result.recording.last?.atMs ?? -1) : -1)
      expect(behind).toBeLessThan(1000)
    }
  })

  it('never touches an older one of the same name', () => {
    const [first, second] = [open(), open()]
    expect(second.path).not.toBe(first.path)
    expect(readdirSync(dir).length).toBe(2)
  })

  it('is not readable by other users', () => {
    expect(statSync(open().path).mode & 0o077).toBe(0)
  })

  it('takes any title', () => {
    for (const title of [
      '../../etc/passwd',
      'a/b\\c:d*?"<>|',
      '...',
      '',
      'x'.repeat(500),
      '\u202egnp.exe',
      'Ж '.repeat(90),
    ]) {
      expect(existsSync(open(dir, title).path)).toBe(true)
    }
    expect(safeTitle('../../etc/passwd')).toBe('etc passwd')
    expect(safeTitle(' . ')).toBe('Pathscope')
  })

  it('that cannot be made is a sentence', () => {
    writeFileSync(join(dir, 'file'), '')
    const result = openRecording({ dir: join(dir, 'file'), header, onWarning: () => undefined })
    expect(result.kind === 'failed' && result.message).toContain('cannot be written')
  })

  it('of which lines are cut is read as far as it goes', async () => {
    const recording = open()
    for (const update of exampleUpdates()) recording.append(update)
    await recording.close()
    truncateSync(recording.path, Math.floor(statSync(recording.path).size / 2))
    const result = readRecordingFile(recording.path)
    expect(result.kind === 'ok' && result.recording.end).toBeNull()
    expect(result.kind === 'ok' && result.recording.last?.pairs.length).toBe(9)
  })

  it('that is not there, is a folder or is noise is a sentence', () => {
    writeFileSync(join(dir, 'noise'), Buffer.alloc(3 << 20, 0xfe))
    for (const path of [join(dir, 'none'), dir, join(dir, 'noise')]) {
      expect(readRecordingFile(path).kind).toBe('problem')
    }
  })
})

describe('a full disk', () => {
  const canMount = process.platform === 'linux' && process.getuid?.() === 0 && tryMount()

  function tryMount(): boolean {
    const probe = mkdtempSync(join(tmpdir(), 'mount-'))
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe], { stdio: 'ignore' })
      execFileSync('umount', [probe], { stdio: 'ignore' })
      return true
    } catch {
      return false
    } finally {
      rmSync(probe, { recursive: true, force: true })
    }
  }

  it.skipIf(!canMount)('that has no room for the header leaves no file and is told as a failure', () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', dir])
    try {
      writeFileSync(join(dir, 'fill'), Buffer.alloc(64 << 10))
      expect(() => open(dir)).toThrow('the disk is full')
      expect(readdirSync(dir)).toEqual(['fill'])
    } finally {
      execFileSync('umount', ['-l', dir])
    }
  })

  it.skipIf(!canMount)('is warned of once, and the file is whole again when there is room', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', dir])
    try {
      const filler = join(dir, 'filler')
      writeFileSync(filler, Buffer.alloc(232_000))
      const recording = open()
      const updates = [...exampleUpdates()]
      for (const update of updates) {
        if (update.kind === 'snapshot' && update.snapshot.atMs === 15_000) rmSync(filler)
        recording.append(update)
      }
      await recording.close()
      expect(warnings).toEqual(['recording-failed', 'recording-resumed'])
      const result = readRecordingFile(recording.path)
      expect(result.kind === 'ok' && result.recording.series.length).toBe(21)
      expect(readFileSync(recording.path, 'utf8')).toContain('"l":"end"')
    } finally {
      execFileSync('umount', ['-l', dir])
    }
  })
})
