/** STUN messages as ICE and TURN use them: RFC 8489, RFC 8445, RFC 8656, and one attribute of our own (docs/protocol.md). */
export { encodeStun } from './encode'
export { bindingMethod, turnMethod } from './message'
export type { Integrity, PathCounters, StunAttributes, StunClass, StunMessage } from './message'
export { looksLikeStun, parseStun, strongestIntegrity, verifyIntegrity } from './parse'
export type { MalformedStun, ParsedStun } from './parse'
