/** A deterministic network world, and the driver's ports in it: for tests, and for a session with oneself. */
export type { HostPorts, Hub, HubOptions, Names, TurnServer, TurnServerOptions, VirtualClock } from './ports'
export { createHub, createSeededEntropy, createVirtualClock, serveStun, serveTurn } from './ports'
export { modelSecure } from './secure'
export type {
  Delivery,
  Impairments,
  LinkCounts,
  NatBehaviour,
  NatCounts,
  NatOptions,
  Packet,
  Random,
  World,
  WorldCounts,
  WorldInterface,
  WorldNat,
} from './world'
export { createRandom, createWorld } from './world'
