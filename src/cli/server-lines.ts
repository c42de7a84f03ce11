import { formatSpan, serverSentence } from '../shared/words'
import type { EngineSnapshot } from '../shared/view'

type Server = EngineSnapshot['servers'][number]

/**
 * Lines on STUN and TURN servers as they are asked and answer, each once. Failures, and what TURN servers gave, are events
 * with sentences of their own.
 */
export function createServerLines(): (servers: readonly Server[]) => string[] {
  const told = new Set<string>()
  return (servers) =>
    servers.flatMap((server) => {
      const { url, interfaceName, from, state } = server
      const key = `${from} ${url} ${state}`
      if (told.has(key) || told.size > 1000) return []
      told.add(key)
      if (state === 'waiting') return [`${interfaceName}: asking ${url} from ${from}.`]
      if (state === 'failed' || !url.startsWith('stun')) return []
      return [`${interfaceName}: ${url} ${serverSentence(server)} after ${formatSpan(server.elapsedMs)}.`]
    })
}
