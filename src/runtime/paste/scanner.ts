/** Tells while text is arriving when a whole offer or answer is there, so that nobody has to end the input. */
import { limits } from '../../engine'
import { checksumChars } from './armour'

export interface PasteScan {
  readonly kind: 'more' | 'complete' | 'too-long'
  /** Characters so far. */
  readonly chars: number
  /** How often Enter must be pressed to end the text as it stands. */
  readonly enters: number
}

export interface PasteScanner {
  /** Takes the next piece of input. */
  feed(chunk: string): PasteScan
  /** All that was fed, up to the limit. */
  text(): string
}

type Place =
  | { readonly kind: 'outside' }
  | { readonly kind: 'json'; depth: number; inString: boolean; escaped: boolean }
  | { readonly kind: 'armour'; checksum: number | undefined }

const quotes = new Set('"\u201c\u201d\u201e\u201f\uff02')
const starts = ['pathscope-offer:', 'pathscope-answer:'] as const
const longestStart = 17

/** Complete at the brace that closes the first object, at the end of an armour, or at blank lines (see below). */
export function createPasteScanner(): PasteScanner {
  let text = ''
  let place: Place = { kind: 'outside' }
  let lineEnds = 0
  let hasInk = false
  let previous = ''
  // The newest characters, kept beside: a look into the growing text makes one string of it each time.
  let tail = ''
  let state: PasteScan['kind'] = 'more'

  /** One empty line ends prose or a bare SDP; inside JSON or armour, which mail may wrap, it takes two. */
  const enters = () => (place.kind === 'outside' ? 2 : 3)

  function step(char: string): void {
    if (isBlankLineEnd(char)) state = 'complete'
    else if (place.kind === 'outside') place = begin(char, tail)
    else if (place.kind === 'json') {
      if (closes(place, char)) state = 'complete'
    } else if (ends(place, char)) state = 'complete'
  }

  function isBlankLineEnd(char: string): boolean {
    if (char === '\n') lineEnds += 1
    else if (char !== ' ' && char !== '\r') {
      lineEnds = 0
      // Kept, not looked up: trimming at every line end takes the square of a text of line ends.
      hasInk ||= char.trim() !== ''
    }
    return lineEnds >= enters() && hasInk
  }

  return {
    feed(chunk) {
      for (const raw of chunk) {
        if (state !== 'more') break
        if (text.length >= limits.pasteChars) {
          state = 'too-long'
          break
        }
        // Terminals send CR for Enter; CRLF is one line end.
        const char = raw === '\r' ? '\n' : raw
        const second = raw === '\n' && previous === '\r'
        previous = raw
        if (second) continue
        text += char
        tail = (tail + char).slice(-longestStart)
        step(char)
      }
      return { kind: state, chars: text.length, enters: enters() }
    },
    text: () => text,
  }
}

function begin(char: string, tail: string): Place {
  if (char === '{') return { kind: 'json', depth: 1, inString: false, escaped: false }
  if (char === ':') {
    const name = tail.toLowerCase()
    if (starts.some((start) => name.endsWith(start))) return { kind: 'armour', checksum: undefined }
  }
  return { kind: 'outside' }
}

function closes(place: Place & { kind: 'json' }, char: string): boolean {
  if (place.escaped) place.escaped = false
  else if (place.inString && char === '\\') place.escaped = true
  else if (quotes.has(char)) place.inString = !place.inString
  else if (!place.inString && char === '{') place.depth += 1
  else if (!place.inString && char === '}') place.depth -= 1
  return place.depth === 0
}

function ends(place: Place & { kind: 'armour' }, char: string): boolean {
  if (place.checksum === undefined) {
    if (char === '.') place.checksum = 0
  } else if (/[A-Za-z0-9_-]/.test(char)) place.checksum += 1
  return place.checksum === checksumChars
}
