/** How long an answer takes: from echoed stamps, so that a copy sent again gives a true sample too (RFC 7323). */

const defaultRtoMs = 300
const minRtoMs = 50
const maxRtoMs = 3000

export class RoundTrip {
  private smoothedMs: number | undefined
  private variationMs = 0
  private hintMs = defaultRtoMs

  /** The timeout that the paths' round trips suggest. */
  hint(rtoMs: number): void {
    this.hintMs = clamp(rtoMs)
  }

  /** The retransmission timeout, ms: the larger of the hint and what was measured here (RFC 6298). */
  get rtoMs(): number {
    if (this.smoothedMs === undefined) return this.hintMs
    return clamp(Math.max(this.hintMs, this.smoothedMs + Math.max(10, 4 * this.variationMs)))
  }

  /** How far one copy may overtake another without the other being taken for lost. */
  get reorderMs(): number {
    return Math.max(10, (this.smoothedMs ?? 0) / 4)
  }

  stamp(nowMs: number): number {
    return Math.floor(nowMs) % 0x10000
  }

  /** Takes a sample from an echoed stamp and returns when that copy was sent; undefined when it cannot be ours. */
  sample(echo: number, nowMs: number): number | undefined {
    const ageMs = (((this.stamp(nowMs) - echo) % 0x10000) + 0x10000) % 0x10000
    // Half the stamp's range: older answers cannot be told from ones of the future.
    if (ageMs >= 0x8000 || ageMs > nowMs) return undefined
    if (this.smoothedMs === undefined) {
      this.smoothedMs = ageMs
      this.variationMs = ageMs / 2
    } else {
      this.variationMs = 0.75 * this.variationMs + 0.25 * Math.abs(this.smoothedMs - ageMs)
      this.smoothedMs = 0.875 * this.smoothedMs + 0.125 * ageMs
    }
    return nowMs - ageMs
  }
}

function clamp(rtoMs: number): number {
  return Math.min(maxRtoMs, Math.max(minRtoMs, rtoMs))
}
