/** The host side of a session: starts the engine's worker and speaks with it. Used by the desktop app and the CLI. */
export type { SessionHandle, StartSessionOptions } from './start-session'
export { startSession } from './start-session'
