/** TURN (RFC 8656): addresses at relay servers, by UDP, TCP and TLS, as sockets of the engine's own. */
export { createRelays, type Relays, type RelaySink } from './relays'
