import type { EmulatedPath } from '../../shared/session'

/** Emulated paths by name, for a loopback session. The first is taken when none is asked for. */
export const emulatedPresets: Readonly<Record<string, readonly EmulatedPath[]>> = {
  trio: [
    path('fibre', 'ethernet', { delayMs: 8, jitterMs: 0, lossPercent: 0, rateBps: 50_000_000, queueMs: 50 }),
    path('wifi', 'wifi', { delayMs: 22, jitterMs: 4, lossPercent: 0.5, rateBps: 20_000_000, queueMs: 100 }),
    path('lte', 'cellular', {
      delayMs: 55,
      jitterMs: 10,
      lossPercent: 1.5,
      rateBps: 8_000_000,
      queueMs: 200,
    }),
  ],
  even: [
    path('left', 'ethernet', {
      delayMs: 15,
      jitterMs: 1,
      lossPercent: 0.1,
      rateBps: 20_000_000,
      queueMs: 100,
    }),
    path('right', 'ethernet', {
      delayMs: 15,
      jitterMs: 1,
      lossPercent: 0.1,
      rateBps: 20_000_000,
      queueMs: 100,
    }),
  ],
  poor: [
    path('dsl', 'ethernet', { delayMs: 30, jitterMs: 3, lossPercent: 2, rateBps: 5_000_000, queueMs: 300 }),
    path('lte', 'cellular', { delayMs: 70, jitterMs: 25, lossPercent: 5, rateBps: 4_000_000, queueMs: 500 }),
    path('satellite', 'unknown', {
      delayMs: 290,
      jitterMs: 8,
      lossPercent: 1,
      rateBps: 6_000_000,
      queueMs: 400,
    }),
  ],
}

export const defaultPreset = 'trio'

/** Paths of one session: every pair of them is a candidate pair. */
const maxEmulatedPaths = 8

export type EmulatedPathsResult =
  | { readonly kind: 'ok'; readonly paths: readonly EmulatedPath[] }
  | { readonly kind: 'problem'; readonly message: string }

const kinds = ['ethernet', 'wifi', 'cellular', 'vpn', 'virtual', 'unknown'] as const
const fields = new Set(['name', 'kind', 'delayMs', 'jitterMs', 'lossPercent', 'rateBps', 'queueMs'])

/**
 * Reads a list of paths as a user writes it in a JSON file:
 * `[{"name": "fibre", "delayMs": 8, "kind"?, "jitterMs"?, "lossPercent"?, "rateBps"?, "queueMs"?}, …]`.
 */
export function readEmulatedPaths(value: unknown): EmulatedPathsResult {
  if (!Array.isArray(value) || value.length === 0 || value.length > maxEmulatedPaths) {
    return problem(`The paths must be a list of 1 to ${maxEmulatedPaths} objects.`)
  }
  const paths: EmulatedPath[] = []
  for (const [at, one] of (value as readonly unknown[]).entries()) {
    const read = readPath(one)
    if (typeof read === 'string') return problem(`Path ${at + 1} ${read}.`)
    if (paths.some((other) => other.name === read.name))
      return problem(`Two paths have the name ${read.name}.`)
    paths.push(read)
  }
  return { kind: 'ok', paths }
}

function readPath(value: unknown): EmulatedPath | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is not an object'
  const given = value as Readonly<Record<string, unknown>>
  const stranger = Object.keys(given).find((key) => !fields.has(key))
  if (stranger !== undefined) return `has the unknown field ${JSON.stringify(stranger.slice(0, 40))}`
  const { name } = given
  if (typeof name !== 'string' || !/^[\w.-]{1,15}$/.test(name))
    return 'needs a name of 1 to 15 letters and digits'
  const kind = kinds.find((known) => known === (given['kind'] ?? 'ethernet'))
  if (kind === undefined) return `(${name}) has an unknown kind; known are ${kinds.join(', ')}`
  const delayMs = within(given['delayMs'], 0, 10_000, undefined)
  const jitterMs = within(given['jitterMs'], 0, 5000, 0)
  const lossPercent = within(given['lossPercent'], 0, 100, 0)
  const rateBps = given['rateBps'] === null ? null : within(given['rateBps'], 10_000, 10_000_000_000, null)
  const queueMs = within(given['queueMs'], 0, 10_000, 100)
  if (delayMs === undefined) return `(${name}) needs delayMs, a number of 0 to 10000`
  if (jitterMs === undefined) return `(${name}) has a jitterMs that is no number of 0 to 5000`
  if (lossPercent === undefined) return `(${name}) has a lossPercent that is no number of 0 to 100`
  if (rateBps === undefined) return `(${name}) has a rateBps that is neither null nor a number from 10000 up`
  if (queueMs === undefined) return `(${name}) has a queueMs that is no number of 0 to 10000`
  return path(name, kind, { delayMs, jitterMs, lossPercent, rateBps, queueMs })
}

/** The number when it is one within the bounds, the fallback when it is absent, else undefined. */
function within<T>(value: unknown, least: number, most: number, fallback: T): number | T | undefined {
  if (value === undefined) return fallback
  return typeof value === 'number' && value >= least && value <= most ? value : undefined
}

function path(
  name: string,
  kind: EmulatedPath['kind'],
  how: Omit<EmulatedPath, 'name' | 'kind'>,
): EmulatedPath {
  return { name, kind, ...how }
}

function problem(message: string): EmulatedPathsResult {
  return { kind: 'problem', message }
}
