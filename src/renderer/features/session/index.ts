/** Starting, stopping and leaving a session; exporting its report. */
export { createSessionSlice, type SessionSlice } from './session-slice'
