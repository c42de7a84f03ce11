import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { encodePaste } from '../runtime'
import { reportSchema } from '../shared/report'
import type { SessionOrder } from '../shared/session'
import { runCommandLine } from './run'
import {
  exampleSession,
  fakeSurroundings,
  type FakeOptions,
  type FakeSession,
  type FakeSurroundings,
} from './testing'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cli-'))
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(dir, { recursive: true, force: true })
})

const at = (name: string) => join(dir, name)
const sdp = 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n'
const texts = { offer: encodePaste({ type: 'offer', sdp }), answer: encodePaste({ type: 'answer', sdp }) }

function start(line: string, options: Partial<FakeOptions> = {}) {
  const around = fakeSurroundings({ sessionsDir: at('sessions'), behave: exampleSession, ...options })
  const status = runCommandLine(line.split(' '), around)
  return { around, status }
}

const recordings = (folder: string) =>
  existsSync(at(folder)) ? readdirSync(at(folder)).filter((name) => name.endsWith('.pathscope')) : []

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1000 && !condition(); turn += 1) await Promise.resolve()
  expect(condition()).toBe(true)
}

describe('offer', () => {
  it('prints the offer, takes the answer from a pipe, and leaves report, summary and status 0', async () => {
    const { around, status } = start(`offer --report ${at('out')} --format json,csv,html,md`)
    around.type(texts.answer.json)
    expect(await status).toBe(0)
    expect(around.out.stdout.split('\n')[0]).toBe('{"type":"offer","sdp":"v=0"}')
    expect(around.out.stdout).toContain('passed  pairs-active')
    expect(around.sessions[0]?.orders).toEqual([{ kind: 'paste', text: texts.answer.json }])
    expect(readdirSync(at('out')).sort().slice(1)).toEqual([
      'report.csv',
      'report.html',
      'report.json',
      'report.md',
      'report.streams.csv',
    ])
    const report = reportSchema.parse(JSON.parse(readFileSync(at('out/report.json'), 'utf8')))
    expect(report.session.complete).toBe(true)
    expect(recordings('out').length).toBe(1)
    expect(around.reading()).toBeUndefined()
  })

  it('wishes of paths what options and config say, and tells of what is not there', async () => {
    writeFileSync(at('config'), '{"cap": ["usb0=1mbit"], "exclude": ["eth0"]}')
    const { around, status } = start(`offer --exclude wlan0/eth0 --config ${at('config')}`)
    around.type(texts.answer.json)
    await status
    const commands = around.sessions[0]?.orders.filter(({ kind }) => kind === 'command')
    expect(commands).toMatchObject([{ command: { kind: 'include-pair', included: false } }])
    expect(around.out.stderr.match(/warning: there is no path usb0 to cap so far\./g)).toHaveLength(1)
  })

  it('prints a digest in the asked interval on standard error', async () => {
    const { around, status } = start('offer --stats 4s')
    around.type(texts.answer.compact)
    await status
    expect(around.out.stderr.match(/^\d\d:\d\d:\d\d {2}connected/gm)?.length).toBe(5)
    expect(around.out.stderr).toContain('eth0 → eth0: down, no reply for 170 ms.')
  })

  it('keeps its recording in the data folder when no report is asked for', async () => {
    const { around, status } = start('offer')
    around.type(texts.answer.json)
    expect(await status).toBe(0)
    expect(recordings('sessions').length).toBe(1)
    expect(around.out.stdout).toContain(`recording: ${at('sessions')}`)
  })

  it('leaves nothing of a session whose offer cannot be written, whatever is in the way, and answers 2', async () => {
    writeFileSync(at('file'), '')
    for (const [out, why] of [
      [at('.'), 'it is a folder'],
      [at('file/offer'), 'a file'],
    ] as const) {
      const { around, status } = start(`offer --report ${at('out')} --offer-out ${out}`)
      expect(await status).toBe(2)
      expect(around.out.stderr).toContain('cannot be written')
      expect(around.out.stderr).toContain(why)
      expect(existsSync(at('out'))).toBe(false)
    }
  })

  it('hands over by files: written whole, an older answer passed over', async () => {
    vi.useFakeTimers()
    writeFileSync(at('answer'), encodePaste({ type: 'answer', sdp: `${sdp}a=old:1\r\n` }).json)
    const { around, status } = start(`offer --offer-out ${at('offer')} --answer-in ${at('answer')}`)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(JSON.parse(readFileSync(at('offer'), 'utf8'))).toEqual({ type: 'offer', sdp: 'v=0' })
    expect(around.sessions[0]?.orders).toEqual([])
    writeFileSync(at('answer'), texts.answer.json.slice(0, 30))
    await vi.advanceTimersByTimeAsync(1000)
    expect(around.sessions[0]?.orders).toEqual([])
    writeFileSync(at('answer'), texts.answer.json)
    await vi.advanceTimersByTimeAsync(1000)
    expect(await status).toBe(0)
    expect(around.sessions[0]?.orders).toEqual([{ kind: 'paste', text: texts.answer.json }])
    expect(around.out.stdout).not.toContain('"sdp"')
    expect(readdirSync(dir).sort()).toEqual(['answer', 'offer', 'sessions'])
  })

  it('gives up a file that stays cut, with status 4', async () => {
    vi.useFakeTimers()
    writeFileSync(at('offer'), texts.offer.json.slice(0, 30))
    const { around, status } = start(`answer --offer-in ${at('offer')}`)
    await vi.advanceTimersByTimeAsync(8000)
    expect(await status).toBe(4)
    expect(around.out.stderr).toContain('The end of the text is missing')
    expect(around.sessions).toEqual([])
  })
})

