import type { InterfaceKind, TransportAddress } from '../../engine'
import { createEventHeap } from './heap'
import type { Impairments, LinkCounts, LinkDirection } from './link'
import { createLinkDirection, isConserved } from './link'
import type { NatCounts, NatOptions, NatTable } from './nat'
import { createNatTable } from './nat'
import type { Random } from './random'
import { createRandom } from './random'

/** One UDP datagram under way. */
export interface Packet {
  readonly from: TransportAddress
  readonly to: TransportAddress
  readonly data: Uint8Array
}

export interface Delivery {
  readonly atMs: number
  readonly host: string
  readonly packet: Packet
}

export interface WorldInterface {
  readonly host: string
  readonly name: string
  readonly kind: InterfaceKind
  readonly addresses: readonly { readonly family: 4 | 6; readonly address: string }[]
  readonly network: string
  /** From the host into the network. */
  readonly up?: Impairments
  /** From the network to the host. */
  readonly down?: Impairments
}

export interface WorldNat extends NatOptions {
  readonly name: string
  /** Networks on its two sides. IPv6 passes untranslated. */
  readonly inside: string
  readonly outside: string
  /** Its IPv4 address outside. */
  readonly address: string
}

/** Packets that no link and no NAT accounts for. */
export interface WorldCounts {
  readonly injected: number
  readonly delivered: number
  readonly unroutable: number
  readonly droppedLimit: number
}

/**
 * A network of hosts, access links, networks and NATs, without I/O or a clock of its own: packets and times come in,
 * deliveries come out, and the same seed and calls give the same fate to every packet. An interface sends by its own
 * access link whatever the source; a packet reaches a host by any interface of it that its network has (weak host).
 */
export interface World {
  readonly random: Random
  readonly counts: WorldCounts
  readonly interfaces: readonly WorldInterface[]
  addNetwork(name: string): void
  addNat(nat: WorldNat): void
  /** One that was removed before comes back on the same access link, with the counts of before and another index. */
  addInterface(spec: WorldInterface): void
  /** Takes an interface away with its addresses; what is under way on its link is lost. */
  removeInterface(host: string, name: string): void
  /** Gives an interface other addresses; its index stays. */
  setAddresses(host: string, name: string, addresses: WorldInterface['addresses']): void
  /** The system's number of an interface: each that is added has one of its own. */
  indexOf(host: string, name: string): number
  /** Changes one direction of an interface's link, or both. */
  setImpairments(host: string, name: string, which: 'up' | 'down' | 'both', to: Impairments): void
  /** A link that is down loses what is offered and what is under way, silently. */
  setLinkUp(host: string, name: string, up: boolean): void
  rebindNat(name: string): void
  linkCounts(host: string, name: string): { readonly up: LinkCounts; readonly down: LinkCounts }
  natCounts(name: string): NatCounts
  inject(host: string, interfaceName: string, packet: Packet, nowMs: number): void
  nextDeadline(): number | undefined
  /** The next delivery due by `nowMs`, in order of time. */
  poll(nowMs: number): Delivery | undefined
  /** What does not add up, or undefined. */
  audit(): string | undefined
}

interface Attachment {
  spec: WorldInterface
  index: number
  present: boolean
  readonly up: LinkDirection
  readonly down: LinkDirection
}

interface Nat {
  readonly spec: WorldNat
  readonly table: NatTable
}

interface Network {
  readonly attachments: Attachment[]
  readonly natsOutward: Nat[]
  readonly natsInward: Nat[]
}

interface Hop {
  readonly packet: Packet
  readonly attachment: Attachment
  readonly going: 'up' | 'down'
  readonly epoch: number
}

const maxHops = 8
const maxInFlight = 100_000

