/** What of the product's code an input ran through, told by the counters that scripts/instrument.mjs plants. */

interface WithHits {
  pathscopeHits?: Uint8Array
}

/** Undefined where the code was built without counters. */
const hits = (globalThis as WithHits).pathscopeHits

/** Counters below this are the product's own branches (scripts/instrument.mjs plants far fewer). */
const firstTold = 32_768

/**
 * Counts a place that no planted counter tells of, such as the field that a schema refused: an input that gets there
 * first is kept as for a branch.
 */
export function reach(place: string): void {
  if (hits === undefined) return
  let hash = 0x811c9dc5
  for (let at = 0; at < place.length; at += 1) hash = Math.imul(hash ^ place.charCodeAt(at), 0x01000193) >>> 0
  const counter = firstTold + (hash % (hits.length - firstTold))
  hits[counter] = 1
}

export class Coverage {
  /** Of each counter, the ranges of counts seen, one bit each. */
  private readonly seen = new Uint8Array(hits?.length ?? 0)
  private readonly words = hits && new Uint32Array(hits.buffer)
  /** Ranges of counts seen so far. */
  points = 0

  /** Forgets what ran since the last input was taken. */
  clear(): void {
    hits?.fill(0)
  }

  /** Takes in what ran since the last time. True when any of it is new: another branch, or one much more often. */
  take(): boolean {
    let isNew = false
    for (const at of this.touched()) {
      const range = rangeOf(hits?.[at] ?? 0)
      const before = this.seen[at] as number
      if ((before & range) !== 0) continue
      this.seen[at] = before | range
      this.points += 1
      isNew = true
    }
    this.clear()
    return isNew
  }

  /** Counters and ranges of the last run as numbers, for choosing few inputs that reach all. */
  takePoints(): number[] {
    const points = this.touched().map((at) => at * 256 + rangeOf(hits?.[at] ?? 0))
    this.clear()
    return points
  }

  private touched(): number[] {
    const touched: number[] = []
    const { words } = this
    if (words === undefined) return touched
    for (let word = 0; word < words.length; word += 1) {
      if (words[word] === 0) continue
      for (let at = 4 * word; at < 4 * word + 4; at += 1) if (hits?.[at] !== 0) touched.push(at)
    }
    return touched
  }
}

/** Counters wrap at 256; those that come to 0 again are lost, which costs nothing that matters. */
function rangeOf(count: number): number {
  if (count <= 3) return 1 << (count - 1)
  if (count <= 7) return 8
  if (count <= 15) return 16
  if (count <= 31) return 32
  return count <= 127 ? 64 : 128
}
