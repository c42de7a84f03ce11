/** A carrying pair: its weight, and the packets it lately sent that were no stream packets (checks, control). */
export interface WireInput {
  readonly id: number
  readonly weight: number
  readonly otherPackets: number
}

/** Stream packets of a pair never depart further than this from its weight's share, however few of them there are. */
const leastPart = 0.2
const mostPart = 1.5

/**
 * What each pair should get of the stream packets, so that its share of *all* packets on the wire is its weight's share:
 * keepalives are the same for a slow pair and a fast one, and would else lift the small shares. `streamPackets` were sent
 * over all pairs in the same time. The result is to be used as weights; its sum is near 1, not exactly.
 */
export function streamShares(pairs: readonly WireInput[], streamPackets: number): Map<number, number> {
  let weights = 0
  let others = 0
  for (const pair of pairs) {
    weights += pair.weight
    others += pair.otherPackets
  }
  const total = streamPackets + others
  return new Map(
    pairs.map(({ id, weight, otherPackets }) => {
      const share = weight / weights
      if (streamPackets <= 0) return [id, share]
      const wanted = (share * total - otherPackets) / streamPackets
      return [id, Math.min(share * mostPart, Math.max(share * leastPart, wanted))]
    }),
  )
}
