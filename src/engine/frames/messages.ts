import { concat, getU48, setU48, viewOf } from '../bytes'
import { controlOverheadBytes } from './control'

/** What the receiver of a pair's packets has counted, told to their sender. */
export interface PairReport {
  /** The number that the addressee of this report has given to the pair, u16. */
  readonly pairNumber: number
  /** The highest `sentPackets` seen from the addressee on this pair when these counts were taken, u48. */
  readonly sentSeen: number
  /** Datagrams received on the pair up to then, u48. */
  readonly received: number
  /** Records whose first copy came over this pair, and records that came when another copy had been there, u48. */
  readonly firstArrivals: number
  readonly duplicates: number
}

export type ControlMessage =
  | { readonly kind: 'reliable'; readonly frame: Uint8Array }
  | { readonly kind: 'report'; readonly pairs: readonly PairReport[] }
  /** The whole plain text; the feedback room reads it. */
  | { readonly kind: 'feedback'; readonly plain: Uint8Array }

const type = { reliable: 1, report: 2, feedback: 3, feedbackBehind: 4 } as const
const reportBytes = 26
/** UDP payload of a control datagram with a report. */
const maxDatagramBytes = 1200
/** Pairs in one report. */
export const maxPairsPerReport = Math.floor((maxDatagramBytes - controlOverheadBytes - 2) / reportBytes)

export function encodeReliable(frame: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(type.reliable), frame)
}

/** Plain texts of as few datagrams as the pairs need; sealed, none is longer than 1200 bytes. */
export function encodeReport(pairs: readonly PairReport[]): Uint8Array[] {
  const datagrams: Uint8Array[] = []
  for (let at = 0; at < pairs.length; at += maxPairsPerReport) {
    datagrams.push(encodePairs(pairs.slice(at, at + maxPairsPerReport)))
  }
  return datagrams
}

function encodePairs(pairs: readonly PairReport[]): Uint8Array {
  const bytes = new Uint8Array(2 + reportBytes * pairs.length)
  const view = viewOf(bytes)
  bytes[0] = type.report
  bytes[1] = pairs.length
  for (const [i, pair] of pairs.entries()) {
    const at = 2 + reportBytes * i
    if (!(pair.pairNumber >= 0 && pair.pairNumber <= 0xffff)) throw new RangeError(`pair ${pair.pairNumber}`)
    view.setUint16(at, pair.pairNumber)
    setU48(view, at + 2, pair.sentSeen)
    setU48(view, at + 8, pair.received)
    setU48(view, at + 14, pair.firstArrivals)
    setU48(view, at + 20, pair.duplicates)
  }
  return bytes
}

/** Undefined when it is neither of the messages this version knows; such a datagram is dropped. */
export function decodeControl(plain: Uint8Array): ControlMessage | undefined {
  if (plain[0] === type.reliable) return { kind: 'reliable', frame: plain.subarray(1) }
  if (plain[0] === type.feedback || plain[0] === type.feedbackBehind) return { kind: 'feedback', plain }
  if (plain[0] !== type.report || plain.length < 2) return undefined
  const count = plain[1] as number
  if (plain.length !== 2 + reportBytes * count) return undefined
  const view = viewOf(plain)
  const pairs = Array.from({ length: count }, (_, i) => {
    const at = 2 + reportBytes * i
    return {
      pairNumber: view.getUint16(at),
      sentSeen: getU48(view, at + 2),
      received: getU48(view, at + 8),
      firstArrivals: getU48(view, at + 14),
      duplicates: getU48(view, at + 20),
    }
  })
  return { kind: 'report', pairs }
}
