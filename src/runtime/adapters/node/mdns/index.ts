/** Multicast DNS (RFC 6762), as far as finding the hosts behind .local names needs it. */
export { encodeQuestion, readAnswer } from './message'
export { resolveNames } from './resolve-names'
