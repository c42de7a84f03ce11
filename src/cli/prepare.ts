/** From options to the request of a session: config, paths and interfaces are looked up here. */
import { readFileSync } from 'node:fs'
import { defaultPreset, emulatedPresets, readEmulatedPaths, reasonOf } from '../runtime'
import type { EmulatedPath, SessionRequest } from '../shared/session'
import { noConfig, parseConfig, type Config } from './config'
import { readStart } from './files'
import type { SessionOptions } from './options'
import { requestFrom, type RequestResult } from './settings'
import type { Surroundings } from './surroundings'

type Problem = { readonly kind: 'problem'; readonly message: string }

/** The request that the options ask for, or a sentence on what is wrong with them (status 2). */
export async function prepare(options: SessionOptions, around: Surroundings): Promise<RequestResult> {
  const config = loadConfig(options.configFile)
  if (config.kind === 'problem') return config
  const paths = loadPaths(options.paths)
  if (paths.kind === 'problem') return paths
  const made = requestFrom(around.newId(), options, config.config, paths.paths)
  if (made.kind === 'problem') return made
  const unknown = await unknownInterface(made.request, around)
  return unknown === undefined ? made : { kind: 'problem', message: unknown }
}

const configBytes = 1 << 20

function loadConfig(file: string | undefined): Problem | { readonly kind: 'ok'; readonly config: Config } {
  if (file === undefined) return { kind: 'ok', config: noConfig }
  const read = readStart(file, configBytes)
  if (read.kind === 'missing') return { kind: 'problem', message: `${file} does not exist.` }
  return read.kind === 'problem' ? read : parseConfig(file, read.text)
}

function loadPaths(
  given: string | undefined,
): Problem | { readonly kind: 'ok'; readonly paths: readonly EmulatedPath[] | null } {
  const name = given ?? defaultPreset
  const preset = Object.hasOwn(emulatedPresets, name) ? emulatedPresets[name] : undefined
  if (preset !== undefined) return { kind: 'ok', paths: given === undefined ? null : preset }
  const file = given ?? ''
  try {
    const read = readEmulatedPaths(JSON.parse(readFileSync(file, 'utf8')))
    return read.kind === 'ok' ? read : { kind: 'problem', message: `${file}: ${read.message}` }
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is not JSON.' : readReasonOf(error)
    const names = Object.keys(emulatedPresets).join(', ')
    return {
      kind: 'problem',
      message: `--paths is one of ${names} or a file; ${file} cannot be read: ${why}`,
    }
  }
}

function readReasonOf(error: unknown): string {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
  return isMissing ? 'there is no such file.' : reasonOf(error)
}

async function unknownInterface(
  { interfaces }: SessionRequest,
  around: Surroundings,
): Promise<string | undefined> {
  if (interfaces === null) return undefined
  const existing = (await around.listInterfaces()).map(({ name }) => name)
  const unknown = interfaces.filter((name) => !existing.includes(name))
  if (unknown.length === 0) return undefined
  return `There is no interface ${unknown.join(', ')}; there are ${existing.join(', ')}.`
}
