import { describe, expect, test } from 'vitest'
import { createNatTable, type NatBehaviour, type NatOptions } from './nat'
import { createRandom } from './random'

const inside = { family: 4, address: '192.168.1.2', port: 5000 } as const
const remote = (last: number, port = 9) => ({ family: 4, address: `203.0.113.${last}`, port }) as const

function table(
  mapping: NatBehaviour,
  filtering: NatBehaviour = 'endpoint-independent',
  more: Partial<NatOptions> = {},
) {
  const options = { mapping, filtering, expiryMs: 30_000, ...more }
  return createNatTable('198.51.100.1', options, createRandom(1))
}

/** Outside ports seen by two ports of one remote and by another remote. */
function portsSeen(mapping: NatBehaviour): (number | undefined)[] {
  const nat = table(mapping)
  return [remote(1), remote(1, 10), remote(2)].map((to) => nat.outbound(inside, to, 0)?.port)
}

describe('mapping (RFC 4787 section 4.1)', () => {
  test('endpoint-independent: one port for all', () => {
    expect(new Set(portsSeen('endpoint-independent')).size).toBe(1)
  })
  test('address-dependent: one port for each address', () => {
    const [first, second, third] = portsSeen('address-dependent')
    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })
  test('address-and-port-dependent: one port for each endpoint', () => {
    expect(new Set(portsSeen('address-and-port-dependent')).size).toBe(3)
  })
})

describe('filtering (RFC 4787 section 5)', () => {
  /** Whether three remotes get in after the first was sent to: itself, another port of it, another address. */
  function letIn(filtering: NatBehaviour): boolean[] {
    const nat = table('endpoint-independent', filtering)
    const port = nat.outbound(inside, remote(1), 0)?.port ?? 0
    return [remote(1), remote(1, 10), remote(2)].map((from) => nat.inbound(from, port, 1) !== undefined)
  }
  test('endpoint-independent lets anybody in', () => {
    expect(letIn('endpoint-independent')).toEqual([true, true, true])
  })
  test('address-dependent lets in any port of an address that was sent to', () => {
    expect(letIn('address-dependent')).toEqual([true, true, false])
  })
  test('address-and-port-dependent lets in only who was sent to', () => {
    expect(letIn('address-and-port-dependent')).toEqual([true, false, false])
  })
})

test('a mapping lives while it is used from inside, and what comes in does not keep it', () => {
  const nat = table('endpoint-independent')
  const port = nat.outbound(inside, remote(1), 0)?.port ?? 0
  expect(nat.outbound(inside, remote(1), 29_000)?.port).toBe(port)
  expect(nat.inbound(remote(1), port, 58_000)).toEqual(inside)
  expect(nat.inbound(remote(1), port, 59_001)).toBeUndefined()
  expect(nat.counts.droppedNoMapping).toBe(1)
  expect(nat.outbound(inside, remote(1), 60_000)?.port).not.toBe(port)
})

test('a restart forgets all mappings', () => {
  const nat = table('endpoint-independent')
  const port = nat.outbound(inside, remote(1), 0)?.port ?? 0
  nat.rebind()
  expect(nat.inbound(remote(1), port, 1)).toBeUndefined()
})

test('where inbound refreshes, what comes in keeps a mapping and its sender let in', () => {
  const nat = table('endpoint-independent', 'address-and-port-dependent', { inboundRefresh: true })
  const port = nat.outbound(inside, remote(1), 0)?.port ?? 0
  for (const atMs of [29_000, 58_000, 87_000]) expect(nat.inbound(remote(1), port, atMs)).toEqual(inside)
  expect(nat.inbound(remote(2), port, 88_000)).toBeUndefined()
  expect(nat.inbound(remote(1), port, 117_001)).toBeUndefined()
})

test('what is refused does not refresh a mapping', () => {
  const nat = table('endpoint-independent', 'address-dependent', { inboundRefresh: true })
  const port = nat.outbound(inside, remote(1), 0)?.port ?? 0
  expect(nat.inbound(remote(2), port, 29_000)).toBeUndefined()
  expect(nat.inbound(remote(1), port, 30_001)).toBeUndefined()
})

describe('ports (RFC 4787 section 4.2)', () => {
  const other = { ...inside, address: '192.168.1.3' }
  test('preserved: the inside port where it is free, and another where it is not', () => {
    const nat = table('endpoint-independent', 'endpoint-independent', { ports: 'preserved' })
    expect(nat.outbound(inside, remote(1), 0)?.port).toBe(5000)
    expect(nat.outbound(other, remote(1), 0)?.port).not.toBe(5000)
  })
  test('with parity, even ports stay even and odd ones odd', () => {
    const nat = table('endpoint-independent', 'endpoint-independent', { portParity: true })
    for (let port = 5000; port < 5100; port++)
      expect((nat.outbound({ ...inside, port }, remote(1), 0)?.port ?? 0) % 2).toBe(port % 2)
  })
})

describe('hairpinning (RFC 4787 section 6)', () => {
  const other = { ...inside, address: '192.168.1.3' }
  test('without it, a packet to the NAT itself is dropped and counted', () => {
    const nat = table('endpoint-independent')
    const port = nat.outbound(other, remote(1), 0)?.port ?? 0
    expect(nat.hairpin(inside, port, 1)).toBeUndefined()
    expect(nat.counts.droppedHairpin).toBe(1)
  })
  test('with it, a packet comes back in from the outside address of its sender', () => {
    const nat = table('endpoint-independent', 'endpoint-independent', { hairpinning: true })
    const ours = nat.outbound(inside, remote(1), 0)
    const port = nat.outbound(other, remote(1), 0)?.port ?? 0
    expect(nat.hairpin(inside, port, 1)).toEqual({ from: ours, to: other })
  })
  test('it is filtered like any other', () => {
    const nat = table('endpoint-independent', 'address-and-port-dependent', { hairpinning: true })
    const port = nat.outbound(other, remote(1), 0)?.port ?? 0
    expect(nat.hairpin(inside, port, 1)).toBeUndefined()
    expect(nat.counts.droppedFiltered).toBe(1)
  })
})
