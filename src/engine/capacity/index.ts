/**
 * What each path carries towards the peer, and how fast `bulk` may go over it.
 *
 * - `createPathCapacity`: for one pair: its ledger, queue and rate estimates, and the window and pace of `bulk`.
 */
export { type Breaker, type BreakerInterval, createBreaker, together } from './breaker'
export { type Bottlenecks, createBottlenecks } from './bottlenecks'
export { type CapacityView, createPathCapacity, type PathCapacity } from './path'
export { isFullQueue } from './relief'
