import type { RelayProtocol, SocketInfo, TransportAddress } from './address'
import type { EngineEvent } from './event'
import type { EngineSettings, MessageStreamSettings, Mode, Use } from './settings'
import type { EgressGap, EngineSnapshot, PeerInterface } from './snapshot'
import type { StreamDirection, StreamSpec } from './streams'

/**
 * Pure functions the engine needs and may not import: keyed hashes and an AEAD. Same input, same output. `random` is
 * the session's entropy; a seeded one replays a session exactly.
 */
export interface EnginePrimitives {
  random(bytes: number): Uint8Array
  sha256(data: Uint8Array): Uint8Array
  /** For the key of a TURN server's long-term credentials only (RFC 8489 section 9.2.2). */
  md5(data: Uint8Array): Uint8Array
  hmacSha1(key: Uint8Array, data: Uint8Array): Uint8Array
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array
  /** AES-128-GCM, 12-byte nonce; the result is what goes out: the additional data, the sealed text, the 16-byte tag. */
  seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, aad: Uint8Array): Uint8Array
  /** The plain text of a sealed one with its tag, without the additional data; undefined when the tag does not fit. */
  open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Uint8Array | undefined
  /** AES-128 of one block of 16 bytes: what SRTP derives its keys by (RFC 3711 section 4.3.3). */
  aesBlock(key: Uint8Array, block: Uint8Array): Uint8Array
}

export interface EngineOptions {
  readonly role: 'offerer' | 'answerer'
  /** SHA-256 fingerprint of this session's fresh certificate, "AB:CD:…". */
  readonly fingerprint: string
  readonly primitives: EnginePrimitives
  readonly settings: EngineSettings
  readonly self: {
    readonly appVersion: string
    readonly os: string
    readonly interfaces: readonly PeerInterface[]
  }
  /** STUN servers already resolved to addresses; empty = nothing is contacted. At most `limits.stunServers`. */
  readonly stunServers: readonly { readonly url: string; readonly address: TransportAddress }[]
  /** TURN servers, resolved as well; at most `limits.turnServers`. */
  readonly turnServers: readonly TurnServer[]
}

/** A TURN server (RFC 8656) with the user's long-term credentials, which are told to nobody else. */
export interface TurnServer {
  /** Without user and password. */
  readonly url: string
  readonly protocol: RelayProtocol
  readonly address: TransportAddress
  /** Name that the server's certificate must have; TLS only. */
  readonly serverName: string
  readonly username: string
  readonly password: string
}

/** What a user may ask of a running session. */
export type EngineCommand =
  /** `received`: the peer is asked to spread what it sends so. */
  | { readonly kind: 'set-mode'; readonly direction: 'sent' | 'received'; readonly mode: Mode }
  | { readonly kind: 'set-use'; readonly use: Use }
  | { readonly kind: 'include-pair'; readonly pairId: number; readonly included: boolean }
  /** While any pair is pinned, only pinned ones carry what we send. */
  | { readonly kind: 'pin-pair'; readonly pairId: number; readonly pinned: boolean }
  /** Test streams get no more of a pair than this, bit/s of UDP payload; null = no limit. */
  | { readonly kind: 'cap-pair'; readonly pairId: number; readonly capBps: number | null }
  /** The order of pairs for `backup`, first to last; those not named come after. At most `limits.orderedPairs`. */
  | { readonly kind: 'order-pairs'; readonly pairIds: readonly number[] }
  | { readonly kind: 'attempt-nomination'; readonly pairId: number | null }
  | { readonly kind: 'set-messages'; readonly messages: MessageStreamSettings }
  /** `received`: the peer is asked to send. Either direction's streams are told in events once they are what was wished. */
  | { readonly kind: 'start-stream'; readonly direction: StreamDirection; readonly spec: StreamSpec }
  | {
      readonly kind: 'change-stream'
      readonly direction: StreamDirection
      readonly id: number
      readonly spec: StreamSpec
    }
  | { readonly kind: 'stop-stream'; readonly direction: StreamDirection; readonly id: number }
  /**
   * How long packets of a received stream wait for those before them from now on, 0 to `limits.playoutDeadlineMs`; by its
   * kind (`settings.deadlinesMs`) unless set. Without effect for a stream that there is not.
   */
  | { readonly kind: 'set-deadline'; readonly id: number; readonly deadlineMs: number }
  /** Stop streams on both sides, let what is under way arrive, exchange final counts, end with `done`. */
  | { readonly kind: 'finish' }

