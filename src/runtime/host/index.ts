/** The host side of a session: starts the engine's worker and speaks with it. Used by the desktop app and the CLI. */
import type { SessionOrder, SessionRequest, SessionUpdate } from '../../shared/session'

export interface SessionHandle {
  /** Sends an order; without effect after `ended`. */
  order(order: SessionOrder): void
  /** Resolves when the worker is gone. */
  readonly closed: Promise<void>
  /** Ends the worker at once, without the goodbye. */
  terminate(): Promise<void>
}

export type StartSession = (
  request: SessionRequest,
  onUpdate: (update: SessionUpdate) => void,
) => SessionHandle