describe('an unusable text from a pipe', () => {
  for (const [name, text, said] of [
    ['noise', 'hello', 'no offer or answer in this text'],
    ['2 MB of noise', '{"a":['.repeat(350_000), 'too long'],
    ['nothing', '', 'Nothing was pasted'],
    ['JSON of another kind', '{"name":"x"}', 'not an offer or answer'],
    ['a cut text', texts.offer.json.slice(0, -9), 'end of the text is missing'],
  ] as const) {
    for (const command of ['offer', 'answer']) {
      it(`ends ${command} with status 4 and leaves nothing: ${name}`, async () => {
        const { around, status } = start(`${command} --report ${at('out')}`)
        around.type(text)
        around.endInput()
        expect(await status).toBe(4)
        expect(around.out.stderr).toContain(said)
        expect(existsSync(at('out'))).toBe(false)
        expect(around.sessions.every(({ terminated }) => terminated)).toBe(true)
      })
    }
  }

  it('that only the session can refuse ends the same', async () => {
    const behave = (session: FakeSession, order: SessionOrder | undefined) => {
      if (order?.kind !== 'paste') return exampleSession(session, order)
      const problem = { kind: 'wrong-type', message: 'This is an offer, but an answer belongs here.' }
      return session.tell({ kind: 'paste-refused', problem })
    }
    const { around, status } = start('offer', { behave })
    around.type(texts.offer.json)
    expect(await status).toBe(4)
    expect(around.out.stderr).toContain('but an answer belongs here')
    expect(recordings('sessions')).toEqual([])
  })
})