/** An SDP description as pasted: `{"type":"offer","sdp":"v=0…"}`. */
export interface Description {
  readonly type: 'offer' | 'answer'
  readonly sdp: string
}

/** What the driver found out about a pair's way out of this machine. */
export type EgressVerdict =
  | { readonly kind: 'carried'; readonly verified: boolean; readonly interfaceName: string }
  | { readonly kind: 'unknown'; readonly gap: EgressGap }

/** What the driver tells the engine. Times are engine ms, given beside the input. */
export type EngineInput =
  | { readonly kind: 'tick' }
  /**
   * The driver runs late: it should have run at `sinceMs`, engine ms, so datagrams may have arrived that were not handed
   * over yet; later, null, that all of them were. In between, for `limits.unreadMs` at most, nothing is concluded from
   * silence: what breaks it may be among them.
   */
  | { readonly kind: 'unread'; readonly sinceMs: number | null }
  | { readonly kind: 'socket-opened'; readonly socket: SocketInfo }
  | { readonly kind: 'socket-closed'; readonly socketId: number; readonly detail: string }
  /** The carrier of an interface went or came back; its sockets stay open. */
  | { readonly kind: 'link'; readonly interfaceName: string; readonly up: boolean }
  /** The system dropped so many more datagrams at an interface's sockets unread; a first 0 says that it counts them. */
  | { readonly kind: 'dropped-unread'; readonly interfaceName: string; readonly datagrams: number }
  /** No more sockets will be opened for the first description. */
  | { readonly kind: 'sockets-ready' }
  | {
      readonly kind: 'datagram'
      readonly socketId: number
      readonly from: TransportAddress
      readonly data: Uint8Array
      /** When the adapter saw it, engine ms; not after `now`. */
      readonly receivedAtMs: number
    }
  /** Of a connection that `stream-open` asked for. Data comes in order, in pieces of any size. */
  | { readonly kind: 'stream-opened'; readonly streamId: number }
  | { readonly kind: 'stream-data'; readonly streamId: number; readonly data: Uint8Array }
  /** It could not be opened, or is over; nothing follows. `detail` is a sentence. */
  | { readonly kind: 'stream-closed'; readonly streamId: number; readonly detail: string }
  | { readonly kind: 'remote-description'; readonly description: Description }
  /** What was found for `resolve-names`; a name that is missing was not found. */
  | { readonly kind: 'names-resolved'; readonly found: readonly ResolvedName[] }
  | { readonly kind: 'command'; readonly command: EngineCommand }
  /** Send so many packets over a pair that is up, at most `limits.egressBurst`: the driver watches counters meanwhile. */
  | { readonly kind: 'egress-burst'; readonly pairId: number; readonly packets: number }
  | { readonly kind: 'egress-verdict'; readonly pairId: number; readonly verdict: EgressVerdict }
  /** From the SecureSession: */
  | { readonly kind: 'secure-handshake'; readonly data: Uint8Array }
  | { readonly kind: 'secure-record'; readonly data: Uint8Array }
  | { readonly kind: 'secure-opened'; readonly token: number; readonly plain: Uint8Array | undefined }
  | {
      /** The handshake is done and the peer has proved itself. */
      readonly kind: 'secure-connected'
      /** 32 bytes of keying material for control. */
      readonly exporter: Uint8Array
      /** 56 bytes for SRTP, under a label of its own. */
      readonly srtpExporter: Uint8Array
    }
  | { readonly kind: 'secure-channel-open' }
  | { readonly kind: 'secure-message'; readonly data: Uint8Array }
  /** The channel had no room for this message of ours. */
  | { readonly kind: 'secure-message-refused'; readonly data: Uint8Array }
  | { readonly kind: 'secure-retransmissions'; readonly total: number }
  | {
      readonly kind: 'secure-failed'
      readonly reason: 'proof' | 'handshake' | 'closed'
      readonly detail: string
    }

