import { addressKey, sameSubnet } from '../address'
import type { Pair } from './pair'

/**
 * Both ends seem to be on one link: the same IPv4 /24 or IPv6 /64 (the usual sizes; the peer does not tell its mask), or
 * interfaces of one name.
 */
function isStraight(pair: Pair): boolean {
  const { local, relay } = pair.socket
  // By way of a server, whatever the names at its ends are.
  if (relay !== undefined || pair.remote.type === 'relay') return false
  const { address, interfaceName } = pair.remote
  if (interfaceName !== null && interfaceName === pair.socket.interfaceName) return true
  return (
    local.family === address.family &&
    sameSubnet(local.address, address.address, local.family === 4 ? 24 : 64)
  )
}

/** Labels for people: interface names where they are known, with family or addresses where names alone are not unique. */
export function labelPairs(pairs: readonly Pair[]): void {
  for (const pair of pairs) pair.straight = isStraight(pair)
  const byNames = groupBy(pairs, nameLabel)
  for (const [names, group] of byNames) {
    if (group.length === 1) {
      ;(group[0] as Pair).label = names
      continue
    }
    const byFamily = groupBy(group, (pair) => `${names} IPv${pair.socket.local.family}`)
    for (const [label, same] of byFamily) {
      for (const pair of same) pair.label = same.length === 1 ? label : addressLabel(pair)
    }
  }
}

function nameLabel(pair: Pair): string {
  return `${localName(pair)} → ${pair.remote.interfaceName ?? pair.remote.address.address}${remoteMark(pair)}`
}

function localName({ socket }: Pair): string {
  return socket.relay === undefined
    ? socket.interfaceName
    : `${socket.interfaceName} (relay ${socket.relay.protocol})`
}

function remoteMark({ remote }: Pair): string {
  return remote.type === 'relay' ? ' (relay)' : ''
}

function addressLabel(pair: Pair): string {
  const names = `${localName(pair)} ${pair.socket.local.address}`
  const remote = `${pair.remote.interfaceName ?? ''} ${addressKey(pair.remote.address)}${remoteMark(pair)}`
  return `${names} → ${remote.trimStart()}`
}

function groupBy(pairs: readonly Pair[], keyOf: (pair: Pair) => string): Map<string, Pair[]> {
  const groups = new Map<string, Pair[]>()
  for (const pair of pairs) {
    const key = keyOf(pair)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [pair])
    else group.push(pair)
  }
  return groups
}
