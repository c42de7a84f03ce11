/** DTLS and a data channel by werift, over datagrams that the engine carries. No other folder imports werift. */
import type { SecureSessions } from '../../ports'
import { createCertificate } from './certificate'
import { WeriftSession } from './session'

/** Sessions over werift, each with a fresh certificate. */
export function createWeriftSessions(): SecureSessions {
  return {
    create: async () => new WeriftSession(await createCertificate()),
  }
}
