import type { TransportAddress } from '../../engine'
import type { Random } from './random'

/** RFC 4787 sections 4.1 and 5. */
export type NatBehaviour = 'endpoint-independent' | 'address-dependent' | 'address-and-port-dependent'

export interface NatOptions {
  readonly mapping: NatBehaviour
  readonly filtering: NatBehaviour
  /** A mapping not used from inside for this long is forgotten (RFC 4787 REQ-5). */
  readonly expiryMs: number
  /** What comes in and is let in counts as use, too, which REQ-6 allows; false unless told. */
  readonly inboundRefresh?: boolean
  /** What goes from inside to a mapping of this NAT comes back in, from its outside address (REQ-9); false unless told. */
  readonly hairpinning?: boolean
  /** Outside ports (section 4.2): drawn, unless told to be the inside port where that is free. */
  readonly ports?: 'random' | 'preserved'
  /** An even inside port gets an even outside one, an odd one an odd (section 4.2.2); false unless told. */
  readonly portParity?: boolean
}

export interface NatCounts {
  readonly translatedOut: number
  readonly translatedIn: number
  readonly droppedNoMapping: number
  readonly droppedFiltered: number
  readonly droppedHairpin: number
  readonly droppedFull: number
}

interface Mapping {
  readonly key: string
  readonly inside: TransportAddress
  readonly port: number
  usedAtMs: number
  /** Remotes that this mapping has sent to and when, by the filtering's notion of a remote. */
  readonly contacted: Map<string, number>
}

const maxMappings = 4096
const maxContacts = 4096
const firstPort = 20_000
const portCount = 40_000

/** Translation of IPv4 UDP between an inside network and one outside address. */
export interface NatTable {
  readonly counts: NatCounts
  /** The source that the outside sees, or undefined when no mapping can be made. */
  outbound(inside: TransportAddress, to: TransportAddress, nowMs: number): TransportAddress | undefined
  /** The inside destination, or undefined when the packet is dropped. */
  inbound(from: TransportAddress, port: number, nowMs: number): TransportAddress | undefined
  /** A packet from inside to this NAT's own address, as it comes back in, or undefined when it is dropped. */
  hairpin(
    inside: TransportAddress,
    port: number,
    nowMs: number,
  ): { readonly from: TransportAddress; readonly to: TransportAddress } | undefined
  /** Forgets every mapping, as a restart does. */
  rebind(): void
}

export function createNatTable(outside: string, options: NatOptions, random: Random): NatTable {
  const byKey = new Map<string, Mapping>()
  const byPort = new Map<number, Mapping>()
  const counts = {
    translatedOut: 0,
    translatedIn: 0,
    droppedNoMapping: 0,
    droppedFiltered: 0,
    droppedHairpin: 0,
    droppedFull: 0,
  }

  const alive = (mapping: Mapping, nowMs: number) => nowMs - mapping.usedAtMs <= options.expiryMs

  function forget(mapping: Mapping): void {
    byKey.delete(mapping.key)
    byPort.delete(mapping.port)
  }

  function find(key: string, nowMs: number): Mapping | undefined {
    const mapping = byKey.get(key)
    if (mapping === undefined || alive(mapping, nowMs)) return mapping
    forget(mapping)
    return undefined
  }

  function create(key: string, inside: TransportAddress, nowMs: number): Mapping | undefined {
    if (byKey.size >= maxMappings) byKey.forEach((old) => alive(old, nowMs) || forget(old))
    if (byKey.size >= maxMappings) return undefined
    const port = choosePort(inside.port)
    const mapping: Mapping = { key, inside, port, usedAtMs: nowMs, contacted: new Map() }
    byKey.set(key, mapping)
    byPort.set(port, mapping)
    return mapping
  }

  function choosePort(insidePort: number): number {
    if (options.ports === 'preserved' && !byPort.has(insidePort)) return insidePort
    const step = options.portParity === true ? 2 : 1
    let port = firstPort + random.int(portCount)
    if (step === 2) port = port - (port % 2) + (insidePort % 2)
    while (byPort.has(port)) port = firstPort + ((port - firstPort + step) % portCount)
    return port
  }

  const table: NatTable = {
    counts,
    outbound(inside, to, nowMs) {
      const key = `${inside.address}|${inside.port}|${scope(options.mapping, to)}`
      const mapping = find(key, nowMs) ?? create(key, inside, nowMs)
      if (mapping === undefined) {
        counts.droppedFull++
        return undefined
      }
      mapping.usedAtMs = nowMs
      if (mapping.contacted.size < maxContacts) mapping.contacted.set(scope(options.filtering, to), nowMs)
      counts.translatedOut++
      return { family: 4, address: outside, port: mapping.port }
    },
    inbound(from, port, nowMs) {
      const mapping = byPort.get(port)
      if (mapping === undefined || !alive(mapping, nowMs)) {
        counts.droppedNoMapping++
        return undefined
      }
      const contactedAtMs = mapping.contacted.get(scope(options.filtering, from))
      if (contactedAtMs === undefined || nowMs - contactedAtMs > options.expiryMs) {
        counts.droppedFiltered++
        return undefined
      }
      if (options.inboundRefresh === true) {
        mapping.usedAtMs = nowMs
        mapping.contacted.set(scope(options.filtering, from), nowMs)
      }
      counts.translatedIn++
      return mapping.inside
    },
    hairpin(inside, port, nowMs) {
      if (options.hairpinning !== true) {
        counts.droppedHairpin++
        return undefined
      }
      const from = table.outbound(inside, { family: 4, address: outside, port }, nowMs)
      const to = from && table.inbound(from, port, nowMs)
      return from && to && { from, to }
    },
    rebind() {
      byKey.clear()
      byPort.clear()
    },
  }
  return table
}

/** What of a remote matters to a behaviour. */
function scope(behaviour: NatBehaviour, remote: TransportAddress): string {
  if (behaviour === 'endpoint-independent') return '*'
  return behaviour === 'address-dependent' ? remote.address : `${remote.address}|${remote.port}`
}
