/** A session with oneself over emulated paths: no second machine. And one in memory that makes the thread ready. */
export type { EmulatedPathsResult } from './paths'
export { defaultPreset, emulatedPresets, readEmulatedPaths } from './paths'
export type { LoopbackOptions } from './run-loopback'
export { runLoopback } from './run-loopback'
export { warmUpBefore } from './warm-up'
