import type { Random } from './random'

/** Values at the edges of the integer fields that formats have. */
const edges = [
  0, 1, 2, 3, 4, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0xffffffff,
]

type Change = (input: Uint8Array, random: Random, pool: Pool) => Uint8Array

export interface Pool {
  readonly words: readonly Uint8Array[]
  readonly others: readonly Uint8Array[]
  readonly maxBytes: number
}

/** The input with one to eight blind changes, at most `maxBytes` long. */
export function mutate(input: Uint8Array, random: Random, pool: Pool): Uint8Array {
  let changed = input
  for (let left = 1 << random.below(4); left > 0; left -= 1) {
    changed = random.pick(changes)(changed, random, pool)
    if (changed.length > pool.maxBytes) changed = changed.subarray(0, pool.maxBytes)
  }
  return changed
}

const flipBit: Change = (input, random) =>
  at(input, random, (copy, place) => (copy[place] = (copy[place] as number) ^ (1 << random.below(8))))
const setByte: Change = (input, random) =>
  at(input, random, (copy, place) => (copy[place] = random.below(256)))
const stepByte: Change = (input, random) =>
  at(input, random, (copy, place) => (copy[place] = (copy[place] as number) + random.pick([-1, 1, -4, 4])))

const setInteger: Change = (input, random) => {
  const bytes = random.pick([1, 2, 3, 4])
  if (input.length < bytes) return input
  const copy = Uint8Array.from(input)
  const place = random.below(input.length - bytes + 1)
  const value = random.chance(0.3) ? input.length - place - bytes : random.pick(edges)
  for (let i = 0; i < bytes; i += 1) copy[place + i] = Math.floor(value / 2 ** (8 * (bytes - 1 - i)))
  return copy
}

const remove: Change = (input, random) => {
  const [from, to] = range(input, random)
  return join(input.subarray(0, from), input.subarray(to))
}

const repeat: Change = (input, random) => {
  const [from, to] = range(input, random)
  const part = input.subarray(from, to)
  const copies = Array.from({ length: random.pick([1, 1, 1, 2, 4, 40]) }, () => part)
  return join(input.subarray(0, to), ...copies, input.subarray(to))
}

const move: Change = (input, random) => {
  const [from, to] = range(input, random)
  const rest = join(input.subarray(0, from), input.subarray(to))
  const place = random.below(rest.length + 1)
  return join(rest.subarray(0, place), input.subarray(from, to), rest.subarray(place))
}

const cutEnd: Change = (input, random) => input.subarray(0, random.below(input.length + 1))

const insertWord: Change = (input, random, { words }) => {
  const word = words.length > 0 && random.chance(0.9) ? random.pick(words) : random.bytes(1 + random.below(8))
  const place = random.below(input.length + 1)
  const end = random.chance(0.5) ? place : Math.min(input.length, place + word.length)
  return join(input.subarray(0, place), word, input.subarray(end))
}

const splice: Change = (input, random, { others }) => {
  if (others.length === 0) return input
  const other = random.pick(others)
  const [from, to] = range(other, random)
  const place = random.below(input.length + 1)
  const end = random.chance(0.5) ? place : Math.min(input.length, place + to - from)
  return join(input.subarray(0, place), other.subarray(from, to), input.subarray(end))
}

const changes: readonly Change[] = [
  flipBit,
  setByte,
  stepByte,
  setInteger,
  setInteger,
  remove,
  repeat,
  move,
  cutEnd,
  insertWord,
  insertWord,
  splice,
]

function at(
  input: Uint8Array,
  random: Random,
  change: (copy: Uint8Array, place: number) => void,
): Uint8Array {
  if (input.length === 0) return random.bytes(1)
  const copy = Uint8Array.from(input)
  change(copy, random.below(copy.length))
  return copy
}

/** A part of the input, short ones more often. */
function range(input: Uint8Array, random: Random): readonly [number, number] {
  const from = random.below(input.length + 1)
  const most = Math.min(input.length - from, random.pick([1, 4, 16, 64, 1024, 65_536]))
  return [from, from + random.below(most + 1)]
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}
