import type {
  ChannelState,
  DropReason,
  DtlsState,
  GatheringState,
  IceState,
  PairState,
  PeerView,
} from './snapshot'
import type { SwitchReason } from './explain'
import type { Mode, Use } from './settings'
import type { StreamBreak, StreamDirection, StreamRefusal, StreamSpec } from './streams'

/** Something that happened, told once, in order. `atMs` is engine time. Texts for people are made by the shared layer. */
export type EngineEvent = { readonly atMs: number } & (
  | { readonly kind: 'gathering-state'; readonly state: GatheringState }
  | { readonly kind: 'ice-state'; readonly state: IceState }
  | { readonly kind: 'dtls-state'; readonly state: DtlsState; readonly detail: string | null }
  | { readonly kind: 'channel-state'; readonly state: ChannelState }
  | { readonly kind: 'pair-added'; readonly pairId: number; readonly label: string }
  | {
      readonly kind: 'pair-state'
      readonly pairId: number
      readonly label: string
      readonly from: PairState
      readonly to: PairState
      /** How long it had gone unanswered when it went down, or how long it was down when it came back; ms. */
      readonly afterMs: number
    }
  | {
      readonly kind: 'pair-included'
      readonly pairId: number
      readonly label: string
      readonly included: boolean
    }
  | { readonly kind: 'nomination-attempted'; readonly pairId: number; readonly label: string }
  | {
      readonly kind: 'nomination-outcome'
      readonly pairId: number
      readonly label: string
      readonly outcome: 'refused' | 'succeeded'
      readonly code: number | null
    }
  | { readonly kind: 'nomination-refused-by-us'; readonly pairId: number; readonly label: string }
  | { readonly kind: 'role-conflict'; readonly nowRole: 'controlling' | 'controlled' }
  /** `direction` as seen from here; `by`: whose wish it was, which need not be who sends in that direction. */
  | {
      readonly kind: 'mode'
      readonly mode: Mode
      readonly direction: 'sent' | 'received'
      readonly by: 'us' | 'peer'
    }
  /** The preferred path of what we send is another one now. Told at most a few times a second. */
  | {
      readonly kind: 'switch'
      readonly fromId: number | null
      readonly fromLabel: string | null
      readonly toId: number
      readonly toLabel: string
      readonly reason: SwitchReason
    }
  /** What the user wants of a pair. */
  | {
      readonly kind: 'pair-pinned'
      readonly pairId: number
      readonly label: string
      readonly pinned: boolean
    }
  | {
      readonly kind: 'pair-capped'
      readonly pairId: number
      readonly label: string
      readonly capBps: number | null
    }
  | { readonly kind: 'pairs-ordered'; readonly labels: readonly string[] }
  | { readonly kind: 'use'; readonly use: Use; readonly by: 'us' | 'peer' }
  /** `by`: whose wish it was, whoever sends. */
  | {
      readonly kind: 'stream-started' | 'stream-changed' | 'stream-stopped'
      readonly direction: StreamDirection
      readonly id: number
      readonly spec: StreamSpec
      readonly by: 'us' | 'peer'
    }
  /** The user has changed how long packets of a received stream wait for those before them, ms; 0 = they do not. */
  | {
      readonly kind: 'stream-deadline'
      readonly direction: 'received'
      readonly id: number
      readonly spec: StreamSpec
      readonly deadlineMs: number
      readonly wasMs: number
    }
  /** A stream sent far more than a path can carry, so that its sender's circuit breaker stopped it (RFC 8083). */
  | ({
      readonly kind: 'stream-broken'
      readonly direction: StreamDirection
      readonly id: number
      readonly spec: StreamSpec
    } & StreamBreak)
  /** A path is too narrow for a stream which others carry on, so its sender takes it from the stream for so long, ms. */
  | ({
      readonly kind: 'stream-path-rests'
      readonly direction: StreamDirection
      readonly id: number
      readonly spec: StreamSpec
      readonly restMs: number
    } & StreamBreak)
  /** It gets copies, to see whether it has room now; or it has, or the user changed something, and it carries again. */
  | {
      readonly kind: 'stream-path-tried' | 'stream-path-returns'
      readonly direction: StreamDirection
      readonly id: number
      readonly spec: StreamSpec
      readonly pairId: number | null
      readonly label: string | null
    }
  /** A wish of ours that neither side could follow. */
  | {
      readonly kind: 'stream-refused'
      readonly direction: StreamDirection
      /** Null when it was to be stopped. */
      readonly spec: StreamSpec | null
      readonly reason: StreamRefusal
    }
  | { readonly kind: 'peer'; readonly peer: PeerView }
  | {
      readonly kind: 'stun-failed'
      readonly server: string
      readonly interfaceName: string
      readonly detail: string
    }
  /** A TURN server gave us an address, this long after it was first asked. */
  | {
      readonly kind: 'relay-opened'
      readonly server: string
      readonly interfaceName: string
      readonly address: string
      readonly afterMs: number
    }
  /** It gave none, or (`lost`) the one it gave is gone and its pairs close next. `code` is the server's (RFC 8656). */
  | {
      readonly kind: 'relay-failed'
      readonly server: string
      readonly interfaceName: string
      readonly code: number | null
      readonly detail: string
      readonly lost: boolean
    }
  /** The server does not relay to an address of the peer; told once an allocation. */
  | {
      readonly kind: 'relay-refused'
      readonly server: string
      readonly interfaceName: string
      readonly peer: string
      readonly code: number
      readonly detail: string
    }
  /** A .local name in the peer's description was looked for; without addresses it was not found. */
  | { readonly kind: 'name'; readonly name: string; readonly addresses: readonly string[] }
  /** An address that came after our description was written; its pairs follow. */
  | { readonly kind: 'socket-opened'; readonly interfaceName: string; readonly address: string }
  /** Its pairs close next. */
  | { readonly kind: 'socket-closed'; readonly interfaceName: string; readonly detail: string }
  /** It is known, or known anew, by which interface the pair's packets leave. */
  | {
      readonly kind: 'egress'
      readonly pairId: number
      readonly label: string
      readonly verified: boolean
      readonly named: string
      readonly carriedBy: string
    }
  /** An interface lost its carrier or was set down, and its pairs go down next; or it is back, and they are checked. */
  | { readonly kind: 'link'; readonly interfaceName: string; readonly up: boolean }
  | { readonly kind: 'limit'; readonly limit: string; readonly detail: string }
  | { readonly kind: 'dropping'; readonly reason: DropReason; readonly total: number }
  | { readonly kind: 'finishing'; readonly by: 'us' | 'peer' }
  | { readonly kind: 'ended'; readonly reason: EndReason; readonly detail: string | null }
)

/**
 * `done`: finished by either user or after its duration. `not-connected`: no pair worked in time. `proof-failed`: the
 * peer could not prove who it is. `peer-gone`: every pair stayed silent past the stated bound. `failed`: something broke.
 */
export type EndReason = 'done' | 'not-connected' | 'proof-failed' | 'peer-gone' | 'failed'
