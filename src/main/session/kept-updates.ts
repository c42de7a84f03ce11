import type { SessionUpdate } from '../../shared/session'

/** Updates kept for a window that is loaded anew; of the snapshots only the last. */
export const keptUpdatesLimit = 2000

/** Adds the newest. How the session began stays, and the latest; what was between makes room. */
export function keepUpdate(kept: SessionUpdate[], update: SessionUpdate): void {
  if (kept.length >= keptUpdatesLimit) kept.splice(keptUpdatesLimit / 2, 1)
  kept.push(update)
}