describe('at a terminal', () => {
  it('reads raw, shows a count and not the text, and lets a refused paste be tried again', async () => {
    const { around, status } = start('answer', { terminal: true })
    await until(() => around.reading() === 'raw')
    around.type('\u001b[200~hello\r\r\u001b[201~')
    expect(around.out.stderr).toContain('Paste again')
    for (const piece of texts.offer.json.match(/.{1,20}/g) ?? []) around.type(piece)
    expect(await status).toBe(0)
    expect(around.out.stderr).toContain('characters so far')
    expect(around.out.stderr).not.toContain('IN IP4 0.0.0.0')
    expect(around.reading()).toBeUndefined()
    expect(around.sessions[0]?.orders[0]).toEqual({ kind: 'paste', text: texts.offer.json })
  })

  it('asks again when the session refuses the text', async () => {
    let refusals = 0
    const behave = (session: FakeSession, order: SessionOrder | undefined) => {
      if (order?.kind !== 'paste' || refusals > 0) return exampleSession(session, order)
      refusals += 1
      return session.tell({
        kind: 'paste-refused',
        problem: { kind: 'own', message: 'This is your own offer.' },
      })
    }
    const { around, status } = start('offer', { terminal: true, behave })
    await until(() => around.reading() === 'raw')
    around.type(texts.offer.json)
    await until(() => around.out.stderr.includes('This is your own offer.') && around.reading() === 'raw')
    around.type(texts.answer.json)
    expect(await status).toBe(0)
  })

  it('treats Ctrl-C in raw mode as an interrupt, and Ctrl-D as the end of input', async () => {
    const first = start('answer', { terminal: true })
    await until(() => first.around.reading() === 'raw')
    first.around.type('\u0003')
    expect(await first.status).toBe(130)
    expect(first.around.reading()).toBeUndefined()
    const second = start('answer', { terminal: true })
    await until(() => second.around.reading() === 'raw')
    second.around.type('\u0004')
    expect(await second.status).toBe(4)
  })
})

describe('the end', () => {
  const endsWith = (reason: 'not-connected' | 'proof-failed' | 'peer-gone' | 'failed') => {
    return (session: FakeSession, order: SessionOrder | undefined) => {
      if (order?.kind !== 'paste') return exampleSession(session, order)
      return session.tell({ kind: 'ended', atMs: 60_000, reason, detail: 'Because.' })
    }
  }
  for (const [reason, expected] of [
    ['not-connected', 3],
    ['proof-failed', 5],
    ['peer-gone', 1],
    ['failed', 1],
  ] as const) {
    it(`${reason} has status ${expected}, a sentence and still a report`, async () => {
      const { around, status } = start(`offer --report ${at('out')}`, { behave: endsWith(reason) })
      around.type(texts.answer.json)
      expect(await status).toBe(expected)
      expect(around.out.stderr).toContain('Because.')
      expect(existsSync(at('out/report.json'))).toBe(true)
    })
  }

  it('by a signal finishes in good order, writes the report, and has status 130', async () => {
    const behave = (session: FakeSession, order: SessionOrder | undefined) => {
      if (order?.kind !== 'paste') exampleSession(session, order)
    }
    const { around, status } = start(`offer --report ${at('out')}`, { behave })
    around.type(texts.answer.json)
    await until(() => around.sessions[0]?.orders.length === 1)
    around.signal('terminate')
    expect(await status).toBe(130)
    expect(around.sessions[0]?.orders.at(-1)).toEqual({ kind: 'stop' })
    expect(existsSync(at('out/report.json'))).toBe(true)
    expect(around.quits).toEqual([])
  })

  it('by a second signal comes at once', async () => {
    const { around } = start('offer', { behave: (session, order) => order ?? exampleSession(session, order) })
    await until(() => around.sessions.length === 1)
    around.signal()
    around.signal()
    expect(around.quits).toEqual([130])
  })
})

describe('--jsonl', () => {
  it('makes standard output one JSON event a line, from the description to the report', async () => {
    const { around, status } = start(`offer --jsonl --stats 5s --report ${at('out')}`)
    around.type(texts.answer.json)
    expect(await status).toBe(0)
    const events = around.out.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; type?: string; snapshot?: { pairs: unknown[] } })
    const kinds = new Set(events.map(({ kind }) => kind))
    for (const kind of [
      'started',
      'local-description',
      'paste-accepted',
      'event',
      'digest',
      'ended',
      'report',
    ]) {
      expect(kinds).toContain(kind)
    }
    expect(events.find(({ kind }) => kind === 'local-description')?.type).toBe('offer')
    expect(events.find(({ kind }) => kind === 'digest')?.snapshot?.pairs.length).toBe(9)
  })
})

