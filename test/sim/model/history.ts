import type { TransportAddress } from '../../../src/engine'
import type { PairState } from '../../../src/engine'

/** A candidate of the peer, as described or told. */
export interface Candidate {
  readonly address: TransportAddress
  readonly type: 'host' | 'srflx' | 'relay'
  readonly priority: number
}

/** An authenticated or forged connectivity check that arrives. */
export interface ArrivedRequest {
  readonly socketId: number
  readonly from: TransportAddress
  readonly transaction: string
  readonly username: string
  /** `weak`: right, but with SHA-1 although the peer offers SHA-256. */
  readonly key: 'ours' | 'weak' | 'wrong' | 'none'
  readonly priority: number
  readonly useCandidate: boolean
  readonly says: 'controlling' | 'controlled'
  readonly tieBreaker: bigint
  readonly hearsNothing: boolean
}

/** An answer that arrives: to a check of ours, or pretending to be. */
export interface ArrivedAnswer {
  readonly socketId: number
  readonly from: TransportAddress
  readonly transaction: string
  readonly key: 'theirs' | 'weak' | 'wrong' | 'none'
  readonly code: number | null
  readonly mapped: TransportAddress
  readonly withoutEffect: boolean
}

/** What went in, and of what came out that in which the agent is free: when it checks and when it gives a pair up. */
export type Entry = { readonly atMs: number } & (
  | { readonly kind: 'open'; readonly socketId: number; readonly local: TransportAddress }
  | { readonly kind: 'close'; readonly socketId: number }
  | {
      readonly kind: 'describe'
      readonly peer: 'pathscope' | 'stock'
      readonly candidates: readonly Candidate[]
    }
  | { readonly kind: 'told'; readonly candidate: Candidate }
  | { readonly kind: 'withdrawn'; readonly address: TransportAddress }
  | { readonly kind: 'include'; readonly pairId: number; readonly included: boolean }
  | { readonly kind: 'nominate'; readonly pairId: number | null }
  | ({ readonly kind: 'request' } & ArrivedRequest)
  | ({ readonly kind: 'answer' } & ArrivedAnswer)
  | {
      readonly kind: 'sent'
      readonly socketId: number
      readonly to: TransportAddress
      readonly transaction: string
      readonly useCandidate: boolean
      readonly says: 'controlling' | 'controlled'
    }
  | { readonly kind: 'became'; readonly pairId: number; readonly from: PairState; readonly to: PairState }
)

/** What never changes in a run. */
export interface Constants {
  readonly role: 'offerer' | 'answerer'
  readonly policy: 'reject' | 'ignore'
  readonly tieBreaker: bigint
  readonly ourUfrag: string
  readonly theirUfrag: string
}

export function keyOf(address: TransportAddress): string {
  return `${address.address}|${address.port}`
}

/** The number that the peer has for its end of a pair, where it tells one: a NAT that maps anew does not change it. */
export function peerNumberOf(address: TransportAddress): number {
  return 1 + (address.address.charCodeAt(address.address.length - 1) % 2)
}
