/** What the desktop app remembers between two starts. */
import {
  messageSettingsSchema,
  modeSchema,
  reconnectForSchema,
  streamSpecsSchema,
  useSchema,
} from './engine-schemas'
import { anySockets } from '../session'
import { socketChoiceSchema } from './session-schemas'
import { z } from './zod'

export const settingsSchema = z.strictObject({
  version: z.literal(1),
  theme: z.enum(['system', 'dark', 'light']),
  title: z.string().max(120),
  /** Interfaces chosen last; null = those used by default. */
  interfaces: z.array(z.string().min(1).max(256)).max(64).nullable(),
  /** STUN URL; empty = nothing is contacted. */
  stun: z.string().max(256),
  /** TURN URL and user. The password is not kept: the file is plain text. Not in files of the first release. */
  turn: z.string().max(300).optional(),
  turnUser: z.string().max(256).optional(),
  mode: modeSchema,
  use: useSchema,
  messages: messageSettingsSchema,
  /** Test streams that a session starts with; left out by files that were written before there were any. */
  streams: streamSpecsSchema.default([]),
  /** Left out by files that were written before it was there. */
  reconnectFor: reconnectForSchema.default(300),
  /** Left out by older files, too. */
  sockets: socketChoiceSchema.default(anySockets),
  /** Where exported reports go. */
  reportFolder: z.string().min(1).max(4096),
})
export type Settings = z.infer<typeof settingsSchema>

export const settingsPatchSchema = settingsSchema
  .omit({ version: true })
  // Without the defaults, which every patch would otherwise bring along.
  .extend({ streams: streamSpecsSchema, reconnectFor: reconnectForSchema, sockets: socketChoiceSchema })
  .partial()
export type SettingsPatch = z.infer<typeof settingsPatchSchema>

/** Settings of a first start. */
export function defaultAppSettings(reportFolder: string): Settings {
  return {
    version: 1,
    theme: 'system',
    title: '',
    interfaces: null,
    stun: '',
    turn: '',
    turnUser: '',
    mode: 'redundant',
    use: 'auto',
    messages: { enabled: true, ratePerSecond: 1, sizeBytes: 128 },
    streams: [],
    reconnectFor: 300,
    sockets: anySockets,
    reportFolder,
  }
}
