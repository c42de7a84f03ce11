/** Runs an engine on its ports, whatever they are: a real machine's, an emulated path's or the simulated world's. */
export type { Driver, DriverCallbacks, DriverOptions } from './driver'
export type { StartOptions } from './start'
export { startDriver } from './start'
