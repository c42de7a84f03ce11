/** The driver's ports as the simulated world gives them. */
export type { VirtualClock } from './clock'
export { createVirtualClock } from './clock'
export { createSeededEntropy } from './entropy'
export type { HostPorts, Hub, HubOptions, Names } from './hub'
export { createHub } from './hub'
export { serveStun } from './stun-server'
export { serveTurn, type TurnServer, type TurnServerOptions } from './turn-server'
