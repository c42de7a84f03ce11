import type { SessionView } from './session-view'

/** One line on whether packets leave by the links that they are counted for; empty while there is nothing to tell of. */
export function trustText({ role, snapshot }: Pick<SessionView, 'role' | 'snapshot'>): string {
  if (role === 'loopback') return 'Emulated paths: nothing leaves this machine'
  const all = snapshot?.pairs ?? []
  const carrying = all.filter((pair) => pair.carrying)
  // While nothing carries, all sockets are in question.
  const [told, what] = carrying.length > 0 ? [carrying, 'carrying paths'] : [all, 'pairs']
  const wrong = told.find((pair) => pair.egress.verified === false)
  if (wrong !== undefined)
    return `${wrong.local.interfaceName}: packets leave by ${wrong.egress.interfaceName}, another link`
  const loose = told.filter((pair) => pair.local.binding === 'address' && pair.egress.verified === null)
  const names = [...new Set(loose.map((pair) => pair.local.interfaceName))].join(', ')
  if (names !== '') return `${names}: address only, packets may leave by another link`
  const seen = told.filter((pair) => pair.egress.verified === true).length
  if (seen > 0) return `${seen} of ${told.length} ${what} seen to leave by their own interface`
  return told.length > 0 ? 'Every socket is bound to its interface' : ''
}
