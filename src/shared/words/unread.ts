/** What this machine did not read in time, in words. */
import type { UnreadDrops } from '../../engine'
import { formatCount } from './numbers'

/** Interfaces named in a sentence; the rest is summed. */
const interfacesNamed = 4

/** Of all interfaces; null where the system counts it of none. */
export function droppedUnreadTotal(counts: readonly UnreadDrops[]): number | null {
  return counts.length === 0 ? null : counts.reduce((sum, { datagrams }) => sum + datagrams, 0)
}

/** That what looks like loss of the paths is our own; null while nothing was dropped, or the system does not tell. */
export function unreadSentence(counts: readonly UnreadDrops[]): string | null {
  const total = droppedUnreadTotal(counts) ?? 0
  if (total === 0) return null
  const some = counts.filter(({ datagrams }) => datagrams > 0).sort((a, b) => b.datagrams - a.datagrams)
  const rest = some.slice(interfacesNamed).reduce((sum, { datagrams }) => sum + datagrams, 0)
  const named = some
    .slice(0, interfacesNamed)
    .map(({ interfaceName, datagrams }) => `${interfaceName} ${formatCount(datagrams)}`)
  const where = [...named, ...(rest > 0 ? [`others ${formatCount(rest)}`] : [])].join(', ')
  const [things, them, count] =
    total === 1 ? ['datagram', 'it', 'it counts'] : ['datagrams', 'them', 'they count']
  return `This machine was too busy to read ${formatCount(total)} ${things} in time, and its system dropped ${them} (${where}): ${count} as lost on the paths, though no path lost ${them}.`
}