describe('wrong usage', () => {
  it('of interfaces names those that exist', async () => {
    const { around, status } = start('offer --interfaces eth0,nope0')
    expect(await status).toBe(2)
    expect(around.out.stderr).toContain('There is no interface nope0; there are eth0.')
  })

  it('of --paths, --config and --report says what is wrong with the file', async () => {
    writeFileSync(at('bad.json'), '[{"name":"x"}]')
    writeFileSync(at('file'), '')
    for (const [line, said] of [
      [`loopback --paths ${at('none')}`, 'there is no such file'],
      ['loopback --paths constructor', 'trio'],
      ['loopback --paths __proto__', 'trio'],
      [`loopback --paths ${at('bad.json')}`, 'delayMs'],
      [`loopback --paths ${at('file')}`, 'not JSON'],
      [`offer --config ${at('none')}`, 'does not exist'],
      [`offer --config ${at('bad.json')}`, 'no usable config'],
      [`loopback --report ${at('file')}/x`, 'cannot be written'],
    ] as const) {
      const { around, status } = start(line)
      expect(await status, line).toBe(2)
      expect(around.out.stderr, line).toContain(said)
      expect(around.sessions).toEqual([])
    }
  })
})

describe('loopback and report', () => {
  it('runs without a text and converts its recording in every form, to a folder or to standard output', async () => {
    const { status } = start(`loopback --report ${at('out')} --format json`)
    expect(await status).toBe(0)
    const [name] = recordings('out')
    const recording = at(`out/${name}`)
    for (const file of [recording, at('out/report.json')]) {
      const around = fakeSurroundings({ sessionsDir: at('s') })
      expect(
        await runCommandLine(['report', file, '--format', 'json,csv,html,md', '--out', at('all')], around),
      ).toBe(0)
      expect(readdirSync(at('all')).sort()).toEqual([
        'report.csv',
        'report.html',
        'report.json',
        'report.md',
        'report.streams.csv',
      ])
      expect(await runCommandLine(['report', file], around)).toBe(0)
      expect(around.out.stdout).toContain('## Paths')
    }
  })

  it('marks a recording that breaks off as incomplete', async () => {
    await start(`loopback --report ${at('out')} --format json`).status
    const file = at(`out/${recordings('out')[0]}`)
    writeFileSync(at('cut.pathscope'), readFileSync(file, 'utf8').slice(0, -500))
    const around = fakeSurroundings({ sessionsDir: at('s') })
    expect(await runCommandLine(['report', at('cut.pathscope'), '--format', 'json'], around)).toBe(0)
    const report = reportSchema.parse(JSON.parse(around.out.stdout))
    expect(report.session.complete).toBe(false)
    expect(around.out.stderr).toContain('marked incomplete')
  })

  it('refuses other files with a sentence and status 2', async () => {
    writeFileSync(at('noise'), 'hello')
    writeFileSync(at('bad.json'), '{"schema": "pathscope.report/1"}')
    for (const [args, said] of [
      [[at('none')], 'does not exist'],
      [[at('noise')], 'not a recording'],
      [[at('bad.json')], 'damaged'],
      [[dir], 'folder'],
      [[at('bad.json'), '--format', 'pdf'], 'no format'],
    ] as const) {
      const around = fakeSurroundings({ sessionsDir: at('s') })
      expect(await runCommandLine(['report', ...args], around)).toBe(2)
      expect(around.out.stderr).toContain(said)
    }
  })
})

describe('interfaces', () => {
  it('are listed for people and for programs', async () => {
    const around: FakeSurroundings = fakeSurroundings({ sessionsDir: at('s') })
    expect(await runCommandLine(['interfaces'], around)).toBe(0)
    expect(around.out.stdout).toMatch(/eth0 +Ethernet +up +yes +address only/)
    expect(around.out.stdout).toContain('koffi could not be loaded')
    around.out.stdout = ''
    expect(await runCommandLine(['interfaces', '--json'], around)).toBe(0)
    expect(JSON.parse(around.out.stdout)).toMatchObject([{ name: 'eth0', usedByDefault: true }])
  })
})
