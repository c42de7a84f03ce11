import type { TransportAddress } from '../face/address'
import type { CandidateType } from '../face/snapshot'

/** The wire protocol that this Pathscope speaks, and the oldest one that it still speaks (docs/protocol.md). */
export const PROTOCOL_VERSION = 1
export const OLDEST_PROTOCOL_VERSION = 1

/** What a peer may send when it names no limit (RFC 8841 section 6.1), and what stands for its "no limit" (0). */
export const defaultMaxMessageSize = 65_536
export const unlimitedMessageSize = 2 ** 32 - 1
export const defaultSctpPort = 5000

/** One ICE candidate (RFC 8839 section 5.1), UDP. */
export interface DescribedCandidate {
  /** 1..32 ice-chars. */
  readonly foundation: string
  readonly component: number
  readonly priority: number
  readonly address: TransportAddress
  readonly type: CandidateType
  readonly related: { readonly address: string; readonly port: number } | null
}

/** Says that the other end is a Pathscope too; `protocol` is the newest that both ends speak. */
/** The word of the mark that offers SHA-256. */
export const sha256Word = 'integrity=sha-256'

export interface PathscopeMark {
  readonly protocol: number
  /** What its STUN messages are made with and judged by: SHA-256 where it offers that. */
  readonly integrity: 'sha1' | 'sha256'
}

/** A media section of the peer's offer that we refuse, as it must be mirrored in the answer (RFC 3264 section 6). */
export interface RejectedSection {
  /** Its place among the media sections, from 0. */
  readonly index: number
  readonly media: string
  readonly proto: string
  readonly formats: string
  readonly mid: string | null
}

/** How an SDP text is laid out around its one data channel section; an answer must have its offer's. */
export interface SectionShape {
  /** a=mid of the data channel section; '' when the offer has none. */
  readonly mid: string
  /** Whether the section is in a BUNDLE group. */
  readonly bundled: boolean
  /** `sctpmap`: "DTLS/SCTP 5000", from before RFC 8841; aiortc still offers it. */
  readonly sctpForm: 'sctp-port' | 'sctpmap'
  readonly rejectedSections: readonly RejectedSection[]
}

/** The shape of our own offers. */
export const offerShape: SectionShape = {
  mid: '0',
  bundled: true,
  sctpForm: 'sctp-port',
  rejectedSections: [],
}

/** The shape of the answer to an offer. */
export function answerShape(offer: SectionShape): SectionShape {
  const { mid, bundled, sctpForm, rejectedSections } = offer
  return { mid, bundled, sctpForm, rejectedSections }
}

export type Setup = 'actpass' | 'active' | 'passive'

/** What we say of ourselves. */
export interface LocalDescription extends SectionShape {
  readonly type: 'offer' | 'answer'
  /** Decimal digits, below 2^63. */
  readonly sessionId: string
  readonly ufrag: string
  readonly pwd: string
  /** SHA-256, "AB:CD:…". */
  readonly fingerprint: string
  readonly setup: Setup
  readonly candidates: readonly DescribedCandidate[]
  readonly sctpPort: number
  readonly maxMessageSize: number
  readonly pathscope: PathscopeMark | null
}

/** What the peer says of itself. */
export interface RemoteDescription extends SectionShape {
  readonly type: 'offer' | 'answer'
  readonly ufrag: string
  readonly pwd: string
  /** SHA-256, upper case. */
  readonly fingerprint: string
  readonly setup: Setup
  /**
   * UDP, component 1, unicast, canonical addresses, each address once; at most `limits.remoteCandidates`. Empty only
   * when all it has are .local names: then the peer's own checks will show where it is.
   */
  readonly candidates: readonly DescribedCandidate[]
  /** Those behind a .local name that can be looked for; at most `limits.namedCandidates`. Counted in `skipped` as well. */
  readonly named: readonly NamedCandidate[]
  readonly skipped: SkippedCandidates
  readonly sctpPort: number
  readonly maxMessageSize: number
  readonly iceLite: boolean
  readonly pathscope: PathscopeMark | null
  readonly trickle: boolean
  readonly endOfCandidates: boolean
}

/** A candidate whose address is hidden behind a name of multicast DNS (RFC 8828 section 3). */
export interface NamedCandidate {
  /** Lower case, one label and `.local`. */
  readonly name: string
  readonly port: number
  readonly type: CandidateType
  readonly priority: number
}

/** Candidates of the peer that are not used, by reason. */
export interface SkippedCandidates {
  readonly tcp: number
  /** Hidden behind a .local name (mDNS). */
  readonly mdns: number
  /** Malformed, of another component, or of an address that no host has. */
  readonly invalid: number
  readonly overLimit: number
}
