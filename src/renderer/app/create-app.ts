import { create } from 'zustand'
import type { PathscopeApi } from '../../shared/ipc'
import { createExchangeSlice } from '../features/exchange'
import { createLiveSlice } from '../features/live'
import { createNoticeSlice } from '../features/notice'
import { createSessionSlice } from '../features/session'
import { createSettingsSlice } from '../features/settings'
import { createStartSlice } from '../features/start'
import { createTestsSlice } from '../features/tests'
import { type App, createSessionFeed, type Ends, type Store } from '../state'

export function createApp(api: PathscopeApi): App {
  const ends: Ends = { api, feed: createSessionFeed() }
  const useStore = create<Store>((set, get) => ({
    ...createNoticeSlice(set, get, ends),
    ...createSettingsSlice(set, get, ends),
    ...createStartSlice(set, get, ends),
    ...createSessionSlice(set, get, ends),
    ...createExchangeSlice(set, get, ends),
    ...createLiveSlice(set, get, ends),
    ...createTestsSlice(set, get, ends),
  }))
  return {
    ...ends,
    useStore,
    start() {
      const stop = api.onSessionUpdates(({ sessionId, updates }) => ends.feed.take(sessionId, updates))
      const store = useStore.getState()
      void store.loadSettings().then(() => store.loadInterfaces())
      void store.attach()
      return stop
    },
  }
}
