/** The types of what the window remembers at human speed; the features bring the slices, the app puts them together. */
import type { StoreApi, UseBoundStore } from 'zustand'
import type { PathscopeApi } from '../../shared/ipc'
import type { ExchangeSlice } from '../features/exchange'
import type { LiveSlice } from '../features/live'
import type { NoticeSlice } from '../features/notice'
import type { SessionSlice } from '../features/session'
import type { SettingsSlice } from '../features/settings'
import type { StartSlice } from '../features/start'
import type { TestsSlice } from '../features/tests'
import type { SessionFeed } from './session-feed'

/** Measurements are not here: they are in the session feed. */
export interface Store
  extends NoticeSlice,
    SettingsSlice,
    StartSlice,
    SessionSlice,
    ExchangeSlice,
    LiveSlice,
    TestsSlice {}

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
