/** A small reliable, ordered, exactly-once message channel without I/O, over datagrams that get lost or doubled. */
export { reliableOverheadBytes } from './frame'
export { createReliable } from './reliable'
export type { Reliable, ReliableOptions } from './reliable'
