/** What a window asks for, made into what the engine's worker is told. */
import { randomUUID } from 'node:crypto'
import { defaultPreset, emulatedPresets } from '../../runtime'
import type { SessionStart } from '../../shared/ipc'
import type { SessionRequest } from '../../shared/session'

export function sessionRequest(start: SessionStart): SessionRequest {
  const emulated = start.role === 'loopback'
  return {
    id: randomUUID(),
    role: start.role,
    title: start.title,
    settings: {
      enabled: true,
      preventNomination: true,
      nominationPolicy: 'reject',
      mode: start.mode,
      use: start.use,
      weightUpdateInterval: 100,
      minWeight: 0.1,
      maxWeight: 10,
      initialWeight: 1,
      backupOrder: [],
      adaptiveBudget: 10,
      messages: start.messages,
      reconnectFor: start.reconnectFor,
      streams: start.streams,
      deadlinesMs: { voice: 150, video: 200, cbr: 200, bulk: 500 },
      snapshotIntervalMs: 200,
    },
    interfaces: emulated ? null : start.interfaces,
    stun: emulated ? [] : start.stun,
    sockets: start.sockets,
    turn: emulated ? [] : start.turn,
    emulatedPaths: emulated ? (emulatedPresets[defaultPreset] ?? null) : null,
    durationSeconds: null,
    connectTimeoutSeconds: null,
  }
}
