import type { Random } from './random'
import { bytesOf, textOf } from './target'

/** Values that stand where others are expected. */
const odd: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  1e308,
  -1e308,
  2 ** 53,
  2 ** 32,
  1e15,
  '',
  'x',
  '__proto__',
  '1970-01-01T00:00:00Z',
  '\u202e\u0000<script>',
  'a'.repeat(5000),
  [],
  {},
  [[[[]]]],
  [null],
  { kind: 'ok' },
  Array.from({ length: 300 }, () => 0),
]
const keys = ['kind', '__proto__', 'constructor', 'toString', 'length', 'x', '0', '']
/** Parsers of JSON go this deep without complaint; what walks the value afterwards must too. */
const deepLevels = 5000

interface Place {
  readonly holder: Record<string, unknown> | unknown[]
  readonly key: string | number
}

/** JSON text with one to four values removed, replaced, doubled or exchanged; undefined when it is not JSON. */
export function mutateJson(text: string, random: Random): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (random.chance(0.002)) return '['.repeat(deepLevels) + ']'.repeat(deepLevels)
  const root: Record<string, unknown> = { root: value }
  for (let left = 1 << random.below(3); left > 0; left -= 1) {
    const places = placesIn(root)
    if (places.length > 0) change(random.pick(places), places, random)
  }
  return JSON.stringify(root['root'] ?? null)
}

/** One line of JSON Lines changed, doubled, moved or left out. */
export function mutateLines(text: string, random: Random): string {
  const lines = text.split('\n')
  const at = random.below(lines.length)
  const line = lines[at] ?? ''
  const choice = random.below(8)
  if (choice === 0) lines.splice(at, 1)
  else if (choice === 1) lines.splice(random.below(lines.length), 0, line)
  else if (choice === 2) lines.splice(random.below(lines.length), 0, ...lines.splice(at, 1))
  else lines[at] = mutateJson(line, random) ?? line
  return lines.join('\n')
}

/** For a target's `shape`. */
export function shapeJson(input: Uint8Array, random: Random): Uint8Array {
  return bytesOf(mutateJson(textOf(input), random) ?? '{}')
}

function change({ holder, key }: Place, places: readonly Place[], random: Random): void {
  const fields = holder as Record<string, unknown>
  const value = fields[key]
  const other = random.pick(places)
  switch (random.below(6)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1)
      else delete holder[key]
      return
    case 1:
      if (Array.isArray(holder)) holder.splice(Number(key), 0, copyOf(value))
      else if (typeof holder === 'object') define(holder, random.pick(keys), copyOf(value))
      return
    case 2:
      fields[key] = copyOf((other.holder as Record<string, unknown>)[other.key])
      return
    case 3:
      if (typeof value === 'number')
        fields[key] = random.pick([value + 1, -value, value * 2 ** 20, value / 3])
      else if (typeof value === 'string') fields[key] = changedText(value, random)
      else fields[key] = copyOf(random.pick(odd))
      return
    default:
      fields[key] = copyOf(random.pick(odd))
  }
}

function changedText(text: string, random: Random): string {
  const at = random.below(text.length + 1)
  const insertion = random.pick(['', '\0', '"', '\\', ':', '.', '0', '\ufffe', '\ud800', text])
  return text.slice(0, at) + insertion + text.slice(at + random.below(3))
}

/** As JSON.parse would: "__proto__" becomes a field like any other. */
function define(holder: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
}

const placesSought = 20_000

function placesIn(root: Record<string, unknown>): Place[] {
  const places: Place[] = []
  const open: (Record<string, unknown> | unknown[])[] = [root]
  for (let holder = open.pop(); holder !== undefined && places.length < placesSought; holder = open.pop()) {
    for (const key of Object.keys(holder)) {
      places.push({ holder, key })
      const inner = (holder as Record<string, unknown>)[key]
      if (typeof inner === 'object' && inner !== null) open.push(inner as Record<string, unknown>)
    }
  }
  return places
}

function copyOf(value: unknown): unknown {
  const text = JSON.stringify(value)
  return text === undefined || text.length > 20_000 ? null : JSON.parse(text)
}
