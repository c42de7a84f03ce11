/** The pasted form of an offer or answer: made here, and read here out of whatever mail and chat made of it. */
import { limits, readSdp, type Description } from '../../engine'
import type { DescriptionText, PasteProblem } from '../../shared/session'
import { armourStart, fromArmour, toArmour } from './armour'
import { cleanText } from './clean'
import { findJson, type JsonResult } from './json'
import { problems } from './problem'
import { findSdp } from './sdp'

export { createPasteScanner, type PasteScan, type PasteScanner } from './scanner'

export type PasteResult =
  | { readonly kind: 'ok'; readonly description: Description }
  | { readonly kind: 'problem'; readonly problem: PasteProblem }

/** A description as text to hand over: JSON on one line, and the compact form. */
export function encodePaste(description: Description): DescriptionText {
  const { type, sdp } = description
  return { type, json: JSON.stringify({ type, sdp }), compact: toArmour(description) }
}

/**
 * The offer or answer in a pasted text, in JSON, compact or bare SDP form, with noise around and inside. Never throws;
 * takes time linear in the text; refuses texts over `limits.pasteChars` unread. Whether the SDP can be used is for the
 * engine to say.
 */
export function decodePaste(text: string): PasteResult {
  if (text.length > limits.pasteChars) return refuse(problems.tooLong(limits.pasteChars))
  const cleaned = cleanText(text)
  if (cleaned.trim() === '') return refuse(problems.empty)
  const found: JsonResult[] = [...findArmours(cleaned), ...findJson(cleaned)]
  const usable = distinct(found)
  const first = usable[0]
  if (usable.length > 1) return refuse(problems.several)
  if (first !== undefined) return { kind: 'ok', description: first }
  const bare = findSdp(cleaned)
  if (bare?.kind === 'ok') return bare
  const told = found.find(
    (result) => result.kind === 'problem' && result.problem.kind !== problems.nothing.kind,
  )
  if (told?.kind === 'problem') return refuse(told.problem)
  if (bare !== undefined) return bare
  const headless = /a=candidate:|a=ice-ufrag:|a=fingerprint:|["']sdp["'] ?:/.test(cleaned)
  return refuse(headless ? problems.truncatedStart : problems.nothing)
}

/** Why no session could use a description, known before there is one; null when one can try. */
export function descriptionProblem(description: Description): PasteProblem | null {
  const read = readSdp(description)
  return read.kind === 'ok' ? null : { kind: read.problem.kind, message: read.problem.message }
}

const armoursTried = 8

function findArmours(text: string): readonly JsonResult[] {
  return [...text.matchAll(armourStart)].slice(0, armoursTried).map((match) => {
    const type = match[1]?.toLowerCase() === 'offer' ? 'offer' : 'answer'
    return fromArmour(type, text, match.index + match[0].length)
  })
}

/** The usable descriptions; the same one twice (its text and a quoted copy) counts once. */
function distinct(found: readonly JsonResult[]): readonly Description[] {
  const byContent = new Map<string, Description>()
  for (const result of found) {
    if (result.kind === 'ok')
      byContent.set(`${result.description.type} ${result.description.sdp}`, result.description)
  }
  return [...byContent.values()]
}

function refuse(problem: PasteProblem): PasteResult {
  return { kind: 'problem', problem }
}
