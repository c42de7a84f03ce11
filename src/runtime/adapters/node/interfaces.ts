import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os'
import type { InterfaceAddress, InterfaceInfo, Interfaces } from '../../ports'
import { kindByName, linuxKind } from './interface-kind'
import { type LinuxLink, linuxLinks, upThroughout } from './linux-links'
import { linuxAddressFlags } from './linux-tables'
import { watchChanges } from './watch-changes'
import { loadNativeSockets, type NativeSockets } from './native-sockets'
import { ipv6Bytes } from './socket-address'
import { withoutZone } from './zone'

/**
 * The machine's interfaces: those with addresses as Node lists them, and on Linux also those that are down or have no
 * address. Addresses of interfaces that are down are not known.
 */
export function nodeInterfaces(): Interfaces {
  return { list, watch: (changed) => watchChanges(changed) }
}

async function list(): Promise<readonly InterfaceInfo[]> {
  const native = await loadNativeSockets()
  const sockets = native.kind === 'loaded' ? native.sockets : null
  const reason = native.kind === 'loaded' ? null : native.reason
  const readLinks = (): readonly LinuxLink[] =>
    process.platform === 'linux' ? linuxLinks((name) => indexOf(sockets, name)) : []
  // A link that comes up or goes down meanwhile would be one that is up and has lost its addresses: it counts as down.
  const before = readLinks()
  const addressed = addressedInterfaces()
  const links = upThroughout(before, readLinks())
  const flags = process.platform === 'linux' ? linuxAddressFlags() : noFlags
  const names = new Set([...addressed.keys(), ...links.map((link) => link.name)])
  const described = [...names].map((name) => {
    const link = links.find((each) => each.name === name)
    const addresses = (addressed.get(name) ?? []).map((info) => toAddress(name, info, flags))
    const internal = addressed.get(name)?.some((info) => info.internal) ?? false
    return describe(name, addresses, internal, link, indexOf(sockets, name), reason)
  })
  return described.sort((a, b) => (a.index ?? Infinity) - (b.index ?? Infinity))
}

function indexOf(sockets: NativeSockets | null, name: string): number | null {
  return sockets === null ? null : sockets.interfaceIndex(name)
}

/** Linux lists a labelled address ("eth0:1") as if it were an interface; it belongs to the one before the colon. */
function addressedInterfaces(): Map<string, NetworkInterfaceInfo[]> {
  const byName = new Map<string, NetworkInterfaceInfo[]>()
  for (const [label, addresses] of Object.entries(networkInterfaces())) {
    const name = process.platform === 'linux' ? label.replace(/:.*$/, '') : label
    byName.set(name, [...(byName.get(name) ?? []), ...(addresses ?? [])])
  }
  return byName
}

function describe(
  name: string,
  addresses: readonly InterfaceAddress[],
  internal: boolean,
  link: LinuxLink | undefined,
  kernelIndex: number | null,
  reason: string | null,
): InterfaceInfo {
  const facts = link?.facts ?? null
  const kind = facts === null ? kindByName(name, internal || name === 'lo') : linuxKind(facts)
  const loopback = internal || kind === 'loopback'
  // Node lists only interfaces that run: one with addresses is up whatever else is known.
  const up = addresses.length > 0 || (link?.up ?? false)
  const index = kernelIndex ?? link?.index ?? null
  return {
    name,
    index,
    kind,
    up,
    loopback,
    addresses,
    ...(link === undefined ? {} : { link: link.details }),
    binding: reason === null ? 'device' : 'address',
    bindingReason: reason,
    usedByDefault: up && !loopback && addresses.some((address) => !address.linkLocal),
  }
}

type Flags = ReturnType<typeof linuxAddressFlags>
const noFlags: Flags = new Map()

function toAddress(name: string, info: NetworkInterfaceInfo, flags: Flags): InterfaceAddress {
  const address = withoutZone(info.address).toLowerCase()
  const family = info.family === 'IPv6' ? 6 : 4
  const linkLocal = family === 6 ? /^fe[89ab]/.test(address) : address.startsWith('169.254.')
  const scopeId = info.family === 'IPv6' && linkLocal ? info.scopeid : null
  const told = family === 6 ? flags.get(`${name} ${hexDigits(address)}`) : undefined
  return { family, address, prefixLength: prefixLength(info, family), linkLocal, scopeId, ...told }
}

/** Node gives no cidr for a netmask with holes; such an address is taken as a host route. */
function prefixLength(info: NetworkInterfaceInfo, family: 4 | 6): number {
  const length = info.cidr === null ? Number.NaN : Number(info.cidr.split('/')[1])
  return Number.isInteger(length) ? length : family === 4 ? 32 : 128
}

/** The 32 digits of an IPv6 address, as the kernel writes it. */
function hexDigits(address: string): string {
  return Buffer.from(ipv6Bytes(address)).toString('hex')
}
