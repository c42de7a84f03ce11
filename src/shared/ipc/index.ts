/** Everything that crosses between the window and the main process. */
export * from './api'
export * from './channels'
export { type Parsed, parseWith } from './parse'
export { sessionUpdateSchema } from './session-schemas'
export * from './settings-schema'
