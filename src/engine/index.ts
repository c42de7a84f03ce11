/** The engine's door: the multipath transport as state machines without I/O. */
export type * from './face/address'
export type * from './face/event'
export type * from './face/io'
export { firstApplicationRecord, limits } from './face/limits'
export { defaultSettings } from './face/settings'
export type * from './face/settings'
export type * from './face/snapshot'
export { createEngine } from './session'
