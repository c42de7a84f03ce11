import { limits } from '../face/limits'
import { boundSpec } from '../streams'
import type { StreamKind } from '../face/streams'
import { defaultSettings, type EngineSettings, type MessageStreamSettings } from '../face/settings'

/**
 * Settings moved into the bounds that `EngineSettings` states, and the default for what is no number at all: an interval
 * of 0 or NaN would have a timer due for ever.
 */
export function boundSettings(settings: EngineSettings): EngineSettings {
  const { weightUpdateInterval, minWeight, maxWeight, initialWeight, reconnectFor, snapshotIntervalMs } =
    settings
  const { adaptiveBudget, backupOrder } = settings
  const least = bound(minWeight, 0, Number.MAX_VALUE, defaultSettings.minWeight)
  return {
    ...settings,
    weightUpdateInterval: bound(weightUpdateInterval, 20, 10_000, defaultSettings.weightUpdateInterval),
    minWeight: least,
    maxWeight: bound(maxWeight, least, Number.MAX_VALUE, Math.max(least, defaultSettings.maxWeight)),
    adaptiveBudget: bound(adaptiveBudget, 0, 100, defaultSettings.adaptiveBudget),
    backupOrder: backupOrder.slice(0, limits.orderedPairs),
    initialWeight: bound(initialWeight, 0, Number.MAX_VALUE, defaultSettings.initialWeight),
    reconnectFor: bound(reconnectFor, 5, 86_400, defaultSettings.reconnectFor),
    snapshotIntervalMs: bound(snapshotIntervalMs, 100, 5000, defaultSettings.snapshotIntervalMs),
    messages: boundMessages(settings.messages),
    streams: settings.streams.slice(0, limits.streams).map(boundSpec),
    deadlinesMs: boundDeadlines(settings.deadlinesMs),
  }
}

function boundDeadlines(deadlines: EngineSettings['deadlinesMs']): EngineSettings['deadlinesMs'] {
  const of = (kind: StreamKind): number =>
    bound(deadlines[kind], 0, limits.playoutDeadlineMs, defaultSettings.deadlinesMs[kind])
  return { voice: of('voice'), video: of('video'), cbr: of('cbr'), bulk: of('bulk') }
}

export function boundMessages(messages: MessageStreamSettings): MessageStreamSettings {
  const { ratePerSecond, sizeBytes } = defaultSettings.messages
  return {
    enabled: messages.enabled,
    ratePerSecond: bound(messages.ratePerSecond, 0.1, limits.messageRatePerSecond, ratePerSecond),
    sizeBytes: Math.floor(bound(messages.sizeBytes, 64, limits.messageBytes, sizeBytes)),
  }
}

function bound(value: number, least: number, most: number, otherwise: number): number {
  return Number.isNaN(value) ? otherwise : Math.min(most, Math.max(least, value))
}
