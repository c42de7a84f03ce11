import { createContext, useContext, useSyncExternalStore } from 'react'
import type { Live } from './session-feed'
import type { App, Store } from './store'

export const AppContext = createContext<App | null>(null)

export function useApp(): App {
  const app = useContext(AppContext)
  if (app === null) throw new Error('a component stands outside the app')
  return app
}

/** A part of what the window remembers; the component is drawn again when that part changes. */
export function useStore<T>(select: (store: Store) => T): T {
  return useApp().useStore(select)
}

/** The session as it is shown, at most four times a second anew; null on the start screen. */
export function useLive(): Live | null {
  const { feed } = useApp()
  return useSyncExternalStore(feed.subscribe, feed.current)
}
