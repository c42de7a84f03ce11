/** Runs an engine on its ports, whatever they are: a real machine's, an emulated path's or the simulated world's. */
export type { ChosenSockets } from './choose'
export { chooseSockets } from './choose'
export type { Driver, DriverCallbacks, DriverOptions } from './driver'
export { createDriver } from './driver'
export type { StartOptions } from './start'
export { startDriver } from './start'
export type { StunServers, StunUrl } from './stun-servers'
export { parseStunUrl, resolveStunServers } from './stun-servers'
