import { limits, sameSubnet } from '../../engine'
import type { SessionWarning } from '../../shared/session'
import type { InterfaceAddress, InterfaceInfo, OpenSocketRequest } from '../ports'

export interface ChosenSockets {
  readonly requests: readonly OpenSocketRequest[]
  readonly warnings: readonly SessionWarning[]
}

/**
 * Which sockets to open: one for each address of each chosen interface, link-local addresses only where an interface has
 * no other of any family. `chosen` names interfaces; null takes those used by default. Loopback is used only when it is
 * named.
 */
export function chooseSockets(
  interfaces: readonly InterfaceInfo[],
  chosen: readonly string[] | null,
): ChosenSockets {
  const warnings: SessionWarning[] = []
  const used =
    chosen === null ? interfaces.filter((each) => each.usedByDefault) : named(interfaces, chosen, warnings)
  const wanted = used.flatMap((each) => {
    const addresses = usableAddresses(each)
    if (addresses.length === 0) {
      const message = `${each.name} has no address${each.up ? '' : ' because it is down'}, so it is not used.`
      warnings.push({ kind: 'interface-without-address', message })
    }
    return addresses.map((address) => ({ each, address }))
  })
  if (wanted.length > limits.sockets) {
    const left = [...new Set(wanted.slice(limits.sockets).map(({ each }) => each.name))].join(', ')
    const message = `At most ${limits.sockets} interface addresses are used at once. Left out are addresses of ${left}.`
    warnings.push({ kind: 'too-many-addresses', message })
  }
  if (wanted.length === 0) {
    const message = 'No network interface with an address can be used. Connect one, or choose others.'
    warnings.push({ kind: 'no-interface', message })
  }
  const requests = wanted.slice(0, limits.sockets).map(({ each, address }, at) => ({
    id: at + 1,
    interfaceName: each.name,
    interfaceKind: each.kind,
    address,
  }))
  return { requests, warnings }
}

function named(
  interfaces: readonly InterfaceInfo[],
  names: readonly string[],
  warnings: SessionWarning[],
): InterfaceInfo[] {
  return [...new Set(names)].flatMap((name) => {
    const found = interfaces.find((each) => each.name === name)
    if (found !== undefined) return [found]
    const known = interfaces.map((each) => each.name).join(', ')
    const message = `There is no interface ${name} on this machine; there are: ${known}.`
    warnings.push({ kind: 'unknown-interface', message })
    return []
  })
}

/**
 * RFC 6724 for several addresses of one interface: none that is deprecated while another of its family is not (rule 3),
 * and of one prefix the temporary ones rather than those that give the machine away everywhere (rule 7; RFC 8445 section
 * 5.1.1.1 has it as a must).
 */
function usableAddresses(of: InterfaceInfo): readonly InterfaceAddress[] {
  const global = of.addresses.filter((address) => !address.linkLocal)
  const lasting = global.filter((address) => address.deprecated !== true)
  const fresh = global.filter(
    (address) => address.deprecated !== true || lasting.every((other) => other.family !== address.family),
  )
  const used = fresh.filter(
    (address) => address.temporary === true || !fresh.some((other) => replaces(other, address)),
  )
  return used.length > 0 ? used : of.addresses
}

/** A temporary address of the same prefix. */
function replaces(other: InterfaceAddress, address: InterfaceAddress): boolean {
  if (other.temporary !== true || address.family !== 6 || other.prefixLength !== address.prefixLength)
    return false
  return sameSubnet(other.address, address.address, address.prefixLength)
}
