import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { linuxAddressFlags, linuxDefaultRoutes } from './linux-tables'

let root = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'tables-'))
  mkdirSync(join(root, 'proc/net'), { recursive: true })
})
afterAll(() => rmSync(root, { recursive: true }))

const none = '0'.repeat(32)

test('Default routes are known by interface and family, with the lowest metric, and rejecting ones are none', () => {
  writeFileSync(
    join(root, 'proc/net/route'),
    `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0101000A\t0003\t0\t0\t200\t00000000\t0\t0\t0
eth0\t00000000\t0201000A\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t0001000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
wlan0\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0
`,
  )
  writeFileSync(
    join(root, 'proc/net/ipv6_route'),
    `${none} 00 ${none} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
${none} 00 ${none} 00 ${none} ffffffff 00000001 00000000 00200200       lo
20010db8000000000000000000000000 40 ${none} 00 ${none} 00000100 00000001 00000000 00000001    wlan0
`,
  )
  expect(linuxDefaultRoutes(root)).toEqual(
    new Map([
      [
        'eth0',
        [
          { family: 4, metric: 100 },
          { family: 6, metric: 1024 },
        ],
      ],
    ]),
  )
})

test('Temporary and deprecated addresses are told apart', () => {
  writeFileSync(
    join(root, 'proc/net/if_inet6'),
    `20010db8000000000000000000000001 02 40 00 80    eth0
20010db8000000000000000000000002 02 40 00 01    eth0
20010db8000000000000000000000003 02 40 00 21    eth0
`,
  )
  const flags = linuxAddressFlags(root)
  const of = (last: number) => flags.get(`eth0 20010db800000000000000000000000${last}`)
  expect(of(1)).toEqual({ temporary: false, deprecated: false })
  expect(of(2)).toEqual({ temporary: true, deprecated: false })
  expect(of(3)).toEqual({ temporary: true, deprecated: true })
})

test('Nothing is known where the tables are missing', () => {
  expect(linuxDefaultRoutes(join(root, 'nowhere')).size).toBe(0)
  expect(linuxAddressFlags(join(root, 'nowhere')).size).toBe(0)
})
