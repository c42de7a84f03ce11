import { describe, expect, it } from 'vitest'
import { parseCommand, type SessionOptions } from './options'

function session(...args: string[]): SessionOptions {
  const command = parseCommand(args)
  if (command.kind !== 'session') throw new Error(command.kind === 'wrong' ? command.message : command.kind)
  return command.options
}

function wrong(line: string): string {
  const command = parseCommand(line.split(' ').filter((word) => word !== ''))
  return command.kind === 'wrong' ? command.message : `understood as ${command.kind}`
}

describe('the command line', () => {
  it('understands every option of a session', () => {
    const line =
      'offer --interfaces eth0,wlan0 --mode weighted --use disjoint --duration 2m --reconnect-for 10m --stats 1s --stream messages:100 --deadline voice=0 --report out --format json,md --title Test --jsonl --stun stun:192.0.2.1:3478 --config c.json --binding address --ports 50000-50100 --offer-out o --answer-in a'
    expect(session(...line.split(' '))).toEqual({
      role: 'offerer',
      interfaces: ['eth0', 'wlan0'],
      mode: 'weighted',
      use: 'disjoint',
      durationSeconds: 120,
      reconnectForSeconds: 600,
      statsSeconds: 1,
      explain: false,
      wanted: { pin: undefined, exclude: undefined, cap: undefined, order: undefined },
      streams: { messages: { ratePerSecond: 100 }, streams: [] },
      deadlinesMs: { voice: 0 },
      reportDir: 'out',
      formats: ['json', 'md'],
      title: 'Test',
      jsonl: true,
      stun: ['stun:192.0.2.1:3478'],
      binding: 'address',
      ports: { first: 50_000, last: 50_100 },
      configFile: 'c.json',
      textOut: 'o',
      textIn: 'a',
      paths: undefined,
    })
  })

  it('has defaults, and files on the side that each role needs', () => {
    expect(session('answer', '--offer-in', 'x', '--answer-out', 'y')).toMatchObject({
      role: 'answerer',
      textIn: 'x',
      textOut: 'y',
      statsSeconds: 5,
      explain: false,
      formats: ['json', 'csv', 'html'],
      mode: undefined,
    })
    expect(session('loopback', '--paths', 'trio').paths).toBe('trio')
    expect(parseCommand(['offer', '--help']).kind).toBe('help')
    expect(parseCommand(['interfaces', '--json'])).toEqual({ kind: 'interfaces', json: true })
    expect(parseCommand(['report', 'x.pathscope', '--out', 'd', '--format', 'html'])).toEqual({
      kind: 'report',
      file: 'x.pathscope',
      formats: ['html'],
      outDir: 'd',
    })
  })

  it('reads times with and without unit', () => {
    const seconds = (span: string) => session('offer', '--duration', span).durationSeconds
    expect(['10', '10s', '1500ms', '2m', '2min', '1h'].map(seconds)).toEqual([10, 10, 1.5, 120, 120, 3600])
  })

  it('knows all six modes, and says which there are', () => {
    for (const mode of ['redundant', 'weighted', 'lowest-latency', 'backup', 'single', 'adaptive']) {
      expect(session('offer', '--mode', mode).mode).toBe(mode)
    }
    expect(wrong('offer --mode fastest')).toContain('weighted, lowest-latency, backup, single and adaptive')
  })

  it('names paths to be pinned, excluded, limited and ordered', () => {
    const line =
      'offer --pin eth0,wlan0/eth0 --exclude lte --cap eth0=4mbit --cap lte/eth0=0 --order eth0/eth0,lte'
    const eth0 = { local: 'eth0', remote: null }
    const lte = { local: 'lte', remote: null }
    expect(session(...line.split(' '))).toMatchObject({
      wanted: {
        pin: [eth0, { local: 'wlan0', remote: 'eth0' }],
        exclude: [lte],
        cap: [
          { path: eth0, capBps: 4_000_000 },
          { path: { local: 'lte', remote: 'eth0' }, capBps: 0 },
        ],
        order: [{ local: 'eth0', remote: 'eth0' }, lte],
      },
    })
    const spaced = session('offer', '--order', 'eth0, lte,eth0').wanted.order
    expect(spaced).toEqual([eth0, lte])
    for (const given of ['--pin eth0/', '--exclude /', '--order a/b/c'])
      expect(wrong(`offer ${given}`)).toContain('eth0/wlan0')
    for (const given of ['eth0', 'eth0=fast', 'eth0=1mbit=2', '=1mbit', 'eth0=101gbit'])
      expect(wrong(`offer --cap ${given}`)).toMatch(/^--cap takes .*not ".*"\.$/)
  })

  it('takes several streams, and sends no messages where only others are named', () => {
    expect(session('offer', '--stream', 'voice', '--stream', 'cbr:2M,500').streams).toEqual({
      messages: null,
      streams: [{ kind: 'voice' }, { kind: 'cbr', rateBps: 2_000_000, sizeBytes: 500 }],
    })
    expect(session('offer', '--stream', 'bulk', '--stream', 'messages').streams).toEqual({
      messages: { ratePerSecond: undefined },
      streams: [{ kind: 'bulk' }],
    })
    expect(session('offer').streams).toBeUndefined()
  })

  it('takes a deadline for each kind of received stream, and each kind once', () => {
    for (const command of ['offer', 'answer', 'loopback'])
      expect(session(command, '--deadline', 'voice=0', '--deadline', 'video=250ms').deadlinesMs).toEqual({
        voice: 0,
        video: 250,
      })
    expect(session('offer').deadlinesMs).toEqual({})
  })

  it('answers wrong usage with what is wrong', () => {
    const table: Readonly<Record<string, string>> = {
      'offer --deadline audio=0': '--deadline takes one of voice, video, cbr and bulk',
      'answer --deadline voice=soon': '--deadline takes a time of 0 to 5000ms',
      'offer --deadline voice=0 --deadline voice=1s': '--deadline can be given once for voice.',
      '': 'Name a command',
      frob: 'no command "frob"',
      'offer --bogus': "Unknown option '--bogus'",
      'offer --duration': 'argument missing',
      'offer --duration soon': '--duration takes a time',
      'offer --reconnect-for 4s': '--reconnect-for takes a time',
      'offer --duration 0s': '--duration takes a time',
      'offer --duration -5s':
        '--duration needs a value; one that begins with - is given as --duration=VALUE.',
      'offer --duration 1e9s': '--duration takes a time',
      'offer --mode turbo': 'no mode "turbo"',
      'offer --use some': '--use is auto, all or disjoint',
      'offer --stream messages:0': '0.1 to 200',
      'offer --stream messages:201': '0.1 to 200',
      'offer --stream messages:fast': '0.1 to 200',
      'offer --stream files': 'no stream "files"',
      'offer --stream messages --stream messages': 'once',
      [`offer ${'--stream voice '.repeat(9)}`]: 'at most 8 times',
      'offer --format pdf': 'no format "pdf"',
      'offer --stun 192.0.2.1': '--stun takes a URL',
      'offer --turn turn:192.0.2.1': '--turn: A TURN server is written as turn:USER:PASSWORD@HOST',
      'offer --offer-in x': "Unknown option '--offer-in'",
      'offer something': 'Unexpected argument',
      'offer --interfaces ,': 'at least one name',
      report: 'Name one recording',
      'report a b': 'Name one recording',
    }
    for (const [line, said] of Object.entries(table)) expect(wrong(line), line).toContain(said)
  })
})