/** What the engine wants done. The driver drains `poll` after every input. */
export type EngineOutput =
  | {
      readonly kind: 'transmit'
      readonly socketId: number
      readonly to: TransportAddress
      readonly data: Uint8Array
    }
  /** Connect to a TURN server by TCP from the interface and address of a socket; `tlsName`: with TLS, for this name. */
  | {
      readonly kind: 'stream-open'
      readonly streamId: number
      readonly socketId: number
      readonly to: TransportAddress
      readonly tlsName: string | null
    }
  | { readonly kind: 'stream-send'; readonly streamId: number; readonly data: Uint8Array }
  | { readonly kind: 'stream-close'; readonly streamId: number }
  | { readonly kind: 'event'; readonly event: EngineEvent }
  | { readonly kind: 'snapshot'; readonly snapshot: EngineSnapshot }
  | { readonly kind: 'local-description'; readonly description: Description }
  /** The pasted text was understood as SDP but cannot be used. Nothing has changed. */
  | { readonly kind: 'description-refused'; readonly problem: DescriptionProblem }
  /** Find the addresses of these .local names on the links in use; answer with `names-resolved`. */
  | { readonly kind: 'resolve-names'; readonly names: readonly string[] }
  /** To the SecureSession: */
  | { readonly kind: 'secure-start'; readonly start: SecureStart }
  | { readonly kind: 'secure-handshake'; readonly data: Uint8Array }
  /** Authenticate and decrypt a record; answer at once with `secure-opened` and the same token. */
  | { readonly kind: 'secure-open'; readonly token: number; readonly record: Uint8Array }
  /** A plain text that was opened before, now in order: hand it to SCTP. */
  | { readonly kind: 'secure-deliver'; readonly plain: Uint8Array }
  | { readonly kind: 'secure-message'; readonly data: Uint8Array }
  /** A pair works again after all had been silent: what waits for an acknowledgement is to be sent again at once. */
  | { readonly kind: 'secure-resume' }
  /** The session is over. Sockets may be closed; nothing follows. */
  | { readonly kind: 'ended' }

export interface ResolvedName {
  readonly name: string
  readonly family: 4 | 6
  readonly address: string
}

export interface SecureStart {
  readonly dtlsRole: 'client' | 'server'
  readonly iceRole: 'controlling' | 'controlled'
  readonly peerKind: 'pathscope' | 'stock'
  /** SHA-256 fingerprint the peer's certificate must have. */
  readonly remoteFingerprint: string
  readonly sctpPort: number
  readonly maxMessageSize: number
  /** For the mutual proof: hash of both descriptions, and a key from both ICE passwords. 32 bytes each. */
  readonly descriptionsHash: Uint8Array
  readonly proofKey: Uint8Array
}

export interface DescriptionProblem {
  /**
   * `wrong-type`: an answer where an offer belongs or the reverse. `own`: our own text pasted back. `no-candidates`,
   * `no-ice`, `no-fingerprint`, `no-data-channel`: parts missing. `too-many`: over a stated limit. `malformed`: not SDP.
   * `not-now`: the session already has its peer. `newer-protocol`: made by a Pathscope that speaks a newer protocol.
   */
  readonly kind:
    | 'wrong-type'
    | 'own'
    | 'no-candidates'
    | 'no-ice'
    | 'no-fingerprint'
    | 'no-data-channel'
    | 'too-many'
    | 'malformed'
    | 'not-now'
    | 'newer-protocol'
  /** One sentence on what is wrong and what to do. */
  readonly message: string
}

/**
 * The engine: state machines without I/O. Call `handle`, then `poll` until undefined, then arm one timer for
 * `nextDeadline`. `now` is engine ms (monotonic, starts at 0) and never goes back.
 */
export interface Engine {
  handle(input: EngineInput, nowMs: number): void
  poll(): EngineOutput | undefined
  nextDeadline(): number | undefined
  snapshot(nowMs: number): EngineSnapshot
}
