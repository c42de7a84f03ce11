import { addressKey } from '../address'
import type { TransportAddress } from '../face/address'

/** Kept at most; more are dropped as they come. */
const mostStrays = 128
/** A check from where they came follows within a round trip or two, or never, ms. */
const strayMs = 300

export interface Stray {
  readonly socketId: number
  readonly from: TransportAddress
  readonly data: Uint8Array
  readonly receivedAtMs: number
}

/**
 * Packets of streams from addresses that no check has validated. A NAT that gives the peer a new port makes them of all that
 * it sends, until its first check from there arrives: they wait for that check, unopened, and are dropped when none comes.
 */
export interface Strays {
  /** False when there is no room. */
  hold(stray: Stray, nowMs: number): boolean
  /** Takes those from one address, in the order they came. */
  from(socketId: number, from: TransportAddress): Stray[]
  /** Forgets those that have waited too long; how many. */
  expire(nowMs: number): number
  nextDeadline(): number | undefined
  readonly count: number
}

export function createStrays(): Strays {
  let held: { readonly stray: Stray; readonly key: string; readonly untilMs: number }[] = []
  const keyOf = (socketId: number, from: TransportAddress): string => `${socketId} ${addressKey(from)}`
  return {
    hold(stray, nowMs) {
      if (held.length >= mostStrays) return false
      held.push({ stray, key: keyOf(stray.socketId, stray.from), untilMs: nowMs + strayMs })
      return true
    },
    from(socketId, from) {
      const key = keyOf(socketId, from)
      const found = held.filter((each) => each.key === key)
      if (found.length > 0) held = held.filter((each) => each.key !== key)
      return found.map(({ stray }) => stray)
    },
    expire(nowMs) {
      const before = held.length
      if (before > 0 && held[0]!.untilMs <= nowMs) held = held.filter(({ untilMs }) => untilMs > nowMs)
      return before - held.length
    },
    nextDeadline: () => held[0]?.untilMs,
    get count() {
      return held.length
    },
  }
}
