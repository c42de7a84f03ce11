/** STUN messages as ICE uses them: RFC 8489, RFC 8445, and one attribute of our own (docs/protocol.md). */
export { encodeStun } from './encode'
export { bindingMethod } from './message'
export type { Integrity, PathCounters, StunAttributes, StunClass, StunMessage } from './message'
export { looksLikeStun, parseStun, strongestIntegrity, verifyIntegrity } from './parse'
export type { MalformedStun, ParsedStun } from './parse'
