/** The one list of everything that crosses between the window and the main process, with a validator each way. */
import {
  engineCommandSchema,
  messageSettingsSchema,
  modeSchema,
  reconnectForSchema,
  streamSpecsSchema,
  useSchema,
} from './engine-schemas'
import {
  interfaceInfoSchema,
  pasteProblemSchema,
  sessionUpdateSchema,
  socketChoiceSchema,
} from './session-schemas'
import { settingsPatchSchema, settingsSchema } from './settings-schema'
import { z } from './zod'

const nothing = z.null()
const text = z.string().max(4096)

/** Characters of one pasted text; the engine's own limit is the same. */
export const pasteCharsLimit = 262_144

/** Updates in one push; what the main process holds back between two pushes is limited by it. */
export const updatesPerPushLimit = 4096

export const reportFormatSchema = z.enum(['json', 'csv', 'html', 'md'])
export type ReportFormat = z.infer<typeof reportFormatSchema>

export const appInfoSchema = z.object({
  name: text,
  version: text,
  os: text,
  /** Versions of what it runs on, for bug reports. */
  electron: text,
  chromium: text,
  node: text,
  /** What went wrong with the settings file, told once; null when nothing did. */
  settingsProblem: text.nullable(),
  /** Where recordings are written. */
  sessionFolder: text,
})
export type AppInfo = z.infer<typeof appInfoSchema>

/** What the window asks for when a session starts; the main process adds identity and defaults. */
export const sessionStartSchema = z.strictObject({
  role: z.enum(['offerer', 'answerer', 'loopback']),
  title: z.string().trim().min(1).max(120),
  /** Interface names; null = those used by default. */
  interfaces: z.array(z.string().min(1).max(256)).min(1).max(64).nullable(),
  stun: z.array(z.string().max(256)).max(4),
  turn: z
    .array(
      z.strictObject({
        url: z.string().max(300),
        username: z.string().max(256),
        password: z.string().max(256),
      }),
    )
    .max(4),
  mode: modeSchema,
  use: useSchema,
  messages: messageSettingsSchema,
  /** RTP test streams that this side sends from when both sides are connected. */
  streams: streamSpecsSchema,
  reconnectFor: reconnectForSchema,
  sockets: socketChoiceSchema,
})
export type SessionStart = z.infer<typeof sessionStartSchema>

/** A session as the window knows it. */
export const sessionInfoSchema = z.object({
  id: z.string().max(64),
  role: z.enum(['offerer', 'answerer', 'loopback']),
  title: text,
  /** Wall clock when it was asked for. */
  requestedAtMs: z.number(),
  /** The file the recording goes to; null when it could not be opened. */
  recording: text.nullable(),
})
export type SessionInfo = z.infer<typeof sessionInfoSchema>

/** Asked by the window and answered by the main process. */
export const calls = {
  'app-info': { request: nothing, response: appInfoSchema },
  'interfaces-list': { request: nothing, response: z.array(interfaceInfoSchema).max(256).readonly() },
  'session-start': { request: sessionStartSchema, response: sessionInfoSchema },
  /** The session under way or last ended, and what it told that still matters; for a window that was loaded anew. */
  'session-attach': {
    request: nothing,
    response: z
      .object({
        session: sessionInfoSchema,
        updates: z.array(sessionUpdateSchema).max(updatesPerPushLimit).readonly(),
      })
      .nullable(),
  },
  /** Tells what a pasted text is without doing anything with it. */
  'text-inspect': {
    request: z.strictObject({ text: z.string().max(pasteCharsLimit) }),
    response: z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('description'),
        type: z.enum(['offer', 'answer']),
        /** Why no session can use it: an offer without addresses, for example. */
        problem: pasteProblemSchema.nullable(),
      }),
      z.object({ kind: z.literal('problem'), problem: pasteProblemSchema }),
    ]),
  },
  /** Whether the text was usable comes as a session update. */
  'session-paste': { request: z.strictObject({ text: z.string().max(pasteCharsLimit) }), response: nothing },
  'session-command': { request: engineCommandSchema, response: nothing },
  'session-stop': { request: nothing, response: nothing },
  'report-export': {
    request: z.strictObject({ formats: z.array(reportFormatSchema).min(1).max(4) }),
    response: z.object({ folder: text, files: z.array(text).max(16) }),
  },
  /** Opens the report folder in the system's file manager. */
  'report-folder-open': { request: nothing, response: nothing },
  /** Lets the user choose a folder; null when the dialog was cancelled. The choice is saved in the settings. */
  'report-folder-choose': { request: nothing, response: settingsSchema.nullable() },
  'settings-get': { request: nothing, response: settingsSchema },
  /** The folder for reports is left out: the user alone chooses it, in the system's dialog. */
  'settings-set': { request: settingsPatchSchema.omit({ reportFolder: true }), response: settingsSchema },
  'text-copy': { request: z.strictObject({ text: z.string().max(pasteCharsLimit) }), response: nothing },
} as const

/** Told by the main process without being asked. */
export const pushes = {
  'session-updates': z.object({
    sessionId: z.string().max(64),
    updates: z.array(sessionUpdateSchema).max(updatesPerPushLimit).readonly(),
  }),
} as const
