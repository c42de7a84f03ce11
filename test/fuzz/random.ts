import { seededRandom } from '../../src/engine/testing'

/** Choices that a seed repeats. */
export interface Random {
  /** A whole number in 0..below-1. */
  below(below: number): number
  chance(probability: number): boolean
  pick<T>(values: readonly T[]): T
  bytes(length: number): Uint8Array
}

export function createRandom(seed: number): Random {
  const next = seededRandom(seed)
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (values) => {
      if (values.length === 0) throw new RangeError('nothing to pick from')
      return values[below(values.length)] as (typeof values)[number]
    },
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  }
}

/** A number that depends on every character, so that each target has its own choices under one seed. */
export function seedFrom(seed: number, name: string): number {
  let mixed = seed >>> 0
  for (const char of name) mixed = Math.imul(mixed ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return mixed
}
