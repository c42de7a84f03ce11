import { describe, expect, it } from 'vitest'
import type { Interfaces } from '../../src/runtime/ports'

const kinds = ['ethernet', 'wifi', 'cellular', 'vpn', 'virtual', 'loopback', 'unknown']
const bindings = ['device', 'address', 'emulated']

/** What every list of interfaces promises. The host under test has at least one address. */
export function describeInterfacesContract(name: string, make: () => Promise<Interfaces>): void {
  describe(`${name} as Interfaces`, () => {
    it('names each interface once and has at least one with an address', async () => {
      const list = await (await make()).list()
      const names = list.map((each) => each.name)
      expect(new Set(names).size).toBe(names.length)
      expect(list.some((each) => each.up && each.addresses.length > 0)).toBe(true)
    })

    it('uses the words of its type', async () => {
      for (const each of await (await make()).list()) {
        expect(kinds).toContain(each.kind)
        expect(bindings).toContain(each.binding)
        expect(each.index === null || each.index > 0).toBe(true)
      }
    })

    it('gives a reason exactly where a socket cannot be bound to the device', async () => {
      for (const each of await (await make()).list()) {
        expect(each.bindingReason !== null, each.name).toBe(each.binding === 'address')
      }
    })

    it('writes addresses canonically, without zone, with a fitting prefix', async () => {
      for (const { addresses } of await (await make()).list())
        for (const { family, address, prefixLength } of addresses) {
          const canonical = new URL(family === 6 ? `http://[${address}]` : `http://${address}`).hostname
          expect(family === 6 ? canonical.slice(1, -1) : canonical).toBe(address)
          expect(address.includes(':')).toBe(family === 6)
          expect(prefixLength).toBeGreaterThanOrEqual(0)
          expect(prefixLength).toBeLessThanOrEqual(family === 6 ? 128 : 32)
        }
    })

    it('marks link-local addresses, and gives a scope to those of IPv6 only', async () => {
      for (const { addresses } of await (await make()).list())
        for (const { family, address, linkLocal, scopeId } of addresses) {
          expect(linkLocal, address).toBe(/^(fe[89ab].:|169\.254\.)/.test(address))
          expect(scopeId !== null, address).toBe(linkLocal && family === 6)
        }
    })

    it('uses by default what is up, is not loopback and has more than link-local addresses', async () => {
      for (const each of await (await make()).list()) {
        const usable = each.addresses.some((address) => !address.linkLocal)
        expect(each.usedByDefault, each.name).toBe(each.up && !each.loopback && usable)
      }
    })
  })
}
