/** What a window asks for, made into what the engine's worker is told. */
import { randomUUID } from 'node:crypto'
import { defaultPreset, defaultSettings, emulatedPresets } from '../../runtime'
import type { SessionStart } from '../../shared/ipc'
import type { SessionRequest } from '../../shared/session'

export function sessionRequest(start: SessionStart): SessionRequest {
  const emulated = start.role === 'loopback'
  return {
    id: randomUUID(),
    role: start.role,
    title: start.title,
    settings: {
      ...defaultSettings,
      mode: start.mode,
      use: start.use,
      messages: start.messages,
      reconnectFor: start.reconnectFor,
      streams: start.streams,
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
