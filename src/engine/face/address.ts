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

/** An open UDP socket as the driver describes it to the engine: one per chosen interface address. */
export interface SocketInfo {
  /** Chosen by the driver, unique in a session, never reused. */
  readonly id: number
  readonly local: TransportAddress
  readonly interfaceName: string
  readonly interfaceKind: InterfaceKind
  readonly binding: Binding
}
