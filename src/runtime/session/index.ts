/** One end of a session: engine, driver, pasted texts and time limits, told as `SessionUpdate`s. */
export type { RunningSession, RunOptions } from './run-session'
export { messageOf, runSession } from './run-session'
