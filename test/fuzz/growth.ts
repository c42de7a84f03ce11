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
 * Grows an input by repeating a part of it, and tells when twice the input takes much more than twice the time. A guard
 * with room for a busy machine: what it reports was measured three times over and took the best of several runs.
 */
export function probeGrowth(target: Target, input: Uint8Array, random: Random): Growth | undefined {
  const { growBytes } = target
  if (growBytes === undefined || input.length === 0) return undefined
  const from = random.below(input.length)
  const part = input.subarray(from, from + 1 + random.below(random.pick([1, 2, 8, 32, 128])))
  const grown = (bytes: number) => {
    const copies = Math.max(1, Math.floor((bytes - input.length) / part.length))
    const repeated = new Uint8Array(copies * part.length)
    for (let i = 0; i < copies; i += 1) repeated.set(part, i * part.length)
    return join(input.subarray(0, from), repeated, input.subarray(from)).subarray(0, bytes)
  }
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

export function shortestMs(target: Target, input: Uint8Array, runs: number): number {
  let shortest = Infinity
  for (let left = runs; left > 0; left -= 1) {
    const startedAt = performance.now()
    target.run(input)
    shortest = Math.min(shortest, performance.now() - startedAt)
  }
  return shortest
}
