import type { Random } from './random'

/** A parser under test with what is known of its inputs and what must hold for each of them. */
export interface Target {
  readonly name: string
  /** How inputs are kept in files: text as a JSON string, bytes as hex. Text travels as UTF-8 within the fuzzer. */
  readonly form: 'bytes' | 'text'
  /** Longest input tried. */
  readonly maxBytes: number
  /** Good inputs to begin with. */
  readonly samples: () => readonly Uint8Array[]
  /** What the parser compares with, which chance would not hit. */
  readonly words: readonly Uint8Array[]
  /** Makes an input that knows the format out of another one; bytes and text are changed blindly as well. */
  readonly shape?: (input: Uint8Array, random: Random) => Uint8Array
  /** Where set, inputs are grown to this many bytes to see that time grows no faster than they do. */
  readonly growBytes?: number
  /** Longest time that one input may take, ms; 250 unless told. */
  readonly slowMs?: number
  /** Inputs kept of it at most, where one takes long; 40 unless told. */
  readonly keptInputs?: number
  /** Takes one input. Throws when a property does not hold; whatever the parser throws is a failure too. */
  readonly run: (input: Uint8Array) => void
}

export class Violation extends Error {
  override readonly name = 'Violation'
}

/** Throws unless the property holds. */
export function demand(holds: boolean, property: string): asserts holds {
  if (!holds) throw new Violation(property)
}

/** Throws unless both are the same in content, in whatever order their fields stand; `bigint` and bytes included. */
export function demandSame(actual: unknown, expected: unknown, property: string): void {
  const [one, other] = [plain(actual), plain(expected)]
  if (one === other) return
  let same = 0
  while (same < one.length && one[same] === other[same]) same += 1
  const around = (text: string) => text.slice(Math.max(0, same - 60), same + 120)
  throw new Violation(`${property}: …${around(one)}… instead of …${around(other)}…`)
}

function plain(value: unknown): string {
  const text: string | undefined = JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'bigint') return `${inner}n`
    if (typeof inner === 'number' && !Number.isFinite(inner)) return String(inner)
    if (inner instanceof Uint8Array) return Buffer.from(inner).toString('hex')
    return isFields(inner) ? Object.fromEntries(Object.entries(inner).sort(byName)) : inner
  })
  return text ?? 'nothing'
}

const isFields = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]) =>
  one < other ? -1 : 1

/** Throws when a number in the value is not finite: nothing else could be told as JSON. */
export function demandFinite(value: unknown, where: string): void {
  if (typeof value === 'number') demand(Number.isFinite(value), `${where} is finite, not ${value}`)
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) demandFinite(inner, `${where}.${name}`)
  }
}

/** Stands for half of a surrogate pair, which UTF-8 cannot say and a pasted text may hold. */
const halfPair = '\ue0ff'

export function textOf(input: Uint8Array): string {
  return Buffer.from(input.buffer, input.byteOffset, input.byteLength)
    .toString('utf8')
    .replaceAll(halfPair, '\ud83d')
}

export const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf8'))

export const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))

/** Texts that trouble parsers of text, whatever their format. */
export const commonWords = [
  '\r\n',
  '\n',
  '\0',
  halfPair,
  '\ufeff',
  '\u2028',
  '\u202e',
  'ﬀ',
  '👩‍👩‍👧',
  '-1',
  '65536',
  '4294967296',
  '99999999999999999999',
  '1e309',
  '__proto__',
  'constructor',
].map(bytesOf)
