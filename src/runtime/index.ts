/** The layer's door for the desktop app and the command line: sessions, interfaces, pasted texts, recordings. */
import { nodeInterfaces } from './adapters/node'
import type { InterfaceInfo } from './ports'

/** What every setting of a session is unless it was chosen. */
export { defaultSettings } from '../engine'
export type { SessionHandle, StartSessionOptions } from './host'
export { startSession } from './host'
export type { EmulatedPathsResult } from './loopback'
export { defaultPreset, emulatedPresets, readEmulatedPaths } from './loopback'
export * from './paste'
export * from './recording'

/** This machine's network interfaces, as a person chooses them. */
export function listInterfaces(): Promise<readonly InterfaceInfo[]> {
  return nodeInterfaces().list()
}
