/** What was asked for on the command line, or a sentence on what is wrong with it. Nothing is read from disk here. */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import type { ReportFormat } from '../shared/report'
import { parsePorts, type PortRange, type SessionRequest } from '../shared/session'
import { parseDeadline, parseStream, streamLimits } from '../shared/streams'
import { parseTurnText, type TurnAccount, turnUrlLimits } from '../shared/turn'
import { modeNames } from '../shared/words'
import { type Read, readCap, readPath, type WantedPaths } from './path-words'

type ModeName = (typeof modeNames)[number]

type Settings = SessionRequest['settings']
type StreamSpec = Settings['streams'][number]

const reportFormats: readonly ReportFormat[] = ['json', 'csv', 'html', 'md']

export interface SessionOptions {
  readonly role: 'offerer' | 'answerer' | 'loopback'
  readonly interfaces: readonly string[] | undefined
  readonly mode: ModeName | undefined
  /** What is wanted of single paths. */
  readonly wanted: WantedPaths
  readonly use: 'auto' | 'all' | 'disjoint' | undefined
  readonly durationSeconds: number | undefined
  readonly reconnectForSeconds: number | undefined
  readonly statsSeconds: number
  /** Digests say why each path has its part of the traffic. */
  readonly explain: boolean
  /** What this side sends; undefined = nothing said. */
  readonly streams: WantedStreams | undefined
  /** How long packets of received streams wait for those before them, ms; a kind that is not named keeps its own. */
  readonly deadlinesMs: Partial<Settings['deadlinesMs']>
  readonly reportDir: string | undefined
  readonly formats: readonly ReportFormat[]
  readonly title: string | undefined
  readonly jsonl: boolean
  readonly stun: readonly string[] | undefined
  readonly binding: 'device' | 'address' | undefined
  readonly ports: PortRange | undefined
  readonly turn: readonly TurnAccount[] | undefined
  readonly configFile: string | undefined
  /** Where our own text goes and where the peer's comes from; undefined = standard output and input. */
  readonly textOut: string | undefined
  readonly textIn: string | undefined
  /** Loopback only: a file or the name of a preset. */
  readonly paths: string | undefined
}

/** From all `--stream` together: without `messages` among them none are sent. */
export interface WantedStreams {
  readonly messages: { readonly ratePerSecond: number | undefined } | null
  readonly streams: readonly StreamSpec[]
}

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'interfaces'; readonly json: boolean }
  | { readonly kind: 'session'; readonly options: SessionOptions }
  | {
      readonly kind: 'report'
      readonly file: string
      readonly formats: readonly ReportFormat[] | undefined
      readonly outDir: string | undefined
    }
  /** Status 2, with one sentence. */
  | { readonly kind: 'wrong'; readonly message: string }

type OptionTable = NonNullable<ParseArgsConfig['options']>

