import type { AppInfo, CallRequest, IpcError, Settings } from '../../../shared/ipc'
import type { Slice } from '../../state'

export type Overlay = 'help' | 'settings'

export interface SettingsSlice {
  readonly info: AppInfo | null
  /** Null until the main process has told them. */
  readonly settings: Settings | null
  readonly overlay: Overlay | null
  loadSettings(): Promise<void>
  saveSettings(patch: CallRequest<'settings-set'>): Promise<void>
  chooseReportFolder(): Promise<void>
  /** What could not be saved holds all the same, until the window is closed. */
  tellUnsaved(error: IpcError): Promise<void>
  openOverlay(overlay: Overlay | null): void
}

export const createSettingsSlice: Slice<SettingsSlice> = (set, get, { api }) => ({
  info: null,
  settings: null,
  overlay: null,

  async loadSettings() {
    const [info, settings] = await Promise.all([api.appInfo(), api.settingsGet()])
    if (info.ok) set({ info: info.value })
    if (!settings.ok) return get().notifyError(settings.error)
    set({ settings: settings.value })
    get().fillForm(settings.value)
    const problem = info.ok ? info.value.settingsProblem : null
    if (problem !== null) get().notify({ health: 'bad', text: problem, action: null })
  },

  async saveSettings(patch) {
    const result = await api.settingsSet(patch)
    if (result.ok) set({ settings: result.value })
    else await get().tellUnsaved(result.error)
  },

  async chooseReportFolder() {
    const result = await api.reportFolderChoose()
    if (!result.ok) await get().tellUnsaved(result.error)
    else if (result.value !== null) set({ settings: result.value })
  },

  async tellUnsaved(error) {
    get().notifyError(error)
    const held = await api.settingsGet()
    if (held.ok) set({ settings: held.value })
  },

  openOverlay: (overlay) => set({ overlay }),
})
