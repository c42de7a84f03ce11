import type { TransportAddress } from '../face/address'

export type StunClass = 'request' | 'indication' | 'success' | 'error'

/** MESSAGE-INTEGRITY or MESSAGE-INTEGRITY-SHA256 (RFC 8489 sections 14.5 and 14.6). */
export type Integrity = 'sha1' | 'sha256'

/** The binding method (RFC 8489 section 18.2). */
export const bindingMethod = 1

/** TURN's methods (RFC 8656 section 17). */
export const turnMethod = {
  allocate: 3,
  refresh: 4,
  send: 6,
  data: 7,
  createPermission: 8,
  channelBind: 9,
} as const

/** A STUN message as meant, without its MESSAGE-INTEGRITY and FINGERPRINT. */
export interface StunMessage {
  readonly class: StunClass
  /** 0..0xfff; 1 = binding. */
  readonly method: number
  /** 12 bytes. */
  readonly transactionId: Uint8Array
  readonly attributes: StunAttributes
}

export interface StunAttributes {
  /** At most 508 bytes of UTF-8 (RFC 8489 section 14.3). */
  readonly username?: string
  /** RFC 8445 section 7.1.1. */
  readonly priority?: number
  /** RFC 8445 section 7.1.2; false is the same as absent. */
  readonly useCandidate?: boolean
  /** Tie-breaker, u64 (RFC 8445 section 7.1.3). */
  readonly iceControlling?: bigint
  readonly iceControlled?: bigint
  /** 300..699 (RFC 8489 section 14.8). */
  readonly errorCode?: { readonly code: number; readonly reason: string }
  readonly xorMappedAddress?: TransportAddress
  readonly mappedAddress?: TransportAddress
  /** Attribute types, in an error response 420. */
  readonly unknownAttributes?: readonly number[]
  readonly software?: string
  /** Long-term credentials (RFC 8489 section 9.2), at most 762 bytes each. */
  readonly realm?: string
  readonly nonce?: string
  /** The rest is TURN's (RFC 8656 section 18). 0x4000..0x4fff. */
  readonly channelNumber?: number
  readonly lifetimeSeconds?: number
  readonly xorPeerAddress?: TransportAddress
  readonly xorRelayedAddress?: TransportAddress
  readonly requestedAddressFamily?: 4 | 6
  /** An IP protocol number; 17 = UDP. */
  readonly requestedTransport?: number
  readonly data?: Uint8Array
  /** Only between two Pathscopes; docs/protocol.md. */
  readonly pathscope?: PathCounters
}

/**
 * What each check between two Pathscopes says about its pair, so that loss is known in both directions and the
 * responder's own delay is not taken for the path's.
 */
export interface PathCounters {
  /** The sender's own number of this pair, u16. */
  readonly pairNumber: number
  /** Datagrams the sender has sent on this pair, this one included, u48. */
  readonly sentPackets: number
  /**
   * The last comparison for the other direction, u48 each: when the receiver of this message had said that it had sent
   * `echoSent` datagrams, its peer had counted `echoReceived` of them. Both 0 before the first comparison.
   */
  readonly echoSent: number
  readonly echoReceived: number
  /** Microseconds the responder held the request, u32, longest times cut to it; 0 in requests. */
  readonly holdMicros: number
  /** u32. Bit 0, in responses: the USE-CANDIDATE answered here has no effect. Others are sent as 0 and ignored. */
  readonly flags?: number
}