const common = { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean' } } as const

const sessionOptions = {
  ...common,
  interfaces: { type: 'string' },
  mode: { type: 'string' },
  order: { type: 'string' },
  pin: { type: 'string' },
  exclude: { type: 'string' },
  cap: { type: 'string', multiple: true },
  use: { type: 'string' },
  duration: { type: 'string' },
  'reconnect-for': { type: 'string' },
  stats: { type: 'string' },
  explain: { type: 'boolean' },
  stream: { type: 'string', multiple: true },
  deadline: { type: 'string', multiple: true },
  report: { type: 'string' },
  format: { type: 'string' },
  title: { type: 'string' },
  jsonl: { type: 'boolean' },
  stun: { type: 'string', multiple: true },
  turn: { type: 'string', multiple: true },
  config: { type: 'string' },
  binding: { type: 'string' },
  ports: { type: 'string' },
} as const

const commands = {
  interfaces: { ...common, json: { type: 'boolean' } },
  offer: { ...sessionOptions, 'offer-out': { type: 'string' }, 'answer-in': { type: 'string' } },
  answer: { ...sessionOptions, 'offer-in': { type: 'string' }, 'answer-out': { type: 'string' } },
  loopback: { ...sessionOptions, paths: { type: 'string' } },
  report: { ...common, format: { type: 'string' }, out: { type: 'string' } },
} as const satisfies Readonly<Record<string, OptionTable>>

type CommandName = keyof typeof commands

const isCommand = (name: string): name is CommandName => Object.hasOwn(commands, name)

/** Thrown inside this file only; becomes `wrong`. */
class Wrong extends Error {}

export function parseCommand(args: readonly string[]): Command {
  const [name, ...rest] = args
  if (name === undefined) return wrong('Name a command: interfaces, offer, answer, loopback or report.')
  if (name === 'help' || name === '--help' || name === '-h') return { kind: 'help' }
  if (name === '--version') return { kind: 'version' }
  if (!isCommand(name)) {
    return wrong(`There is no command "${name}"; there are interfaces, offer, answer, loopback and report.`)
  }
  try {
    return parseRest(name, rest)
  } catch (error) {
    if (error instanceof Wrong) return wrong(error.message)
    // parseArgs says itself which option it does not know or misses a value.
    if (error instanceof TypeError) return wrong(parseArgsSentence(error.message))
    throw error
  }
}

function wrong(message: string): Command {
  return { kind: 'wrong', message }
}

function parseArgsSentence(message: string): string {
  const ambiguous = /^Option '(?:-\w, )?(--[\w-]+)(?: <value>)?' argument is ambiguous/.exec(message)
  if (ambiguous !== null)
    return `${ambiguous[1]} needs a value; one that begins with - is given as ${ambiguous[1]}=VALUE.`
  // Whoever forgets the word --turn shall not find the password in a log.
  const plain = message.replace(/(turns?):[^\s'"]*@/gi, '$1:…@')
  const sentence = plain.split(/\. |\n/)[0] ?? plain
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`
}

interface Values {
  readonly [name: string]: string | boolean | readonly (string | boolean)[] | undefined
}

function parseRest(name: CommandName, args: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: commands[name],
    allowPositionals: name === 'report',
    strict: true,
  })
  const given = values as Values
  if (given['help'] === true) return { kind: 'help' }
  if (given['version'] === true) return { kind: 'version' }
  if (name === 'interfaces') return { kind: 'interfaces', json: given['json'] === true }
  if (name !== 'report') return { kind: 'session', options: sessionFrom(name, given) }
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0)
    throw new Wrong('Name one recording or report.json: pathscope report FILE.')
  const format = text(given, 'format')
  const formats = format === undefined ? undefined : formatsFrom(format)
  return { kind: 'report', file, formats, outDir: text(given, 'out') }
}

function text(values: Values, name: string): string | undefined {
  const value = values[name]
  if (value === '') throw new Wrong(`--${name} needs a value.`)
  return typeof value === 'string' ? value : undefined
}

function texts(values: Values, name: string): readonly string[] | undefined {
  const value = values[name]
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : undefined
}

const roles = { offer: 'offerer', answer: 'answerer', loopback: 'loopback' } as const
const defaultStatsSeconds = 5

function sessionFrom(name: 'offer' | 'answer' | 'loopback', values: Values): SessionOptions {
  const [modeText, useText] = [text(values, 'mode'), text(values, 'use')]
  const [duration, stats, format] = [text(values, 'duration'), text(values, 'stats'), text(values, 'format')]
  const reconnectFor = text(values, 'reconnect-for')
  return {
    role: roles[name],
    interfaces: listFrom(text(values, 'interfaces'), '--interfaces'),
    mode: modeText === undefined ? undefined : modeFrom(modeText),
    wanted: wantedPathsFrom(values),
    use: useText === undefined ? undefined : pathUseFrom(useText),
    durationSeconds: duration === undefined ? undefined : secondsFrom(duration, '--duration', 1, 7 * 86_400),
    reconnectForSeconds:
      reconnectFor === undefined ? undefined : secondsFrom(reconnectFor, '--reconnect-for', 5, 86_400),
    explain: values['explain'] === true,
    statsSeconds: stats === undefined ? defaultStatsSeconds : secondsFrom(stats, '--stats', 1, 3600),
    streams: streamsFrom(texts(values, 'stream')),
    deadlinesMs: deadlinesFrom(texts(values, 'deadline') ?? []),
    reportDir: text(values, 'report'),
    formats: format === undefined ? ['json', 'csv', 'html'] : formatsFrom(format),
    title: titleFrom(text(values, 'title')),
    jsonl: values['jsonl'] === true,
    stun: stunFrom(texts(values, 'stun')),
    turn: turnFrom(texts(values, 'turn')),
    configFile: text(values, 'config'),
    binding: bindingFrom(text(values, 'binding')),
    ports: portsFrom(text(values, 'ports')),
    textOut: text(values, name === 'offer' ? 'offer-out' : 'answer-out'),
    textIn: text(values, name === 'offer' ? 'answer-in' : 'offer-in'),
    paths: text(values, 'paths'),
  }
}

function listFrom(list: string | undefined, option: string): readonly string[] | undefined {
  if (list === undefined) return undefined
  const names = [...new Set(list.split(',').map((name) => name.trim()))].filter((name) => name !== '')
  if (names.length === 0) throw new Wrong(`${option} needs at least one name.`)
  return names
}

function wantedPathsFrom(values: Values): WantedPaths {
  const names = (option: 'pin' | 'exclude' | 'order') =>
    listFrom(text(values, option), `--${option}`)?.map((name) => wordFrom(`--${option}`, readPath(name)))
  return {
    pin: names('pin'),
    exclude: names('exclude'),
    cap: texts(values, 'cap')?.map((cap) => wordFrom('--cap', readCap(cap))),
    order: names('order'),
  }
}

function wordFrom<T>(option: string, read: Read<T>): T {
  if (read.kind === 'ok') return read.value
  throw new Wrong(`${option} ${read.message}`)
}

function modeFrom(mode: string): ModeName {
  const known = modeNames.find((name) => name === mode)
  if (known !== undefined) return known
  const last = modeNames.at(-1)
  throw new Wrong(`There is no mode "${mode}"; there are ${modeNames.slice(0, -1).join(', ')} and ${last}.`)
}

function pathUseFrom(use: string): 'auto' | 'all' | 'disjoint' {
  if (use === 'auto' || use === 'all' || use === 'disjoint') return use
  throw new Wrong(`--use is auto, all or disjoint, not "${use}".`)
}

function streamsFrom(texts: readonly string[] | undefined): WantedStreams | undefined {
  if (texts === undefined) return undefined
  const specs: StreamSpec[] = []
  let messages: WantedStreams['messages'] = null
  for (const one of texts) {
    const parsed = parseStream(one)
    if (parsed.kind === 'problem') throw new Wrong(`--stream: ${parsed.message}`)
    if (parsed.kind === 'stream') specs.push(parsed.spec)
    else if (messages !== null) throw new Wrong('--stream messages can be given once.')
    else messages = { ratePerSecond: parsed.ratePerSecond }
  }
  if (specs.length > streamLimits.streams)
    throw new Wrong(`--stream can be given at most ${streamLimits.streams} times beside messages.`)
  return { messages, streams: specs }
}

function deadlinesFrom(texts: readonly string[]): SessionOptions['deadlinesMs'] {
  const deadlines: { -readonly [K in keyof SessionOptions['deadlinesMs']]: number } = {}
  for (const one of texts) {
    const parsed = parseDeadline(one)
    if (parsed.kind === 'problem') throw new Wrong(`--deadline ${parsed.message}`)
    if (deadlines[parsed.stream] !== undefined)
      throw new Wrong(`--deadline can be given once for ${parsed.stream}.`)
    deadlines[parsed.stream] = parsed.deadlineMs
  }
  return deadlines
}

const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, min: 60, h: 3600 }

function secondsFrom(span: string, option: string, min: number, max: number): number {
  const match = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s|min|m|h)?$/.exec(span)
  const seconds = match === null ? Number.NaN : Number(match[1]) * (unitSeconds[match[2] ?? 's'] ?? 1)
  if (seconds >= min && seconds <= max) return seconds
  throw new Wrong(`${option} takes a time such as 10s, 2m or 1h (${min} s to ${max} s), not "${span}".`)
}

function formatsFrom(list: string): readonly ReportFormat[] {
  const names = listFrom(list, '--format') ?? []
  return names.map((name) => {
    const known = reportFormats.find((format) => format === name)
    if (known === undefined)
      throw new Wrong(`There is no format "${name}"; there are json, csv, html and md.`)
    return known
  })
}

function bindingFrom(binding: string | undefined): 'device' | 'address' | undefined {
  if (binding === undefined || binding === 'device' || binding === 'address') return binding
  throw new Wrong(`--binding is device or address, not "${binding}".`)
}

function portsFrom(text: string | undefined): PortRange | undefined {
  if (text === undefined) return undefined
  const ports = parsePorts(text)
  if (typeof ports === 'string') throw new Wrong(`--ports: ${ports}`)
  return ports
}

const titleChars = 120

function titleFrom(title: string | undefined): string | undefined {
  const trimmed = title?.replace(/\s+/g, ' ').trim()
  if (trimmed === '') throw new Wrong('--title needs a text.')
  if (trimmed !== undefined && trimmed.length > titleChars) {
    throw new Wrong(`--title takes at most ${titleChars} characters.`)
  }
  return trimmed
}

const stunServers = 4

function stunFrom(urls: readonly string[] | undefined): readonly string[] | undefined {
  if (urls === undefined) return undefined
  if (urls.length > stunServers) throw new Wrong(`--stun can be given at most ${stunServers} times.`)
  for (const url of urls) {
    if (!/^stun:[^\s?]+$/i.test(url))
      throw new Wrong(`--stun takes a URL such as stun:host:3478, not "${url}".`)
  }
  return urls
}

/** What is wrong is told without the text itself, which holds a password. */
function turnFrom(texts: readonly string[] | undefined): readonly TurnAccount[] | undefined {
  if (texts === undefined) return undefined
  if (texts.length > turnUrlLimits.servers)
    throw new Wrong(`--turn can be given at most ${turnUrlLimits.servers} times.`)
  return texts.map((text) => {
    const parsed = parseTurnText(text)
    if (parsed.kind === 'problem') throw new Wrong(`--turn: ${parsed.message}`)
    return parsed.account
  })
}
