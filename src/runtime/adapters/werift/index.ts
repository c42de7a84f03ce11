/** DTLS and a data channel by werift, over datagrams that the engine carries. No other folder imports werift. */
import type { SecureSessions } from '../../ports'
import { createCertificate } from './certificate'
import { demandFittingWerift } from './compatibility'
import { WeriftSession } from './session'

export { noCertificateUnderWay } from './certificate'

/** Sessions over werift, each with a fresh certificate. `create` rejects when the installed werift does not fit. */
export function createWeriftSessions(): SecureSessions {
  return {
    create: async () => {
      const certificate = await createCertificate()
      demandFittingWerift(certificate)
      return new WeriftSession(certificate)
    },
  }
}
