/** What the window remembers at human speed. Measurements are not here: they are in the session feed. */
import { create, type StoreApi, type UseBoundStore } from 'zustand'
import type { PathscopeApi } from '../../shared/ipc'
import { createExchangeSlice, type ExchangeSlice } from '../features/exchange/exchange-slice'
import { createLiveSlice, type LiveSlice } from '../features/live/live-slice'
import { createSettingsSlice, type SettingsSlice } from '../features/settings/settings-slice'
import { createStartSlice, type StartSlice } from '../features/start/start-slice'
import { createNoticeSlice, type NoticeSlice } from './notice-slice'
import { createSessionFeed, type SessionFeed } from './session-feed'
import { createSessionSlice, type SessionSlice } from './session-slice'

export interface Store
  extends NoticeSlice,
    SettingsSlice,
    StartSlice,
    SessionSlice,
    ExchangeSlice,
    LiveSlice {}

/** What slices work with: the way to the main process and the session's updates. */
export interface Ends {
  readonly api: PathscopeApi
  readonly feed: SessionFeed
}

export type Slice<T> = (set: (patch: Partial<Store>) => void, get: () => Store, ends: Ends) => T

export interface App extends Ends {
  readonly useStore: UseBoundStore<StoreApi<Store>>
  /** Asks the main process for what it knows and listens to it; the result stops listening. */
  start(): () => void
}

export function createApp(api: PathscopeApi): App {
  const ends: Ends = { api, feed: createSessionFeed() }
  const useStore = create<Store>((set, get) => ({
    ...createNoticeSlice(set, get, ends),
    ...createSettingsSlice(set, get, ends),
    ...createStartSlice(set, get, ends),
    ...createSessionSlice(set, get, ends),
    ...createExchangeSlice(set, get, ends),
    ...createLiveSlice(set, get, ends),
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
