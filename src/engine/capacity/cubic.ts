/** CUBIC's constants (RFC 9438 sections 4.6 and 5): window after a loss, and growth in packets a second cubed. */
const beta = 0.7
const cubicC = 0.4
/** What the window begins to grow to, over what it was without others. */
const queueShare = 0.5
/** The additive increase that makes AIMD with this beta as fast as Reno (RFC 9438 section 4.3), packets a round trip. */
const friendlyIncrease = (3 * (1 - beta)) / (1 + beta)

/**
 * A window that grows and shrinks as CUBIC's (RFC 9438) while others keep a queue on the path that we do not control. Only
 * losses that a full queue explains shrink it.
 */
export interface CubicWindow {
  begin(windowBytes: number, nowMs: number): void
  /** Bytes that were acknowledged; the window after it. */
  acked(windowBytes: number, bytes: number, roundTripMs: number, nowMs: number): number
  /** A loss by a full queue; once a round trip. */
  lost(windowBytes: number, nowMs: number): number
}

export function createCubicWindow(packetBytes: number): CubicWindow {
  let largest = 0
  let epochMs = 0
  let originMs = 0
  let friendly = 0

  const startEpoch = (windowBytes: number, nowMs: number): void => {
    epochMs = nowMs
    friendly = windowBytes
    const missing = Math.max(0, largest - windowBytes) / packetBytes
    originMs = Math.cbrt(missing / cubicC) * 1000
  }

  return {
    begin(windowBytes, nowMs) {
      // What there was alone leaves no room for a queue, which others now keep.
      largest = windowBytes * (1 + queueShare)
      startEpoch(windowBytes, nowMs)
    },
    acked(windowBytes, bytes, roundTripMs, nowMs) {
      const t = (nowMs + roundTripMs - epochMs - originMs) / 1000
      const cubic = largest + cubicC * t * t * t * packetBytes
      friendly += (friendlyIncrease * packetBytes * bytes) / Math.max(windowBytes, packetBytes)
      const target = Math.min(1.5 * windowBytes, Math.max(cubic, friendly))
      return target > windowBytes ? windowBytes + ((target - windowBytes) * bytes) / windowBytes : windowBytes
    },
    lost(windowBytes, nowMs) {
      largest = windowBytes < largest ? (windowBytes * (1 + beta)) / 2 : windowBytes
      const next = windowBytes * beta
      startEpoch(next, nowMs)
      return next
    },
  }
}
