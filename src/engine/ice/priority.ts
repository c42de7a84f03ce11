import type { CandidateType } from '../face/snapshot'

const typePreference: Record<CandidateType, number> = { host: 126, prflx: 110, srflx: 100, relay: 0 }

/**
 * Candidate priority (RFC 8445 section 5.1.2.1). `localPreference` tells apart candidates of one type, 0 to 65535; the
 * component is always 1.
 */
export function candidatePriority(type: CandidateType, localPreference: number): number {
  return typePreference[type] * 2 ** 24 + localPreference * 2 ** 8 + 255
}

/** Pair priority (RFC 8445 section 6.1.2.3): `controlling` and `controlled` are the two candidates' priorities. */
export function pairPriority(controlling: number, controlled: number): bigint {
  const low = BigInt(Math.min(controlling, controlled))
  const high = BigInt(Math.max(controlling, controlled))
  return (low << 32n) + 2n * high + (controlling > controlled ? 1n : 0n)
}

/** Local preference of a socket: earlier interfaces first, IPv6 before IPv4 on the same interface (RFC 8421). */
export function localPreference(socketOrder: number, family: 4 | 6): number {
  return Math.max(0, 65_535 - socketOrder * 2 - (family === 6 ? 0 : 1))
}
