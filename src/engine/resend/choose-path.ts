/** A path as the choice sees it. */
export interface ResendCandidate {
  readonly id: number
  readonly localInterface: string
  /** Name of the peer's interface, or its address while the name is unknown. */
  readonly remoteInterface: string
  readonly doubted: boolean
  readonly carrying: boolean
  /** How long ago anything came over it, ms. */
  readonly silentMs: number
  readonly rttMs: number
}

/** Beyond half a round trip, for how long a path may have been silent and still count as heard, ms. */
const heardWithinMs = 20

/**
 * The path for what was sent over doubted ones: not doubted itself; sharing the fewest interfaces with those that are, as
 * what fails is mostly an interface; heard of late; carrying already; fastest. Undefined when all are doubted.
 */
export function choosePath(paths: readonly ResendCandidate[]): number | undefined {
  const doubted = paths.filter((path) => path.doubted)
  const ranked = paths
    .filter((path) => !path.doubted)
    .map((path) => ({ path, rank: rankOf(path, doubted) }))
    .sort((a, b) => compare(a.rank, b.rank))
  return ranked[0]?.path.id
}

function rankOf(path: ResendCandidate, doubted: readonly ResendCandidate[]): readonly number[] {
  let shared = 0
  for (const other of doubted) {
    if (other.localInterface === path.localInterface) shared += 1
    if (other.remoteInterface === path.remoteInterface) shared += 1
  }
  const unheard = path.silentMs > path.rttMs / 2 + heardWithinMs
  return [shared, Number(unheard), Number(!path.carrying), path.rttMs, path.id]
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < a.length; at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
