import { join } from './mutate'
import type { Random } from './random'
import type { Target } from './target'

/** Longer than this at full size, and the growth is looked at. */
const suspectMs = 30
/** Time for twice the input over time for once: 2 is linear, 4 quadratic. */
const worstFactor = 3.2
/** Whatever the growth: no input of full size may take longer. */
const longestMs = 2000

export interface Growth {
  readonly input: Uint8Array
  readonly message: string
}

/**
 * Grows an input by repeating one or two parts of it, and tells when twice the input takes much more than twice the time. A guard
 * with room for a busy machine: what it reports was measured three times over and took the best of several runs.
 */
export function probeGrowth(target: Target, input: Uint8Array, random: Random): Growth | undefined {
  const { growBytes } = target
  if (growBytes === undefined || input.length === 0) return undefined
  const parts = random.chance(0.5) ? [partOf(input, random)] : [partOf(input, random), partOf(input, random)]
  const grown = (bytes: number) => repeatParts(input, parts, bytes)
  const large = grown(growBytes)
  const time = (bytes: number, runs: number) =>
    shortestMs(target, bytes === growBytes ? large : grown(bytes), runs)
  const once = time(growBytes, 1)
  if (once > longestMs && time(growBytes, 2) > longestMs) {
    return { input: large, message: `${growBytes} bytes take ${once.toFixed(0)} ms` }
  }
  if (once < suspectMs || once / time(growBytes / 2, 1) < worstFactor) return undefined
  const [full, half, quarter] = [time(growBytes, 4), time(growBytes / 2, 4), time(growBytes / 4, 4)]
  if (full < suspectMs || full / half < worstFactor || half / quarter < worstFactor * 0.85) return undefined
  const times = `${quarter.toFixed(1)}, ${half.toFixed(1)}, ${full.toFixed(1)} ms`
  return { input: large, message: `time grows faster than the input: ${times} for a quarter, half and whole` }
}

interface Part {
  readonly from: number
  readonly to: number
}

const lineEnd = 0x0a
const separators = new Set([...' \n,:;.&"{}[]()'].map((char) => char.charCodeAt(0)))

/** A line, a word or any other part: what a format allows many of is mostly one of the first two. */
function partOf(input: Uint8Array, random: Random): Part {
  const place = random.below(input.length)
  const choice = random.below(3)
  if (choice === 2)
    return { from: place, to: Math.min(input.length, place + 1 + random.below(random.pick([1, 2, 8, 32]))) }
  const ends = (at: number) => (choice === 0 ? input[at] === lineEnd : separators.has(input[at] as number))
  let [from, to] = [place, place + 1]
  while (from > 0 && !ends(from - 1)) from -= 1
  while (to < input.length && !ends(to - 1)) to += 1
  return { from, to }
}

/** The input with each part repeated until the whole has so many bytes; two parts share what there is to grow. */
function repeatParts(input: Uint8Array, parts: readonly Part[], bytes: number): Uint8Array {
  const room = Math.max(0, bytes - input.length) / parts.length
  const pieces: Uint8Array[] = []
  let at = 0
  for (const { from, to } of [...parts].sort((a, b) => a.to - b.to)) {
    const part = input.subarray(from, to)
    pieces.push(input.subarray(at, to), Buffer.alloc(Math.floor(room / part.length) * part.length, part))
    at = to
  }
  return join(...pieces, input.subarray(at)).subarray(0, bytes)
}

export function shortestMs(target: Target, input: Uint8Array, runs: number): number {
  let shortest = Infinity
  for (let left = runs; left > 0; left -= 1) {
    const startedAt = performance.now()
    target.run(input)
    shortest = Math.min(shortest, performance.now() - startedAt)
  }
  return shortest
}
