import { endianness } from 'node:os'
import { describe, expect, it } from 'vitest'
import { socketAddressBytes } from './socket-address'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const host16 = (value: number): string =>
  (endianness() === 'LE' ? [value & 0xff, value >> 8] : [value >> 8, value & 0xff])
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')

describe('The bytes of a socket address', () => {
  it('are a sockaddr_in for IPv4', () => {
    const bytes = socketAddressBytes(2, { family: 4, address: '10.200.3.4', scopeId: null }, 258)
    expect(hex(bytes)).toBe(`${host16(2)}01020ac803040000000000000000`)
  })

  it.each([
    ['2001:db8:1:2:3:4:5:6', '20010db8000100020003000400050006'],
    ['fd00::2', 'fd000000000000000000000000000002'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['fd77:0:0:1::', 'fd770000000000010000000000000000'],
    ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001'],
  ])('are a sockaddr_in6 for %s', (address, expected) => {
    const bytes = socketAddressBytes(10, { family: 6, address, scopeId: null }, 0)
    expect(hex(bytes)).toBe(`${host16(10)}000000000000${expected}00000000`)
  })

  it('carry the zone of a link-local address', () => {
    const bytes = socketAddressBytes(10, { family: 6, address: 'fe80::1', scopeId: 258 }, 0)
    const scope = new DataView(bytes.buffer).getUint32(24, endianness() === 'LE')
    expect(scope).toBe(258)
  })
})