export function createWorld(options: { readonly seed: number | string }): World {
  const random = createRandom(`world/${options.seed}`)
  const networks = new Map<string, Network>()
  const nats = new Map<string, Nat>()
  const attachments = new Map<string, Attachment>()
  const hops = createEventHeap<Hop>()
  const deliveries: Delivery[] = []
  let lastIndex = 0
  const counts = { injected: 0, delivered: 0, unroutable: 0, droppedLimit: 0 }

  function network(name: string): Network {
    const found = networks.get(name)
    if (found === undefined) throw new Error(`no network ${name}`)
    return found
  }

  function attachment(host: string, name: string): Attachment {
    const found = attachments.get(`${host}/${name}`)
    if (found === undefined) throw new Error(`no interface ${name} on ${host}`)
    return found
  }

  function enter(to: Attachment, going: 'up' | 'down', packet: Packet, nowMs: number): void {
    if (hops.size >= maxInFlight) {
      counts.droppedLimit++
      return
    }
    const direction = to[going]
    for (const [copy, atMs] of direction.offer(ipBytes(packet), nowMs).entries()) {
      // A duplicate has memory of its own, as every arrival has.
      const own = copy === 0 ? packet : { ...packet, data: packet.data.slice() }
      hops.push(atMs, { packet: own, attachment: to, going, epoch: direction.epoch })
    }
  }

  function finishHop(hop: Hop, atMs: number): void {
    if (!hop.attachment[hop.going].arrive(ipBytes(hop.packet), hop.epoch)) return
    if (hop.going === 'up') return route(hop.attachment.spec.network, hop.packet, atMs, 0)
    counts.delivered++
    deliveries.push({ atMs, host: hop.attachment.spec.host, packet: hop.packet })
  }

  function route(name: string, packet: Packet, nowMs: number, depth: number): void {
    const here = network(name)
    const target = ownerIn(here, packet.to.address)
    if (target !== undefined) return enter(target, 'down', packet, nowMs)
    if (depth >= maxHops) {
      counts.unroutable++
      return
    }
    const inward = here.natsInward.find((nat) => leadsTo(nat, packet.to.address))
    if (inward !== undefined) return routeInward(inward, packet, nowMs, depth)
    const outward = here.natsOutward[0]
    if (outward !== undefined) return routeOutward(outward, packet, nowMs, depth)
    counts.unroutable++
  }

  function routeInward(nat: Nat, packet: Packet, nowMs: number, depth: number): void {
    if (packet.to.family === 6) return route(nat.spec.inside, packet, nowMs, depth + 1)
    const inside = nat.table.inbound(packet.from, packet.to.port, nowMs)
    if (inside !== undefined) route(nat.spec.inside, { ...packet, to: inside }, nowMs, depth + 1)
  }

  function routeOutward(nat: Nat, packet: Packet, nowMs: number, depth: number): void {
    if (packet.to.family === 6) return route(nat.spec.outside, packet, nowMs, depth + 1)
    if (packet.to.address === nat.spec.address) {
      const back = nat.table.hairpin(packet.from, packet.to.port, nowMs)
      return back && route(nat.spec.inside, { ...packet, ...back }, nowMs, depth + 1)
    }
    const outside = nat.table.outbound(packet.from, packet.to, nowMs)
    if (outside !== undefined) route(nat.spec.outside, { ...packet, from: outside }, nowMs, depth + 1)
  }

  /** The interface with the address, else one of a host that has the address elsewhere (weak host model). */
  function ownerIn(here: Network, address: string): Attachment | undefined {
    const owner = here.attachments.find((candidate) => hasAddress(candidate.spec, address))
    if (owner !== undefined) return owner
    return here.attachments.find((candidate) =>
      [...attachments.values()].some(
        (other) =>
          other.present && other.spec.host === candidate.spec.host && hasAddress(other.spec, address),
      ),
    )
  }

  function leadsTo(nat: Nat, address: string): boolean {
    if (nat.spec.address === address) return true
    if (!address.includes(':')) return false
    const inside = network(nat.spec.inside)
    return (
      inside.attachments.some((candidate) => hasAddress(candidate.spec, address)) ||
      inside.natsInward.some((inner) => leadsTo(inner, address))
    )
  }

  return {
    random,
    counts,
    get interfaces() {
      return [...attachments.values()].filter((each) => each.present).map((each) => each.spec)
    },
    addNetwork(name) {
      if (networks.has(name)) throw new Error(`network ${name} exists`)
      networks.set(name, { attachments: [], natsOutward: [], natsInward: [] })
    },
    addNat(spec) {
      const nat = { spec, table: createNatTable(spec.address, spec, random.fork(`nat/${spec.name}`)) }
      nats.set(spec.name, nat)
      network(spec.inside).natsOutward.push(nat)
      network(spec.outside).natsInward.push(nat)
    },
    addInterface(spec) {
      const label = `${spec.host}/${spec.name}`
      const known = attachments.get(label)
      if (known?.present === true) throw new Error(`interface ${label} exists`)
      if (known !== undefined) {
        Object.assign(known, { spec, index: ++lastIndex, present: true })
        known.up.set(spec.up ?? {})
        known.down.set(spec.down ?? {})
        known.up.setUp(true)
        known.down.setUp(true)
        network(spec.network).attachments.push(known)
        return
      }
      const added: Attachment = {
        spec,
        index: ++lastIndex,
        present: true,
        up: createLinkDirection(random.fork(`${label}/up`), spec.up ?? {}),
        down: createLinkDirection(random.fork(`${label}/down`), spec.down ?? {}),
      }
      attachments.set(label, added)
      network(spec.network).attachments.push(added)
    },
    removeInterface(host, name) {
      const gone = attachment(host, name)
      gone.present = false
      gone.up.setUp(false)
      gone.down.setUp(false)
      const here = network(gone.spec.network).attachments
      here.splice(here.indexOf(gone), 1)
    },
    setAddresses(host, name, addresses) {
      const changed = attachment(host, name)
      changed.spec = { ...changed.spec, addresses }
    },
    indexOf: (host, name) => attachment(host, name).index,
    setImpairments(host, name, which, to) {
      const link = attachment(host, name)
      if (which !== 'down') link.up.set(to)
      if (which !== 'up') link.down.set(to)
    },
    setLinkUp(host, name, up) {
      const link = attachment(host, name)
      link.up.setUp(up)
      link.down.setUp(up)
    },
    rebindNat(name) {
      const nat = nats.get(name)
      if (nat === undefined) throw new Error(`no NAT ${name}`)
      nat.table.rebind()
    },
    linkCounts(host, name) {
      const link = attachment(host, name)
      return { up: link.up.counts, down: link.down.counts }
    },
    natCounts(name) {
      const nat = nats.get(name)
      if (nat === undefined) throw new Error(`no NAT ${name}`)
      return nat.table.counts
    },
    inject(host, interfaceName, packet, nowMs) {
      const from = attachment(host, interfaceName)
      counts.injected++
      enter(from, 'up', packet, nowMs)
    },
    nextDeadline: () => hops.nextAtMs(),
    poll(nowMs) {
      for (;;) {
        const ready = deliveries.shift()
        if (ready !== undefined) return ready
        const dueMs = hops.nextAtMs()
        if (dueMs === undefined || dueMs > nowMs) return undefined
        const hop = hops.pop()!
        finishHop(hop.value, hop.atMs)
      }
    },
    audit: () => audit(counts, [...attachments.values()], [...nats.values()], hops.size),
  }
}

