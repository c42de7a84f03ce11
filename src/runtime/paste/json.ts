/** Finds `{"type":"offer","sdp":"…"}` in a text. */
import { limits, type Description } from '../../engine'
import type { PasteProblem } from '../../shared/session'
import { breakMark, joinSdp, markBreaks } from './clean'
import { problems } from './problem'

/** Places in a text where an object may begin that are tried; keeps the time linear however many braces there are. */
const startsTried = 32

export type JsonResult =
  | { readonly kind: 'ok'; readonly description: Description }
  | { readonly kind: 'problem'; readonly problem: PasteProblem }

/** Every description or refused object in `text` (already cleaned), in order. */
export function findJson(text: string): readonly JsonResult[] {
  const source = unescapeOnce(text)
  const results: JsonResult[] = []
  const start = /\{[\s>]{0,64}["']/g
  let tried = 0
  for (let match = start.exec(source); match !== null && tried < startsTried; match = start.exec(source)) {
    tried += 1
    const end = objectEnd(source, match.index)
    if (end === undefined) {
      results.push({ kind: 'problem', problem: unfinished(source.slice(match.index)) })
      continue
    }
    results.push(readObject(source.slice(match.index, end)))
    start.lastIndex = end
  }
  return results
}

/** `{\"type\":…}` is JSON that was put into a JSON string. */
function unescapeOnce(text: string): string {
  if (!/\{\s{0,64}\\"/.test(text)) return text
  return text.replace(/\\(["\\])/g, '$1')
}

/** Index after the brace that closes the one at `from`, strings respected. */
function objectEnd(text: string, from: number): number | undefined {
  const quote = /^\{\s*'/.test(text.slice(from, from + 66)) ? "'" : '"'
  let depth = 0
  let inString = false
  for (let at = from; at < text.length; at += 1) {
    const char = text[at]
    if (inString) {
      if (char === '\\') at += 1
      else if (char === quote) inString = false
    } else if (char === quote) inString = true
    else if (char === '{') depth += 1
    else if (char === '}') {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  return undefined
}

function unfinished(text: string): PasteProblem {
  if (!/["'](?:sdp|type)["']/.test(text.slice(0, 4096))) return problems.nothing
  // With its last brace there, it is a quote that got lost on the way.
  return /\}[\s"'`]{0,16}$/.test(text) ? problems.badJson : problems.truncatedEnd
}

function readObject(text: string): JsonResult {
  const value = parse(text)
  if (value === undefined) {
    const known = /["'](?:sdp|type)["']\s*:/.test(text)
    return { kind: 'problem', problem: known ? problems.badJson : problems.nothing }
  }
  const fields = innermost(value)
  if (!('sdp' in fields) || !('type' in fields)) {
    const isCandidate = 'candidate' in fields || 'sdpMid' in fields || 'sdpMLineIndex' in fields
    const problem = isCandidate ? problems.candidate : problems.otherJson
    return { kind: 'problem', problem }
  }
  return describe(fields['type'], fields['sdp'])
}

function describe(givenType: unknown, givenSdp: unknown): JsonResult {
  const type = typeof givenType === 'string' ? givenType.replaceAll(breakMark, '').trim().toLowerCase() : ''
  if (type === 'pranswer' || type === 'rollback') {
    return { kind: 'problem', problem: problems.provisional(type) }
  }
  if (type !== 'offer' && type !== 'answer') return { kind: 'problem', problem: problems.unknownType }
  const sdp = typeof givenSdp === 'string' ? joinSdp(givenSdp) : ''
  if (!sdp.startsWith('v=0')) return { kind: 'problem', problem: problems.noSdp }
  if (sdp.length > limits.sdpBytes) return { kind: 'problem', problem: problems.tooLong(limits.sdpBytes) }
  return { kind: 'ok', description: { type, sdp } }
}

type Fields = Readonly<Record<string, unknown>>

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Some signalling wraps the description once more: {"description":{"type":…}}. */
function innermost(value: Fields): Fields {
  if ('sdp' in value && isFields(value['sdp'])) return value['sdp']
  for (const inner of Object.values(value)) if (isFields(inner) && 'sdp' in inner) return inner
  return value
}

function parse(text: string): Fields | undefined {
  // A break may have fallen between a backslash and its letter; outside strings a mark is white space.
  const marked = markBreaks(text).replaceAll(`\\${breakMark}`, `${breakMark}\\`)
  const variants = marked.includes('"') ? [marked] : [marked.replace(/'/g, '"')]
  for (const variant of variants) {
    try {
      const value: unknown = JSON.parse(spaceOutside(variant))
      if (isFields(value)) return value
    } catch {
      // The next variant, or undefined: told as a sentence by the caller.
    }
  }
  return undefined
}

/** Marks outside strings are turned into spaces, other control characters inside strings dropped. */
function spaceOutside(text: string): string {
  let inString = false
  let result = ''
  let from = 0
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]
    if (inString && char === '\\') at += 1
    else if (char === '"') inString = !inString
    else if (!inString && char === breakMark) {
      result += `${text.slice(from, at)} `
      from = at + 1
    } else if (inString && char !== undefined && char < ' ') {
      result += text.slice(from, at)
      from = at + 1
    }
  }
  return result + text.slice(from)
}
