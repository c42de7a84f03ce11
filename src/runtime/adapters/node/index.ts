/** The ports on a real machine: Node's clock, randomness, interfaces and UDP sockets. */
export { nodeClock } from './clock'
export { nodeDatagrams } from './datagrams'
export { nodeEntropy } from './entropy'
export { nodeInterfaces } from './interfaces'
export { nodeLinkCounters } from './link-counters'
export { type LogLevel, nodeLog } from './log'
export { nodeStreams } from './streams'
