import type { StreamKind, StreamSpec } from '../../engine'
import { parseRate, rateText } from './rate'

/** The engine's limits; a test holds both together. */
export const streamLimits = {
  streams: 8,
  streamsPerSession: 64,
  leastRateBps: 1000,
  rateBps: 500_000_000,
  leastBytes: 64,
  bytes: 1300,
  leastMessageRate: 0.1,
  messageRate: 200,
  deadlineMs: 5000,
} as const
const defaultVideoBps = 2_000_000
const defaultCbrBytes = 1200

export type ParsedStream =
  | { readonly kind: 'stream'; readonly spec: StreamSpec }
  /** Test messages, at their default rate where none is said. */
  | { readonly kind: 'messages'; readonly ratePerSecond: number | undefined }
  /** One sentence on what is wrong. */
  | { readonly kind: 'problem'; readonly message: string }

const forms = 'messages[:RATE], voice, video[:RATE], cbr:RATE[,SIZE] and bulk'

/** Reads `messages[:RATE]`, `voice`, `video[:RATE]`, `cbr:RATE[,SIZE]` or `bulk`. */
export function parseStream(text: string): ParsedStream {
  const at = text.indexOf(':')
  const [kind, rest] = at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
  switch (kind) {
    case 'messages':
      return messagesFrom(rest)
    case 'voice':
    case 'bulk':
      return rest === undefined
        ? { kind: 'stream', spec: { kind } }
        : problem(`The stream ${kind} takes nothing behind it, as in "${kind}".`)
    case 'video':
      return videoFrom(rest)
    case 'cbr':
      return cbrFrom(rest)
    default:
      return problem(`There is no stream "${text.slice(0, 40)}"; there are ${forms}.`)
  }
}

function messagesFrom(rest: string | undefined): ParsedStream {
  if (rest === undefined) return { kind: 'messages', ratePerSecond: undefined }
  const { leastMessageRate, messageRate } = streamLimits
  const value = Number(rest)
  return /^\d+(?:\.\d+)?$/.test(rest) && value >= leastMessageRate && value <= messageRate
    ? { kind: 'messages', ratePerSecond: value }
    : problem(
        `The stream messages takes ${leastMessageRate} to ${messageRate} messages a second, not "${rest}".`,
      )
}

function videoFrom(rest: string | undefined): ParsedStream {
  const rateBps = rest === undefined ? defaultVideoBps : rateFrom(rest)
  return rateBps === undefined
    ? rateProblem('video', rest)
    : { kind: 'stream', spec: { kind: 'video', rateBps } }
}

function cbrFrom(rest: string | undefined): ParsedStream {
  const [rate, size, ...more] = (rest ?? '').split(',')
  const rateBps = rateFrom(rate ?? '')
  if (rateBps === undefined) return rateProblem('cbr', rate)
  const sizeBytes = size === undefined ? defaultCbrBytes : Number(size)
  const { leastBytes, bytes } = streamLimits
  if (
    more.length > 0 ||
    (size !== undefined && !/^\d{1,5}$/.test(size)) ||
    sizeBytes < leastBytes ||
    sizeBytes > bytes
  )
    return problem(`The stream cbr takes packets of ${leastBytes} to ${bytes} bytes, as in cbr:2mbit,500.`)
  return { kind: 'stream', spec: { kind: 'cbr', rateBps, sizeBytes } }
}

function rateFrom(text: string): number | undefined {
  const rateBps = parseRate(text)
  const { leastRateBps, rateBps: most } = streamLimits
  return rateBps !== undefined && rateBps >= leastRateBps && rateBps <= most ? rateBps : undefined
}

function rateProblem(kind: 'video' | 'cbr', rate: string | undefined): ParsedStream {
  const { leastRateBps, rateBps } = streamLimits
  const given = rate === undefined || rate === '' ? '' : `, not "${rate.slice(0, 40)}"`
  return problem(
    `The stream ${kind} takes a rate of ${rateText(leastRateBps)} to ${rateText(rateBps)}, as in ${kind}:4mbit${given}.`,
  )
}

function problem(message: string): ParsedStream {
  return { kind: 'problem', message }
}

export type ParsedDeadline =
  | { readonly kind: 'deadline'; readonly stream: StreamKind; readonly deadlineMs: number }
  /** A predicate, such as `takes …, not "x".`: whoever asked says of what. */
  | { readonly kind: 'problem'; readonly message: string }

const streamKinds = ['voice', 'video', 'cbr', 'bulk'] as const satisfies readonly StreamKind[]

/** Reads `voice=0` or `video=250ms`: how long packets of such streams wait for those before them. Whole ms. */
export function parseDeadline(text: string): ParsedDeadline {
  const [kind = '', time, ...more] = text.split('=')
  const given = `not "${text.slice(0, 40)}".`
  const stream = streamKinds.find((each) => each === kind)
  if (time === undefined || more.length > 0)
    return { kind: 'problem', message: `takes a kind of stream and a time, such as voice=80ms, ${given}` }
  if (stream === undefined)
    return { kind: 'problem', message: `takes one of voice, video, cbr and bulk before the =, ${given}` }
  const deadlineMs = wholeMsFrom(time)
  if (deadlineMs === undefined || deadlineMs > streamLimits.deadlineMs) {
    const message = `takes a time of 0 to ${streamLimits.deadlineMs}ms, in whole ms and with its unit, such as ${kind}=80ms, ${given}`
    return { kind: 'problem', message }
  }
  return { kind: 'deadline', stream, deadlineMs }
}

/** 0 needs no unit. */
function wholeMsFrom(text: string): number | undefined {
  const match = /^(?:0|(\d{1,5}(?:\.\d{1,6})?)(ms|s))$/.exec(text)
  if (match === null) return undefined
  const ms = Number(match[1] ?? 0) * (match[2] === 's' ? 1000 : 1)
  const whole = Math.round(ms)
  return Math.abs(ms - whole) < 1e-6 ? whole : undefined
}

/** The text that gives this stream: cbr:4mbit,500. */
export function streamText(spec: StreamSpec): string {
  switch (spec.kind) {
    case 'voice':
    case 'bulk':
      return spec.kind
    case 'video':
      return `video:${rateText(spec.rateBps)}`
    case 'cbr':
      return `cbr:${rateText(spec.rateBps)}${spec.sizeBytes === defaultCbrBytes ? '' : `,${spec.sizeBytes}`}`
  }
}
