/** A session with oneself over emulated paths: no second machine. */
export type { EmulatedPathsResult } from './paths'
export { defaultPreset, emulatedPresets, readEmulatedPaths } from './paths'
export type { LoopbackOptions } from './run-loopback'
export { runLoopback } from './run-loopback'
