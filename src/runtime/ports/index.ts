/** The ports a driver runs an engine on. Real implementations are under adapters/, simulated ones under src/sim. */
import type {
  EnginePrimitives,
  InterfaceKind,
  ResolvedName,
  SecureStart,
  SocketInfo,
  TransportAddress,
} from '../../engine'
import type { InterfaceAddress, InterfaceInfo } from '../../shared/session'

/** Monotonic time and one-shot timers. */
export interface Clock {
  /** ms, monotonic, fractional; 0 is arbitrary. */
  nowMs(): number
  /** Wall clock, ms since the epoch: for names and reports only. */
  wallMs(): number
  /** Runs `callback` once at or after `atMs` of `nowMs`; the result cancels it. */
  at(atMs: number, callback: () => void): () => void
}

/** Random bytes and the pure primitives the engine needs. */
export type Entropy = EnginePrimitives

export type { InterfaceAddress, InterfaceInfo }

export interface Interfaces {
  list(): Promise<readonly InterfaceInfo[]>
  /** Calls soon after a link or an address changed; the result ends it. Left out where the system does not tell. */
  watch?(changed: () => void): () => void
}

/** The system's counters of its interfaces, of this process's own network namespace. */
export interface LinkCounters {
  /** Packets each interface has sent, by name, as of now; null where the system is not asked. Takes about 0.1 ms. */
  read(): ReadonlyMap<string, number> | null
}

export interface Datagram {
  readonly socketId: number
  readonly from: TransportAddress
  readonly data: Uint8Array
  /** Clock.nowMs() when the adapter saw it. */
  readonly receivedAtMs: number
}

export interface OpenSocketRequest {
  readonly id: number
  readonly interfaceName: string
  readonly interfaceKind: InterfaceKind
  readonly address: InterfaceAddress
}

/** Expected failures are values. */
export type OpenSocketResult =
  | { readonly kind: 'opened'; readonly socket: SocketInfo; readonly bindingReason: string | null }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }

/** UDP sockets, one per interface address; each leaves by its interface and receives whatever arrives for its address. */
export interface Datagrams {
  open(request: OpenSocketRequest): Promise<OpenSocketResult>
  /** Never throws and never blocks; send errors are counted and told through `onError`. */
  send(socketId: number, to: TransportAddress, data: Uint8Array): void
  close(socketId: number): void
  closeAll(): void
  onDatagram: (datagram: Datagram) => void
  /**
   * Calls back, never at once, when all that had arrived by now has been handed over. Left out where datagrams are handed
   * over as they come.
   */
  whenRead?(callback: () => void): void
  /**
   * Datagrams that the system threw away at a socket since it was opened, because its buffer was full of what had not been
   * read; null where the system does not tell, or the socket is closed. Takes some µs. Left out where there is no buffer
   * that could be full.
   */
  droppedUnread?(socketId: number): number | null
  /** A socket that became unusable (`fatal`, then it is closed) or a send that failed (code such as ENETUNREACH). */
  onError: (error: {
    readonly socketId: number
    readonly fatal: boolean
    readonly code: string
    readonly message: string
  }) => void
  /**
   * Finds hosts by multicast DNS from the places where sockets are open, within some seconds; what is not found is left
   * out. Never fails. Left out where there is none.
   */
  findLocal?(names: readonly string[], places: readonly OpenSocketRequest[]): Promise<readonly ResolvedName[]>
  /** How names are resolved for STUN servers; an empty list when it fails. */
  resolve(host: string): Promise<readonly { readonly family: 4 | 6; readonly address: string }[]>
}

export interface OpenStreamRequest {
  readonly id: number
  readonly interfaceName: string
  readonly address: InterfaceAddress
  readonly to: TransportAddress
  /** With TLS, for a certificate of this name or address; null = bare TCP. */
  readonly tlsName: string | null
}

/** TCP connections to TURN servers, each from an interface's address and by that interface where the system can. */
export interface Streams {
  /** `onOpened` or `onClosed` tells what came of it, never while this runs. */
  open(request: OpenStreamRequest): void
  /** Never throws and never blocks: of a connection that is not open, or slower than what it is given, data is dropped. */
  send(id: number, data: Uint8Array): void
  /** Sends what waits and closes; `onClosed` does not follow. */
  close(id: number): void
  closeAll(): void
  onOpened: (id: number) => void
  onData: (id: number, data: Uint8Array) => void
  /** It could not be opened, or is over. `detail` is a sentence. */
  onClosed: (id: number, detail: string) => void
}

/** What the secure session tells its driver. */
export type SecureEvent =
  /** A DTLS handshake datagram to be sent (through the shim between two Pathscopes). Never a duplicate of an earlier one to a Pathscope. */
  | { readonly kind: 'handshake'; readonly data: Uint8Array }
  /** One DTLS application record to be sent. */
  | { readonly kind: 'record'; readonly data: Uint8Array }
  /** Handshake done, transcript verified, mutual proof passed. */
  | { readonly kind: 'connected'; readonly exporter: Uint8Array; readonly srtpExporter: Uint8Array }
  | { readonly kind: 'channel-open' }
  | { readonly kind: 'message'; readonly data: Uint8Array }
  | { readonly kind: 'retransmissions'; readonly total: number }
  | { readonly kind: 'failed'; readonly reason: 'proof' | 'handshake' | 'closed'; readonly detail: string }

/** DTLS and one data channel over somebody else's datagrams. */
export interface SecureSession {
  /** SHA-256 fingerprint of the fresh certificate, "AB:CD:…". */
  readonly fingerprint: string
  start(start: SecureStart): void
  /** A handshake datagram from the peer. */
  receiveHandshake(data: Uint8Array): void
  /** Authenticates and decrypts one application record; undefined when it does not authenticate. No side effects. */
  open(record: Uint8Array): Uint8Array | undefined
  /** Hands an opened plain text to SCTP. */
  deliver(plain: Uint8Array): void
  /** Queues one binary message on the channel; false when it is not open or `bufferedLimitBytes` is reached. */
  sendMessage(data: Uint8Array): boolean
  /** The way to the peer is open again after a silence: sends at once what waits for an acknowledgement. */
  resume(): void
  close(): void
  onEvent: (event: SecureEvent) => void
}

export interface SecureSessions {
  create(): Promise<SecureSession>
}

export interface Log {
  write(level: 'debug' | 'info' | 'warn' | 'error', message: string): void
}

export interface Ports {
  readonly clock: Clock
  readonly entropy: Entropy
  readonly interfaces: Interfaces
  readonly datagrams: Datagrams
  readonly counters: LinkCounters
  readonly streams: Streams
  readonly secure: SecureSessions
  readonly log: Log
}