function hasAddress(spec: WorldInterface, address: string): boolean {
  return spec.addresses.some((own) => own.address === address)
}

/** UDP payload plus UDP and IP headers. */
function ipBytes(packet: Packet): number {
  return packet.data.length + (packet.to.family === 4 ? 28 : 48)
}

function audit(
  counts: WorldCounts,
  links: readonly Attachment[],
  nats: readonly Nat[],
  inFlight: number,
): string | undefined {
  let copies = counts.injected
  let gone = counts.delivered + counts.unroutable + counts.droppedLimit
  let underWay = 0
  for (const link of links) {
    for (const going of ['up', 'down'] as const) {
      const one = link[going].counts
      if (!isConserved(one))
        return `link ${link.spec.host}/${link.spec.name} ${going}: ${JSON.stringify(one)}`
      copies += one.duplicated
      gone += one.droppedLoss + one.droppedQueue + one.droppedDown
      underWay += one.inFlight
    }
  }
  for (const { table } of nats) {
    const { droppedNoMapping, droppedFiltered, droppedHairpin, droppedFull } = table.counts
    gone += droppedNoMapping + droppedFiltered + droppedHairpin + droppedFull
  }
  if (underWay !== inFlight) return `${underWay} packets on links, ${inFlight} under way`
  if (copies !== gone + inFlight) return `${copies} packets made, ${gone} ended, ${inFlight} under way`
  return undefined
}
