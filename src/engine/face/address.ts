/** An IP address and UDP port. `address` is canonical text: dotted quad, or lower-case RFC 5952 IPv6 without a zone. */
export interface TransportAddress {
  readonly family: 4 | 6
  readonly address: string
  readonly port: number
}

/** What an interface is, as far as the system tells. */
export type InterfaceKind = 'ethernet' | 'wifi' | 'cellular' | 'vpn' | 'virtual' | 'loopback' | 'unknown'

/**
 * How truly a socket's packets leave by its interface: `device` = bound to the device by a socket option, `address` =
 * only the source address is set and the routing table chooses the link, `emulated` = no real link at all.
 */
export type Binding = 'device' | 'address' | 'emulated'

/** How we speak with a TURN server (W3C webrtc-stats `relayProtocol`). */
export type RelayProtocol = 'udp' | 'tcp' | 'tls'

/** Where a relayed candidate comes from. */
export interface RelayInfo {
  /** The server, without user and password. */
  readonly url: string
  readonly protocol: RelayProtocol
  /** The socket that the server is reached by, or beside. */
  readonly baseId: number
  /** Our address as the server sees it; the related address of the candidate (RFC 8839 section 5.1). */
  readonly related: TransportAddress
}

/**
 * An open UDP socket as the driver describes it to the engine: one per chosen interface address. With `relay` it is a
 * virtual one that the engine made: an address at a TURN server, reached by the interface that is named.
 */
export interface SocketInfo {
  /** Chosen by the driver, below `firstRelaySocketId`, unique in a session, never reused. */
  readonly id: number
  readonly local: TransportAddress
  readonly interfaceName: string
  readonly interfaceKind: InterfaceKind
  readonly binding: Binding
  readonly relay?: RelayInfo
}
