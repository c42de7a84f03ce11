/** Added to every RTT: differences below the measuring error of about 1 ms then count for little. */
const rttOffsetMs = 1
/** Loss counts as the chance that this many packets in a row arrive. */
const packetsInRow = 10
/** A pair that loses nearly all is this much worse than a clean one, not infinitely: ratios must stay finite. */
const minSurvival = 0.001

/**
 * What a pair is worth: one over its RTT, times the chance that ten packets in a row arrive. Unknown loss counts as none.
 * `rttMs` is at least 0, `loss` 0..1.
 */
export function qualityOf(rttMs: number, loss: number | null): number {
  const arrives = 1 - Math.min(1, Math.max(0, loss ?? 0))
  return Math.max(minSurvival, arrives ** packetsInRow) / (rttOffsetMs + Math.max(0, rttMs))
}
