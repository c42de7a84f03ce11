import { describe, expect, test } from 'vitest'
import { createNatTable, type NatBehaviour } from './nat'
import { createRandom } from './random'

const inside = { family: 4, address: '192.168.1.2', port: 5000 } as const
const remote = (last: number, port = 9) => ({ family: 4, address: `203.0.113.${last}`, port }) as const

function table(mapping: NatBehaviour, filtering: NatBehaviour = 'endpoint-independent') {
  return createNatTable('198.51.100.1', { mapping, filtering, expiryMs: 30_000 }, createRandom(1))
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
