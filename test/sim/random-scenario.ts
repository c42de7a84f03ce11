import { type Mode, modes, type Use } from '../../src/engine'
import {
  createRandom,
  type Impairments,
  type NatBehaviour,
  type Random,
  type WorldInterface,
  type WorldNat,
} from '../../src/sim'
import type { Change, Scenario, Side } from './scenario'
import { sides } from './scenario'

const behaviours: readonly NatBehaviour[] = [
  'endpoint-independent',
  'address-dependent',
  'address-and-port-dependent',
]

/** A session nobody would think of: 1 to 4 interfaces a side, links, NATs, IPv6, and trouble, all from the seed. */
export function randomScenario(seed: number | string): Scenario {
  const random = createRandom(`scenario/${seed}`)
  const durationMs = 16_000 + random.int(10) * 1000
  const networks = ['internet']
  const nats: WorldNat[] = []
  const interfaces: WorldInterface[] = []
  const counts = { left: 1 + random.int(4), right: 1 + random.int(4) }
  for (const side of sides) {
    for (let at = 0; at < counts[side]; at++)
      addInterface(random, side, at, { networks, nats, interfaces, counts })
  }
  if (nats.length > 0 && random.chance(0.5)) {
    const addresses = [{ family: 4, address: '198.51.100.1' }] as const
    interfaces.push({ host: 'stun', name: 'eth0', kind: 'ethernet', addresses, network: 'internet' })
  }
  return {
    name: `seed ${seed}`,
    about: 'random',
    seed,
    durationMs,
    networks,
    nats,
    interfaces,
    settings: {
      mode: pickMode(random),
      use: pickUse(random),
      messages: {
        enabled: true,
        ratePerSecond: random.pick([1, 5, 20, 60]),
        sizeBytes: random.pick([64, 128, 900, 3000]),
      },
    },
    offerTakesMs: random.int(2000),
    answerTakesMs: random.int(2000),
    roleConflict: false,
    changes: randomChanges(random, durationMs - 9000, interfaces, nats),
    finishBeforeEndMs: 5000,
    expect: [],
  }
}

interface Draft {
  readonly networks: string[]
  readonly nats: WorldNat[]
  readonly interfaces: WorldInterface[]
  readonly counts: Readonly<Record<Side, number>>
}

function addInterface(random: Random, host: Side, at: number, draft: Draft): void {
  const sideNumber = host === 'left' ? 1 : 2
  const name = `if${at}`
  const kind = random.pick(['ethernet', 'wifi', 'cellular'] as const)
  const impaired = { up: randomImpairments(random), down: randomImpairments(random) }
  const straight = at < Math.min(draft.counts.left, draft.counts.right) && at % 2 === 1
  if (straight) {
    const network = `link${at}`
    if (!draft.networks.includes(network)) draft.networks.push(network)
    const addresses = [{ family: 4 as const, address: `198.18.${at}.${sideNumber}` }]
    draft.interfaces.push({ host, name, kind, addresses, network, ...impaired })
    return
  }
  const six = random.chance(0.4) ? [{ family: 6 as const, address: `2001:db8:${sideNumber}::${at + 1}` }] : []
  if (random.chance(0.5)) {
    const addresses = [{ family: 4 as const, address: `203.0.113.${sideNumber * 10 + at}` }, ...six]
    draft.interfaces.push({ host, name, kind, addresses, network: 'internet', ...impaired })
    return
  }
  const network = `home-${host}-${at}`
  draft.networks.push(network)
  draft.nats.push({
    name: `nat-${host}-${at}`,
    inside: network,
    outside: 'internet',
    address: `198.51.100.${sideNumber * 10 + at}`,
    mapping: random.pick(behaviours),
    filtering: random.pick(behaviours),
    expiryMs: 30_000,
    ...furtherBehaviour(random.fork(`nat/${host}/${at}`)),
  })
  // Homes choose the same private range again and again.
  const addresses = [{ family: 4 as const, address: `192.168.1.${random.pick([2, 3])}` }, ...six]
  draft.interfaces.push({ host, name, kind, addresses, network, ...impaired })
}

/** What else RFC 4787 leaves to a NAT. */
function furtherBehaviour(random: Random): Partial<WorldNat> {
  return {
    inboundRefresh: random.chance(0.5),
    hairpinning: random.chance(0.5),
    ports: random.pick(['random', 'preserved'] as const),
    portParity: random.chance(0.3),
  }
}

function randomImpairments(random: Random): Impairments {
  const delayMs = random.pick([1, 5, 20, 60, 120]) * random.range(0.5, 1.5)
  return {
    delayMs,
    jitterMs: random.chance(0.5) ? random.range(0, delayMs / 2) : 0,
    lossPercent: random.chance(0.5) ? random.range(0, 8) : 0,
    duplicatePercent: random.chance(0.3) ? random.range(0, 5) : 0,
    reorderPercent: random.chance(0.3) ? random.range(0, 10) : 0,
    reorderByMs: random.range(2, 60),
    rateBps: random.chance(0.3) ? random.range(2e6, 50e6) : null,
    queueMs: 200,
    burst: random.chance(0.1) ? { enterPercent: 1, leavePercent: 30, lossPercent: 80 } : null,
  }
}

function randomChanges(
  random: Random,
  untilMs: number,
  interfaces: readonly WorldInterface[],
  nats: readonly WorldNat[],
): Change[] {
  const changes: Change[] = []
  const own = interfaces.filter((each) => each.host !== 'stun')
  for (let count = random.int(4); count > 0; count--) {
    const { host, name } = random.pick(own)
    const atMs = random.range(1000, untilMs)
    const link = { kind: 'link', host: host as Side, interface: name } as const
    changes.push({ atMs, ...link, up: false })
    changes.push({ atMs: Math.min(untilMs, atMs + random.range(300, 6000)), ...link, up: true })
  }
  if (random.chance(0.3)) {
    const { host, name } = random.pick(own)
    const to = randomImpairments(random)
    const atMs = random.range(1000, untilMs)
    changes.push({ atMs, kind: 'impair', host: host as Side, interface: name, which: 'both', to })
  }
  if (nats.length > 0 && random.chance(0.15)) {
    changes.push({ atMs: random.range(4000, untilMs), kind: 'rebind', nat: random.pick(nats).name })
  }
  for (let count = random.int(3); count > 0; count--) {
    const command = random.chance(0.5)
      ? ({ kind: 'set-mode', direction: 'sent', mode: pickMode(random) } as const)
      : ({ kind: 'set-use', use: pickUse(random) } as const)
    changes.push({ atMs: random.range(1000, untilMs), kind: 'command', side: random.pick(sides), command })
  }
  if (random.chance(0.2)) {
    const command = { kind: 'include-pair', pairId: 1 + random.int(4), included: false } as const
    changes.push({ atMs: random.range(4000, untilMs), kind: 'command', side: random.pick(sides), command })
  }
  return changes
}

const pickMode = (random: Random): Mode => random.pick(modes)
const pickUse = (random: Random): Use => random.pick(['auto', 'all', 'disjoint'] as const)
