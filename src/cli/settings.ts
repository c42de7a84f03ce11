/** Settings of a session: their bounds, their defaults, and how options and config become a request. */
import { z } from 'zod'
import { defaultPreset, defaultSettings, emulatedPresets } from '../runtime'
import { parsePorts, type EmulatedPath, type SessionRequest, type SocketChoice } from '../shared/session'
import { parseStream, streamLimits } from '../shared/streams'
import { modeNames } from '../shared/words'
import type { Config } from './config'
import type { SessionOptions } from './options'
import { type PathWishes, pathWishesOf } from './path-wishes'

type Settings = SessionRequest['settings']

const deadlineMs = z.number().int().min(0).max(streamLimits.deadlineMs).optional()
const weight = z.number().min(0.001).max(1000)

const streamWord = z.string().transform((word, context) => {
  const parsed = parseStream(word)
  if (parsed.kind === 'stream') return parsed.spec
  const message = parsed.kind === 'problem' ? parsed.message : 'Messages have a setting of their own.'
  context.addIssue({ code: 'custom', message })
  return z.NEVER
})

/** Every setting a user can write in a config file; the words and bounds are the engine's. */
export const sessionSettingsSchema = z.strictObject({
  enabled: z.boolean().optional(),
  preventNomination: z.boolean().optional(),
  nominationPolicy: z.enum(['reject', 'ignore']).optional(),
  mode: z.enum(modeNames).optional(),
  use: z.enum(['auto', 'all', 'disjoint']).optional(),
  weightUpdateInterval: z.number().min(20).max(10_000).optional(),
  minWeight: weight.optional(),
  maxWeight: weight.optional(),
  initialWeight: weight.optional(),
  adaptiveBudget: z.number().min(0).max(100).optional(),
  backupOrder: z.array(z.string().min(1).max(256)).max(64).optional(),
  messages: z
    .strictObject({
      enabled: z.boolean().optional(),
      ratePerSecond: z.number().min(0.1).max(200).optional(),
      sizeBytes: z.number().int().min(64).max(16_384).optional(),
    })
    .optional(),
  reconnectFor: z.number().min(5).max(86_400).optional(),
  /** In the words of `--stream`, without messages, which have their own setting. */
  streams: z.array(streamWord).max(streamLimits.streams).optional(),
  /** Of received streams, by kind. */
  deadlinesMs: z
    .strictObject({ voice: deadlineMs, video: deadlineMs, cbr: deadlineMs, bulk: deadlineMs })
    .optional(),
  snapshotIntervalMs: z.number().min(100).max(5000).optional(),
})

export type RequestResult =
  | { readonly kind: 'ok'; readonly request: SessionRequest; readonly wishes: PathWishes }
  | { readonly kind: 'problem'; readonly message: string }

const defaultTitles = { offerer: 'Session', answerer: 'Session', loopback: 'Loopback' } as const

/** Options go before the config, the config before the defaults. */
export function requestFrom(
  id: string,
  options: SessionOptions,
  config: Config,
  paths: readonly EmulatedPath[] | null,
): RequestResult {
  const { wishes, interfaceOrder } = pathWishesOf(options.wanted, config)
  const settings = settingsFrom(options, config, interfaceOrder)
  if (settings.minWeight > settings.maxWeight) {
    return { kind: 'problem', message: 'minWeight is above maxWeight.' }
  }
  if (settings.initialWeight < settings.minWeight || settings.initialWeight > settings.maxWeight) {
    return { kind: 'problem', message: 'initialWeight is not between minWeight and maxWeight.' }
  }
  const isLoopback = options.role === 'loopback'
  const request: SessionRequest = {
    id,
    role: options.role,
    title: options.title ?? config.title ?? defaultTitles[options.role],
    settings,
    interfaces: isLoopback ? null : (options.interfaces ?? config.interfaces ?? null),
    stun: isLoopback ? [] : (options.stun ?? config.stun ?? []),
    sockets: socketsFrom(options, config),
    turn: isLoopback ? [] : (options.turn ?? config.turn ?? []),
    emulatedPaths: isLoopback ? (paths ?? emulatedPresets[defaultPreset] ?? null) : null,
    durationSeconds: options.durationSeconds ?? config.durationSeconds ?? null,
    connectTimeoutSeconds: config.connectTimeoutSeconds ?? null,
  }
  return { kind: 'ok', request, wishes }
}

function socketsFrom({ binding, ports }: SessionOptions, config: Config): SocketChoice {
  const configured = config.ports === undefined ? null : parsePorts(config.ports)
  return {
    binding: binding ?? config.binding ?? 'device',
    ports: ports ?? (typeof configured === 'string' ? null : configured),
  }
}

function settingsFrom(
  { mode, use, streams, deadlinesMs, reconnectForSeconds }: SessionOptions,
  config: Config,
  interfaceOrder: readonly string[] | undefined,
): Settings {
  const { messages, deadlinesMs: configured, ...given } = config.settings ?? {}
  const merged = { ...defaultSettings, ...present(given) }
  const ratePerSecond = streams?.messages?.ratePerSecond
  return {
    ...merged,
    ...(mode === undefined ? {} : { mode }),
    ...(use === undefined ? {} : { use }),
    ...(interfaceOrder === undefined ? {} : { backupOrder: interfaceOrder }),
    ...(reconnectForSeconds === undefined ? {} : { reconnectFor: reconnectForSeconds }),
    messages: {
      ...defaultSettings.messages,
      ...present(messages ?? {}),
      ...(streams === undefined ? {} : { enabled: streams.messages !== null }),
      ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    },
    ...(streams === undefined ? {} : { streams: streams.streams }),
    deadlinesMs: { ...defaultSettings.deadlinesMs, ...present(configured ?? {}), ...deadlinesMs },
  }
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }

/** Without the keys that are undefined. */
function present<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Present<T>
}
