import type { StreamSpec } from '../../engine'
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
