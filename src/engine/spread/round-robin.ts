/**
 * Spreads the packets of one stream over pairs by weight, one pair a packet, without randomness. While ids and weights
 * stand still, each pair's bytes are at every moment within one packet, the largest so far, of its exact share.
 *
 * Every packet adds each pair's share of its bytes to the pair's credit; of the pairs with credit left, the one whose
 * next packet is due first goes (earliest deadline first with eligibility: Stoica and Abdel-Wahab 1995, EEVDF). Taking
 * the highest credit instead would run up to several packets behind with many pairs.
 */
export interface RoundRobin {
  /** The pair for a packet of `bytes`. `ids` is not empty and has no id twice. Weights not above 0 get nothing. */
  next(ids: readonly number[], weightOf: (id: number) => number, bytes: number): number
}

/** Credits and due times that differ by less are equal but for rounding, bytes. */
const epsilon = 1e-6

export function createRoundRobin(): RoundRobin {
  let order: number[] = []
  /** Bytes each pair is owed, by its place in `order`; all together 0 between two packets. */
  let credits = new Float64Array(0)
  let weights = new Float64Array(0)

  /** Pairs that left hand what they were owed (or owe) to those that stay, so that the sum stays 0. */
  const adopt = (ids: readonly number[]): void => {
    const kept = new Map(order.map((id, at) => [id, credits[at] ?? 0]))
    order = [...ids]
    credits = Float64Array.from(order, (id) => kept.get(id) ?? 0)
    weights = new Float64Array(order.length)
    const surplus = credits.reduce((sum, credit) => sum + credit, 0) / order.length
    for (let at = 0; at < credits.length; at += 1) credits[at] = (credits[at] ?? 0) - surplus
  }

  const isSameOrder = (ids: readonly number[]): boolean => {
    if (ids.length !== order.length) return false
    for (let at = 0; at < ids.length; at += 1) if (ids[at] !== order[at]) return false
    return true
  }

  const readWeights = (weightOf: (id: number) => number): number => {
    let sum = 0
    for (let at = 0; at < order.length; at += 1) {
      const weight = weightOf(order[at] as number)
      weights[at] = weight > 0 && weight < Infinity ? weight : 0
      sum += weights[at] ?? 0
    }
    if (sum > 0) return sum
    weights.fill(1)
    return order.length
  }

  return {
    next(ids, weightOf, bytes) {
      if (ids.length === 0) throw new RangeError('round robin over no pairs')
      if (!isSameOrder(ids)) adopt(ids)
      const sum = readWeights(weightOf)
      let chosen = -1
      let earliest = Infinity
      for (let at = 0; at < order.length; at += 1) {
        const share = (weights[at] ?? 0) / sum
        const credit = (credits[at] ?? 0) + share * bytes
        credits[at] = credit
        if (share === 0 || credit <= epsilon) continue
        const bytesUntilDue = (bytes - credit) / share
        if (bytesUntilDue >= earliest - epsilon) continue
        earliest = bytesUntilDue
        chosen = at
      }
      // None is eligible when what credit there is belongs to pairs whose weight has become 0.
      if (chosen < 0) chosen = indexOfGreatest(weights)
      credits[chosen] = (credits[chosen] ?? 0) - bytes
      return order[chosen] as number
    },
  }
}

function indexOfGreatest(values: Float64Array): number {
  let greatest = 0
  for (let at = 1; at < values.length; at += 1) if ((values[at] ?? 0) > (values[greatest] ?? 0)) greatest = at
  return greatest
}

/** Each pair's share of the packets, 0..1, together 1: its weight over the sum. Equal shares when no weight is above 0. */
export function expectedShares(
  ids: readonly number[],
  weightOf: (id: number) => number,
): Map<number, number> {
  const weights = ids.map((id) => {
    const weight = weightOf(id)
    return weight > 0 && weight < Infinity ? weight : 0
  })
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return new Map(ids.map((id, at) => [id, sum > 0 ? (weights[at] ?? 0) / sum : 1 / ids.length]))
}
