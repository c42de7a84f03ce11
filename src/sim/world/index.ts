/** The simulated network itself: links, networks, NATs. Sans-IO. */
export { createEventHeap } from './heap'
export type { Impairments, LinkCounts } from './link'
export type { NatBehaviour, NatCounts, NatOptions } from './nat'
export type { Random } from './random'
export { createRandom } from './random'
export type { Delivery, Packet, World, WorldCounts, WorldInterface, WorldNat } from './world'
export { createWorld } from './world'
