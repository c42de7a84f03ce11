import type { CandidateType, PairState, TransportAddress } from '../../../src/engine'
import type { Constants } from './history'

/** What the model holds of one pair; lists are whole histories, nothing is summed up or cached. */
export interface ModelPair {
  readonly id: number
  readonly socketId: number
  readonly remote: ModelRemote
  closed: boolean
  /** Made for an address that only checks had shown. */
  newcomer: boolean
  validated: boolean
  included: boolean
  /** A USE-CANDIDATE is due with its next check. */
  wished: boolean
  /** It was asked for out of turn since its last check. */
  called: boolean
  mapped: TransportAddress | null
  /** As the peer told with an authentic message. */
  peerNumber: number | null
  /** Since when it is that. */
  numberedAtMs: number
  readonly checks: ModelCheck[]
  /** Answers that count as samples, in order. */
  readonly samples: { readonly sentAtMs: number; readonly atMs: number }[]
  /** When the last authentic answer of any kind came. */
  settledAtMs: number
  /** When the peer said that it hears nothing over it, while it was up. */
  doubtedAtMs: number | null
  requestsReceived: number
  responsesSent: number
  responsesReceived: number
  attempted: number
  refused: number
  refusedByUs: number
  succeeded: number
  /** As told by the agent, each change checked for whether it may be; the first is `waiting`. */
  readonly states: { readonly state: PairState; readonly atMs: number }[]
}

export interface ModelCheck {
  readonly transaction: string
  readonly atMs: number
  readonly useCandidate: boolean
  readonly says: 'controlling' | 'controlled'
  answered: boolean
}

export interface ModelRemote {
  readonly address: TransportAddress
  type: CandidateType
  priority: number
}

/** What the agent should send back to a request. */
export interface ModelReply {
  readonly transaction: string
  readonly code: number | null
}

export interface View {
  controlling: boolean
  peer: 'pathscope' | 'stock' | null
  describedAtMs: number | null
  sockets: { readonly id: number; readonly order: number; readonly local: TransportAddress }[]
  remotes: ModelRemote[]
  readonly pairs: ModelPair[]
  /** Which pair answers to a socket and an address: the last one made there. */
  places: ModelPair[]
  early: { socketId: number; from: TransportAddress; priority: number; ufrag: string }[]
  readonly origins: { readonly transaction: string; readonly place: string }[]
  /** Times at which a place for an address that only a check has shown was asked for and given. */
  readonly newcomersAtMs: number[]
  readonly drops: string[]
  readonly replies: ModelReply[]
  readonly limits: string[]
  roleChanges: number
  /** When an error 487 last changed the role. */
  roleRefusedMs: number | null
  /** What the agent did and may not do. */
  readonly wrongs: string[]
}

export function emptyView(constants: Constants): View {
  return {
    controlling: constants.role === 'offerer',
    peer: null,
    describedAtMs: null,
    sockets: [],
    remotes: [],
    pairs: [],
    places: [],
    early: [],
    origins: [],
    newcomersAtMs: [],
    drops: [],
    replies: [],
    limits: [],
    roleChanges: 0,
    roleRefusedMs: null,
    wrongs: [],
  }
}

/** RFC 8445 section 5.1.2.1: type preferences 126, 110, 100, 0; the earlier interface first, IPv6 before IPv4. */
export function hostPriority(order: number, family: 4 | 6): bigint {
  return 126n * 16_777_216n + BigInt(65_535 - 2 * order - (family === 4 ? 1 : 0)) * 256n + 255n
}

/** RFC 8445 section 6.1.2.3. A pair keeps the priority of when its socket was closed, so null then. */
export function pairPriority(view: View, pair: ModelPair): bigint | null {
  const socket = view.sockets.find((each) => each.id === pair.socketId)
  if (socket === undefined) return null
  const ours = hostPriority(socket.order, socket.local.family)
  const theirs = BigInt(pair.remote.priority)
  const g = view.controlling ? ours : theirs
  const d = view.controlling ? theirs : ours
  const least = g < d ? g : d
  const most = g < d ? d : g
  return 4_294_967_296n * least + 2n * most + (g > d ? 1n : 0n)
}

export function stateOf(pair: ModelPair): PairState {
  return pair.states[pair.states.length - 1]?.state ?? 'waiting'
}

export function stateSince(pair: ModelPair): number {
  return pair.states[pair.states.length - 1]?.atMs ?? 0
}
