/** What a session is asked for and what it tells: the words between the engine's worker and whoever hosts it. */
import type {
  Binding,
  EngineCommand,
  EngineEvent,
  EngineSettings,
  EngineSnapshot,
  EndReason,
  InterfaceKind,
} from '../../engine'
import type { SocketChoice } from './sockets'

export * from './sockets'

import type { TurnAccount } from '../turn'

export interface InterfaceAddress {
  readonly family: 4 | 6
  /** Canonical text without zone. */
  readonly address: string
  readonly prefixLength: number
  readonly linkLocal: boolean
  /** The zone of a link-local IPv6 address, else null. */
  readonly scopeId: number | null
  /** IPv6, where the system tells: made for privacy and changed now and then (RFC 8981). */
  readonly temporary?: boolean | undefined
  /** IPv6, where the system tells: still valid, but not to be used for anything new (RFC 4862). */
  readonly deprecated?: boolean | undefined
}

/** What the system tells of a link; null where it does not. */
export interface LinkDetails {
  /** Bytes of the largest packet. */
  readonly mtu: number | null
  /** Of a network card, as negotiated; radio links and virtual ones do not tell a true one. */
  readonly speedBps: number | null
  /** Whether something is at the other end of the cable, or the radio is joined. */
  readonly carrier: boolean | null
  /** Its default routes; of each family the one of the lowest metric is what most programs use. */
  readonly defaultRoutes: readonly { readonly family: 4 | 6; readonly metric: number }[] | null
}

/** A network interface as a person chooses it. */
export interface InterfaceInfo {
  readonly name: string
  readonly index: number | null
  readonly kind: InterfaceKind
  readonly up: boolean
  readonly loopback: boolean
  readonly addresses: readonly InterfaceAddress[]
  /** Absent where the system tells nothing. */
  readonly link?: LinkDetails | undefined
  /** How sockets on it can be bound. */
  readonly binding: Binding
  /** Why not better, when it is `address`. */
  readonly bindingReason: string | null
  /** Whether it is used when the user chose nothing: up, not loopback, with a usable (not only link-local) address. */
  readonly usedByDefault: boolean
}

/** One emulated path of a loopback session; each direction has the same settings. */
export interface EmulatedPath {
  readonly name: string
  readonly kind: InterfaceKind
  readonly delayMs: number
  readonly jitterMs: number
  readonly lossPercent: number
  readonly rateBps: number | null
  readonly queueMs: number
}

/** How a session starts. Validated by whoever builds it; the worker trusts its parent. */
export interface SessionRequest {
  /** UUID. */
  readonly id: string
  readonly role: 'offerer' | 'answerer' | 'loopback'
  readonly title: string
  readonly settings: EngineSettings
  /** Interface names to use; null = those with `usedByDefault`. */
  readonly interfaces: readonly string[] | null
  /** STUN URLs such as stun:host:port; empty = nothing is contacted. */
  readonly stun: readonly string[]
  /** How sockets are opened; absent = `anySockets`. */
  readonly sockets?: SocketChoice
  /** TURN servers and the accounts on them; the credentials stay in memory and are written nowhere. */
  readonly turn: readonly TurnAccount[]
  /** Loopback only: the emulated paths. */
  readonly emulatedPaths: readonly EmulatedPath[] | null
  /** Finish by itself this long after the channel opened; null = until stopped. */
  readonly durationSeconds: number | null
  /** Give up when no pair worked this long after both descriptions were there; null = the default, 60. */
  readonly connectTimeoutSeconds: number | null
}

/** What the host may send to a running session. */
export type SessionOrder =
  | { readonly kind: 'paste'; readonly text: string }
  | { readonly kind: 'command'; readonly command: EngineCommand }
  /** Finish in good order; `ended` follows within 5 s. */
  | { readonly kind: 'stop' }

/** Of the host to its worker: end at once, without the goodbye, but not within a step that may not be cut off. */
export interface SessionHalt {
  readonly kind: 'halt'
}

/** Our own description as text to hand over: JSON on one line, and the compact form of the same. */
export interface DescriptionText {
  readonly type: 'offer' | 'answer'
  readonly json: string
  readonly compact: string
}

/** Why a pasted text was refused. */
export interface PasteProblem {
  readonly kind: string
  /** One or two sentences: what is wrong and what to do. */
  readonly message: string
}

export interface SessionWarning {
  readonly kind: string
  readonly message: string
}

/** What a session tells, in order. */
export type SessionUpdate =
  /** First of all. `wallMs` is the wall clock at engine time 0. */
  | {
      readonly kind: 'started'
      readonly wallMs: number
      readonly appVersion: string
      readonly os: string
      readonly interfaces: readonly InterfaceInfo[]
    }
  | { readonly kind: 'local-description'; readonly text: DescriptionText }
  | { readonly kind: 'paste-accepted'; readonly type: 'offer' | 'answer' }
  | { readonly kind: 'paste-refused'; readonly problem: PasteProblem }
  | { readonly kind: 'event'; readonly event: EngineEvent }
  | { readonly kind: 'snapshot'; readonly snapshot: EngineSnapshot }
  | { readonly kind: 'warning'; readonly atMs: number; readonly warning: SessionWarning }
  /** Last of all; a final snapshot came before. */
  | {
      readonly kind: 'ended'
      readonly atMs: number
      readonly reason: EndReason
      readonly detail: string | null
    }
