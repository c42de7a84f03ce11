/** The settings in one JSON file: validated when read, replaced as a whole when written. */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  defaultAppSettings,
  parseWith,
  type Settings,
  type SettingsPatch,
  settingsSchema,
} from '../../shared/ipc'

export interface SettingsFile {
  current(): Settings
  /** Takes the patch and writes the file; the sentence says why it could not be written. The patch holds anyway. */
  change(patch: SettingsPatch): { readonly settings: Settings; readonly problem: string | null }
  /** What was wrong with the file when it was read; null when nothing was. */
  readonly problem: string | null
}

export function openSettings(path: string, reportFolder: string): SettingsFile {
  const read = readSettings(path, reportFolder)
  let { settings } = read
  return {
    problem: read.problem,
    current: () => settings,
    change(patch) {
      settings = settingsSchema.parse({ ...settings, ...withoutUndefined(patch) })
      return { settings, problem: writeSettings(path, settings) }
    },
  }
}

function readSettings(path: string, reportFolder: string): { settings: Settings; problem: string | null } {
  const defaults = defaultAppSettings(reportFolder)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { settings: defaults, problem: null }
    return {
      settings: defaults,
      problem: `The settings could not be read (${codeOf(error)}); the usual ones are used.`,
    }
  }
  const parsed = parseWith(settingsSchema, parseJson(text))
  if (parsed.ok) return { settings: parsed.value, problem: null }
  return { settings: defaults, problem: keepAside(path) }
}

/** A broken file may be worth mending by hand, and must not be overwritten. */
function keepAside(path: string): string {
  const aside = `${path}.broken`
  try {
    renameSync(path, aside)
    return `The settings file was broken. It is kept as ${aside}, and the usual settings are used.`
  } catch (error) {
    return `The settings file is broken and could not be put aside (${codeOf(error)}); the usual settings are used.`
  }
}

function writeSettings(path: string, settings: Settings): string | null {
  try {
    mkdirSync(dirname(path), { recursive: true })
    const next = `${path}.next`
    const file = openSync(next, 'w', 0o600)
    try {
      writeSync(file, `${JSON.stringify(settings, null, 2)}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(next, path)
    return null
  } catch (error) {
    return `The settings could not be saved (${codeOf(error)}). They hold until the window is closed.`
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function withoutUndefined(patch: SettingsPatch): Partial<Settings> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined))
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}
