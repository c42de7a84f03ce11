import { canonicalAddress, isUnicast, parseAddress } from '../address'
import type { NamedCandidate } from '../description'
import type { ResolvedName } from '../face/io'
import { type SessionState, tell } from './state'

/** Addresses taken of one name. */
const addressesPerName = 4

/** Has the names behind which the peer hides addresses looked for. */
export function askForNames(state: SessionState, named: readonly NamedCandidate[]): void {
  const names = [...new Set(named.map((one) => one.name))]
  if (names.length > 0) state.outbox.push({ kind: 'resolve-names', names })
}

/** What was found becomes candidates; they are checked like any other, so a false answer comes to nothing. */
export function takeNames(state: SessionState, found: readonly ResolvedName[]): void {
  const named = state.remote?.ice.named ?? []
  for (const name of new Set(named.map((one) => one.name))) {
    const addresses = addressesOf(name, found)
    tell(state, { kind: 'name', name, addresses })
    for (const { port, type, priority } of named.filter((one) => one.name === name)) {
      for (const address of addresses) {
        const family = parseAddress(address)?.family
        if (family !== undefined)
          state.agent.addRemote({ address: { family, address, port }, type, priority }, state.nowMs)
      }
    }
  }
}

function addressesOf(name: string, found: readonly ResolvedName[]): string[] {
  const addresses = found
    .filter((one) => one.name === name && isUnicast(one.address))
    .flatMap((one) => canonicalAddress(one.address) ?? [])
  return [...new Set(addresses)].slice(0, addressesPerName)
}
