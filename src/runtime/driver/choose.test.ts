import { expect, test } from 'vitest'
import type { InterfaceInfo } from '../ports'
import { chooseSockets } from './choose'

function info(
  name: string,
  addresses: readonly string[],
  changes: Partial<InterfaceInfo> = {},
): InterfaceInfo {
  const all = addresses.map((address) => ({
    family: address.includes(':') ? (6 as const) : (4 as const),
    address,
    prefixLength: 24,
    linkLocal: address.startsWith('fe80'),
    scopeId: null,
  }))
  return {
    name,
    index: 1,
    kind: 'ethernet',
    up: true,
    loopback: false,
    addresses: all,
    binding: 'device',
    bindingReason: null,
    usedByDefault: all.some((address) => !address.linkLocal),
    ...changes,
  }
}

const lo = info('lo', ['127.0.0.1', '::1'], { loopback: true, usedByDefault: false })
const eth = info('eth0', ['192.0.2.1', '2001:db8::1', 'fe80::1'])
const local = info('usb0', ['fe80::2'])
const socketsOf = (list: readonly InterfaceInfo[], chosen: readonly string[] | null) =>
  chooseSockets(list, chosen).requests.map(
    (each) => `${each.id} ${each.interfaceName} ${each.address.address}`,
  )

test('by default each address of the usual interfaces gets a socket, link-local and loopback ones none', () => {
  expect(socketsOf([lo, eth, local], null)).toEqual(['1 eth0 192.0.2.1', '2 eth0 2001:db8::1'])
})

test('loopback is used when it is named', () => {
  expect(socketsOf([lo, eth], ['lo'])).toEqual(['1 lo 127.0.0.1', '2 lo ::1'])
})

test('a link-local address is used where a named interface has nothing else', () => {
  expect(socketsOf([eth, local], ['usb0'])).toEqual(['1 usb0 fe80::2'])
})

test('an unknown interface is a warning that names the known ones, and no reason to stop', () => {
  const { requests, warnings } = chooseSockets([lo, eth], ['eth0', 'eth9', 'eth0'])
  expect(requests).toHaveLength(2)
  expect(warnings.map((warning) => warning.message)).toEqual([
    'There is no interface eth9 on this machine; there are: lo, eth0.',
  ])
})

test('an interface without an address, and having none to use at all, is told', () => {
  const { warnings } = chooseSockets([info('eth1', [], { up: false })], ['eth1'])
  expect(warnings.map((warning) => warning.kind)).toEqual(['interface-without-address', 'no-interface'])
})

test('32 addresses are used at most, and the rest is named', () => {
  const many = Array.from({ length: 40 }, (_, at) => info(`eth${at}`, [`192.0.2.${at}`]))
  const { requests, warnings } = chooseSockets(many, null)
  expect(requests).toHaveLength(32)
  expect(warnings[0]?.message).toContain('eth39')
})

test('deprecated addresses are not used, nor lasting ones beside a temporary one of their prefix', () => {
  const address = (text: string, temporary: boolean, deprecated: boolean) =>
    ({
      family: 6,
      address: text,
      prefixLength: 64,
      linkLocal: false,
      scopeId: null,
      temporary,
      deprecated,
    }) as const
  const lasting = address('2001:db8::1', false, false)
  const temporary = address('2001:db8::2', true, false)
  const old = address('2001:db8::3', true, true)
  const other = address('2001:db8:1::1', false, false)
  const of = (...addresses: InterfaceInfo['addresses']) =>
    socketsOf([info('eth0', [], { addresses, usedByDefault: true })], null)
  expect(of(lasting, temporary, old, other)).toEqual(['1 eth0 2001:db8::2', '2 eth0 2001:db8:1::1'])
  expect(of(lasting, old)).toEqual(['1 eth0 2001:db8::1'])
  // Better than nothing at all.
  expect(of(old)).toEqual(['1 eth0 2001:db8::3'])
})
