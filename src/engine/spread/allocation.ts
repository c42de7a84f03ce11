/** A path to be given a part of a rate. */
export interface Claim {
  /** What it would get of every bit by quality alone; above 0. */
  readonly quality: number
  /** More than this the path is not to be given, bit/s; Infinity = no limit known. */
  readonly ceilingBps: number
}

/**
 * Divides a rate by quality, but gives no path more than its ceiling: what does not fit goes to the others by their
 * quality (water-filling). Where all ceilings together are too low, the rest is divided by ceiling, so that all are
 * exceeded alike. Returns each path's part of the rate, together 1.
 */
export function allocate(claims: readonly Claim[], demandBps: number): number[] {
  const parts = claims.map(() => 0)
  const isFull = claims.map(() => false)
  let left = 1
  for (let round = 0; round < claims.length; round += 1) {
    const open = claims.reduce((sum, claim, at) => sum + (isFull[at] ? 0 : claim.quality), 0)
    if (open <= 0) break
    let filled = false
    let taken = 0
    claims.forEach((claim, at) => {
      if (isFull[at]) return
      const part = (left * claim.quality) / open
      const most = demandBps > 0 ? claim.ceilingBps / demandBps : Infinity
      parts[at] = Math.min(part, most)
      if (part < most) return
      isFull[at] = true
      filled = true
      taken += most
    })
    if (!filled) return parts
    left -= taken
  }
  return left > 1e-9 ? divideByCeiling(claims, parts, left) : parts
}

/** Every ceiling is reached and `left` remains. */
function divideByCeiling(claims: readonly Claim[], parts: readonly number[], left: number): number[] {
  const ceilings = claims.reduce((sum, { ceilingBps }) => sum + ceilingBps, 0)
  return parts.map((part, at) =>
    ceilings > 0 ? part + (left * (claims[at]?.ceilingBps ?? 0)) / ceilings : 1 / claims.length,
  )
}
