/** Seeded pseudo-random numbers: the same seed gives the same sequence on every machine. Not for secrets. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [0, below). */
  int(below: number): number
  /** Uniform in [low, high). */
  range(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(from: readonly T[]): T
  bytes(count: number): Uint8Array
  /** An independent generator; its sequence depends on this seed and the label, not on what was drawn before. */
  fork(label: string): Random
}

/** sfc32 (Chris Doty-Humphrey, PractRand), seeded by FNV-1a of the text. */
export function createRandom(seed: number | string): Random {
  const text = String(seed)
  let a = hash(text, 0)
  let b = hash(text, 1)
  let c = hash(text, 2)
  let counter = 1

  function word(): number {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return t >>> 0
  }
  for (let i = 0; i < 12; i++) word()

  const next = () => word() / 4_294_967_296
  const int = (below: number) => Math.floor(next() * below)
  return {
    next,
    int,
    range: (low, high) => low + next() * (high - low),
    chance: (probability) => next() < probability,
    pick: (from) => {
      if (from.length === 0) throw new Error('nothing to pick from')
      return from[int(from.length)]!
    },
    bytes: (count) => {
      const out = new Uint8Array(count)
      for (let i = 0; i < count; i++) out[i] = word() & 0xff
      return out
    },
    fork: (label) => createRandom(`${text}/${label}`),
  }
}

function hash(text: string, salt: number): number {
  let value = 0x811c9dc5 ^ (salt * 0x9e3779b9)
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value | 0
}
