/** Starting, stopping and leaving a session, and taking its report home. */
import type { ReportFormat, SessionInfo } from '../../../shared/ipc'
import { defaultTimeView } from '../../history'
import type { Slice } from '../../state'

export type Busy = 'starting' | 'stopping' | 'exporting'

export interface SessionSlice {
  readonly session: SessionInfo | null
  readonly busy: Busy | null
  startSession(role: SessionInfo['role']): Promise<boolean>
  stopSession(): Promise<void>
  /** Back to the start screen; a session that is not over is stopped. */
  leaveSession(): Promise<void>
  exportReport(formats: readonly ReportFormat[]): Promise<void>
  /** Takes up the session the main process has, after the window was loaded anew. */
  attach(): Promise<void>
}

export const createSessionSlice: Slice<SessionSlice> = (set, get, { api, feed }) => ({
  session: null,
  busy: null,

  async startSession(role) {
    if (get().busy !== null) return false
    set({ busy: 'starting', notice: null, copied: false })
    const result = await api.sessionStart(get().startRequest(role))
    set({ busy: null })
    if (!result.ok) {
      get().notifyError(result.error)
      return false
    }
    feed.begin(result.value)
    set({
      session: result.value,
      timeView: defaultTimeView,
      paused: false,
      selectedPair: null,
      panel: 'graphs',
    })
    return true
  },

  async stopSession() {
    set({ busy: 'stopping' })
    const result = await api.sessionStop()
    set({ busy: null })
    if (!result.ok) get().notifyError(result.error)
  },

  async leaveSession() {
    if (feed.current()?.view.ended === null) await get().stopSession()
    feed.end()
    set({
      session: null,
      busy: null,
      notice: null,
      draft: '',
      draftProblem: null,
      submitted: null,
      pasting: false,
    })
    await get().loadInterfaces()
  },

  async exportReport(formats) {
    if (get().session === null || get().busy !== null) return
    set({ busy: 'exporting' })
    const result = await api.reportExport({ formats: [...formats] })
    set({ busy: null })
    if (!result.ok) return get().notifyError(result.error)
    const { files, folder } = result.value
    get().notify({
      health: 'good',
      text: `${files.length} ${files.length === 1 ? 'file' : 'files'} written to ${folder}`,
      action: { label: 'Open folder', run: () => void api.reportFolderOpen() },
    })
  },

  async attach() {
    const result = await api.sessionAttach()
    if (!result.ok) return get().notifyError(result.error)
    if (result.value === null) return
    feed.begin(result.value.session)
    feed.take(result.value.session.id, result.value.updates)
    set({ session: result.value.session })
  },
})
