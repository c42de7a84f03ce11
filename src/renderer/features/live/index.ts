/** The live view and how it is looked at. */
export { createLiveSlice, type LiveSlice, type SendingShown } from './live-slice'
export { LiveScreen } from './live-screen'
