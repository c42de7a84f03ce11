/** The start screen: what to use, what to send, and three ways to begin. */
export { createStartSlice, type StartSlice } from './start-slice'
export { StartScreen } from './start-screen'
