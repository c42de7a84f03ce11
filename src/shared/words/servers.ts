import type { GatheringServer } from '../../engine'
import type { Health } from './states'

export const serverHealth: Readonly<Record<GatheringServer['state'], Health>> = {
  waiting: 'none',
  answered: 'good',
  failed: 'warn',
}

/** What came of asking a STUN or TURN server. */
export function serverSentence({ state, address, code, detail }: GatheringServer): string {
  switch (state) {
    case 'waiting':
      return detail === null ? 'waiting' : `asked again; last time: ${detail}`
    case 'answered':
      return address === null ? 'answered' : `gave ${address}`
    case 'failed': {
      // The server's words hold its code as a rule.
      const isSaid = code === null || detail?.includes(String(code)) === true
      return [isSaid ? '' : `${code}: `, detail ?? 'failed'].join('')
    }
  }
}
