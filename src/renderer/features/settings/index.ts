/** What the app remembers, and changing it. */
export { createSettingsSlice, type SettingsSlice } from './settings-slice'
export { SettingsOverlay } from './settings-overlay'
export { useThemeChoice } from './use-theme-choice'
