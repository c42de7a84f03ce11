/** Everything that crosses between the window and the main process. */
export * from './api'
export * from './channels'
export { messageSettingsSchema } from './engine-schemas'
export { sessionUpdateSchema } from './session-schemas'
export * from './settings-schema'
