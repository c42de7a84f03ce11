/** One short message at the foot of the window: what was done, or why it was not. */
import type { IpcError } from '../../../shared/ipc'
import type { Slice } from '../../state'

export interface Notice {
  readonly health: 'good' | 'bad' | 'none'
  readonly text: string
  readonly action: { readonly label: string; readonly run: () => void } | null
}

export interface NoticeSlice {
  readonly notice: Notice | null
  notify(notice: Notice): void
  notifyError(error: IpcError): void
  dismissNotice(): void
}

export const createNoticeSlice: Slice<NoticeSlice> = (set, get) => ({
  notice: null,
  notify: (notice) => set({ notice }),
  notifyError: (error) => get().notify({ health: 'bad', text: error.message, action: null }),
  dismissNotice: () => set({ notice: null }),
})
