/** What the window knows and remembers, and how components get at it. */
export { AppContext, useApp, useLive, useStore } from './context'
export { createSessionFeed, type Live, type SessionFeed } from './session-feed'
export type { App, Ends, Slice, Store } from './store'
