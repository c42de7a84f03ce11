/** The owner of one network of a scenario, who has not seen the pasted texts but reads all that goes over it. */
import { createRandom, type Packet, type Random, type VirtualClock, type World } from '../../src/sim'
import type { Scenario } from './scenario'

export interface Adversary {
  /** What goes on in the place of a packet that an interface sends. */
  tamper(host: string, interfaceName: string, packet: Packet): Packet
}

type Address = Packet['from']

/** Where packets go that never arrive: the adversary's own machine. */
const nowhere: Address = { family: 4, address: '198.18.66.66', port: 9 }
const remembered = 2000

export function addAdversary({ hostileNetwork: network }: Scenario, world: World): void {
  if (network === undefined) return
  const addresses = [{ family: 4, address: nowhere.address }] as const
  world.addInterface({ host: 'mallory', name: 'tap', kind: 'ethernet', addresses, network })
}

export function createAdversary(
  scenario: Scenario,
  world: World,
  clock: VirtualClock,
  send: (packet: Packet) => void,
): Adversary {
  const { hostileNetwork } = scenario
  if (hostileNetwork === undefined) return { tamper: (_host, _interfaceName, packet) => packet }
  const random = createRandom(`adversary/${scenario.seed}`)
  const seen: Packet[] = []
  const later = (packet: Packet, withinMs: number): void => {
    clock.at(clock.nowMs() + random.range(0, withinMs), () => send(packet))
  }
  const onHostile = (host: string, name: string): boolean =>
    host !== 'mallory' &&
    world.interfaces.some(
      (each) => each.host === host && each.name === name && each.network === hostileNetwork,
    )

  return {
    tamper(host, interfaceName, packet) {
      if (!onHostile(host, interfaceName)) return packet
      const copy = { ...packet, data: packet.data.slice() }
      if (seen.length < remembered) seen.push(copy)
      else seen[random.int(remembered)] = copy
      for (let times = random.int(4); times > 0; times -= 1) later(forge(random, seen), 200)
      // Ahead of the packet itself, from a place it did not come from.
      if (random.chance(0.2)) send({ ...copy, from: random.pick(seen).from })
      const fate = random.next()
      if (fate < 0.5) return packet
      if (fate < 0.7) return { ...packet, data: flip(random, packet.data) }
      if (fate < 0.85) later(copy, 400)
      return { ...packet, to: nowhere }
    },
  }
}

function flip(random: Random, data: Uint8Array): Uint8Array {
  const changed = data.slice()
  for (let bits = 1 + random.int(3); bits > 0; bits -= 1) {
    const at = random.int(changed.length)
    changed[at] = changed[at]! ^ (1 << random.int(8))
  }
  return changed
}

/** Something for somebody it has seen: replayed, sent back, put in another's mouth, or made up. */
function forge(random: Random, seen: readonly Packet[]): Packet {
  const { from, to, data } = random.pick(seen)
  const as = random.pick([from, from, { ...from, port: 1024 + random.int(60_000) }, random.pick(seen).from])
  const changed = random.pick([
    () => data,
    () => flip(random, data),
    () => data.subarray(0, random.int(data.length)),
    () => record(random, 23, 1, random.int(2 ** 31) * 2 ** (1 + random.int(15))),
    () => record(random, 23, 1, 64 + random.int(500)),
    () => record(random, random.pick([20, 21, 22]), random.int(2), random.int(9)),
    () => Uint8Array.of(random.pick([0x80, 0xf0, 0xf1, 0xf2]), 1, ...random.bytes(50)),
  ])()
  return random.chance(0.1) ? { from: to, to: from, data: changed } : { from: as, to, data: changed }
}

function record(random: Random, type: number, epoch: number, sequence: number): Uint8Array {
  const body = random.bytes(2 + random.int(80))
  const bytes = new Uint8Array(13 + body.length)
  const view = new DataView(bytes.buffer)
  bytes.set([type, 0xfe, 0xfd])
  view.setUint16(3, epoch)
  view.setUint16(5, Math.floor(sequence / 2 ** 32))
  view.setUint32(7, sequence % 2 ** 32)
  view.setUint16(11, body.length)
  bytes.set(body, 13)
  return bytes
}
