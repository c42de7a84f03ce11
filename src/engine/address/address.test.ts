import fc from 'fast-check'
import { isIP } from 'node:net'
import { describe, expect, it } from 'vitest'
import { hex } from '../bytes'
import {
  addressKey,
  canonicalAddress,
  formatAddress,
  isLinkLocal,
  isLoopback,
  isUnicast,
  parseAddress,
  sameSubnet,
} from '.'

describe('an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:DB8::1', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('%s is written %s', (given, canonical) => {
    expect(canonicalAddress(given)).toBe(canonical)
  })

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '256.1.1.1',
    '1.2.3.4%eth0',
    '1.2.3.4 ',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '1::2::3',
    '12345::',
    'g::1',
    '::1.2.3.4:5',
    '1.2.3.4::',
    'example.org',
    ':'.repeat(1000),
  ])('%j is none', (given) => {
    expect(parseAddress(given)).toBeUndefined()
  })

  it('of any bytes is written so that it reads as the same bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      fc
        .array(fc.constantFrom(0, 0, 1, 255), { minLength: 16, maxLength: 16 })
        .map((a) => Uint8Array.from(a)),
    )
    fc.assert(
      fc.property(bytes, (given) => {
        const text = formatAddress(given)
        expect(hex(parseAddress(text)?.bytes ?? new Uint8Array())).toBe(hex(given))
        expect(canonicalAddress(text)).toBe(text)
        expect(isIP(text)).toBe(given.length === 4 ? 4 : 6)
      }),
    )
  })

  it('is taken for one exactly when the system would, zones apart', () => {
    const like = fc.array(
      fc.constantFrom('0', '1', '9', 'a', 'F', 'g', ':', '::', '.', '255', '256', '1.2.3.4'),
      {
        maxLength: 16,
      },
    )
    fc.assert(
      fc.property(
        fc.oneof(
          like.map((parts) => parts.join('')),
          fc.ipV4(),
          fc.ipV6(),
        ),
        (text) => {
          expect(parseAddress(text)?.family ?? 0).toBe(isIP(text))
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('with its port is a key', () => {
    expect(addressKey({ family: 4, address: '1.2.3.4', port: 5 })).toBe('1.2.3.4:5')
    expect(addressKey({ family: 6, address: '::1', port: 5 })).toBe('[::1]:5')
  })
})

describe('the kind of an address', () => {
  it('is told for what ICE treats apart', () => {
    expect(['169.254.1.1', 'fe80::1', 'febf::1'].every(isLinkLocal)).toBe(true)
    expect(['169.253.1.1', 'fec0::1', '10.0.0.1', 'x'].some(isLinkLocal)).toBe(false)
    expect(['127.0.0.1', '127.9.9.9', '::1'].every(isLoopback)).toBe(true)
    expect(['128.0.0.1', '::2', '::', 'x'].some(isLoopback)).toBe(false)
    expect(['10.0.0.1', '127.0.0.1', '2001:db8::1', 'fe80::1', '::1'].every(isUnicast)).toBe(true)
    expect(
      ['0.0.0.0', '224.0.0.1', '255.255.255.255', '::', 'ff02::1', '::ffff:10.0.0.1', 'x'].some(isUnicast),
    ).toBe(false)
  })

  it('tells subnets by their leading bits', () => {
    expect(sameSubnet('10.1.2.3', '10.1.2.200', 24)).toBe(true)
    expect(sameSubnet('10.1.2.3', '10.1.3.3', 24)).toBe(false)
    expect(sameSubnet('10.1.2.3', '10.1.3.3', 23)).toBe(true)
    expect(sameSubnet('10.1.2.128', '10.1.2.127', 25)).toBe(false)
    expect(sameSubnet('1.1.1.1', '2.2.2.2', 0)).toBe(true)
    expect(sameSubnet('1.1.1.1', '1.1.1.1', 32)).toBe(true)
    expect(sameSubnet('1.1.1.1', '1.1.1.0', 32)).toBe(false)
    expect(sameSubnet('2001:db8::1', '2001:db8::ffff', 64)).toBe(true)
    expect(sameSubnet('2001:db8::1', '2001:db8:0:1::1', 64)).toBe(false)
    expect(sameSubnet('1.1.1.1', '::1', 0)).toBe(false)
    expect(sameSubnet('1.1.1.1', '1.1.1.1', 33)).toBe(false)
  })
})
