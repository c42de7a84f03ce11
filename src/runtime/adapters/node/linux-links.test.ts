import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { linuxLinks, upThroughout } from './linux-links'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'links-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function put(files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
}

const table = (names: readonly string[]): string =>
  `Inter-|   Receive  |  Transmit\n face |bytes    packets|bytes    packets\n${names.map((name) => `  ${name}: 1 2 3 4\n`).join('')}`

const card = (name: string, index: number, state: string, flags = '0x1003'): Record<string, string> => ({
  [`sys/class/net/${name}/ifindex`]: `${index}\n`,
  [`sys/class/net/${name}/flags`]: `${flags}\n`,
  [`sys/class/net/${name}/operstate`]: `${state}\n`,
  [`sys/class/net/${name}/type`]: '1\n',
  [`sys/class/net/${name}/mtu`]: '1500\n',
  [`sys/class/net/${name}/speed`]: '1000\n',
  [`sys/class/net/${name}/carrier`]: '1\n',
  [`sys/class/net/${name}/uevent`]: `INTERFACE=${name}\nIFINDEX=${index}\n`,
  [`sys/class/net/${name}/device/vendor`]: '0x8086\n',
})

const unknown = (): null => null
const untold = (mtu: number | null) => ({ mtu, speedBps: null, carrier: null, defaultRoutes: [] })

describe('The links of a Linux machine', () => {
  it('count as down while they change, as their addresses may not be seen then', () => {
    const read = (state: string) => {
      put({ 'proc/net/dev': table(['eth0', 'eth1']), ...card('eth0', 4, state), ...card('eth1', 5, 'up') })
      return linuxLinks(unknown, root)
    }
    const [down, up] = [read('down'), read('up')]
    const states = (links: typeof up) => links.map((link) => link.up)
    expect(states(upThroughout(down, up))).toEqual([false, true])
    expect(states(upThroughout(up, down))).toEqual([false, true])
    expect(states(upThroughout(up, up))).toEqual([true, true])
  })

  it('are read from the kernel with what is told of each', () => {
    put({ 'proc/net/dev': table(['eth0']), ...card('eth0', 4, 'up') })
    expect(linuxLinks(unknown, root)).toEqual([
      {
        name: 'eth0',
        index: 4,
        up: true,
        facts: {
          name: 'eth0',
          hardwareType: 1,
          deviceType: null,
          wireless: false,
          physical: true,
          tun: false,
        },
        details: { mtu: 1500, speedBps: 1e9, carrier: true, defaultRoutes: [] },
      },
    ])
  })

  it('are down when the administrator or the cable says so, and up when their state is unknown', () => {
    put({
      'proc/net/dev': table(['off', 'unplugged', 'tunnel']),
      ...card('off', 1, 'down', '0x1002'),
      ...card('unplugged', 2, 'down', '0x1003'),
      ...card('tunnel', 3, 'unknown', '0x1091'),
    })
    expect(linuxLinks(unknown, root).map((link) => link.up)).toEqual([false, false, true])
  })

  it('are not described from /sys where that shows another namespace', () => {
    const own = { 'proc/sys/net/ipv6/conf/here/mtu': '1420\n' }
    put({ 'proc/net/dev': table(['eth0', 'here']), ...card('eth0', 4, 'up'), ...own })
    const links = linuxLinks((name) => (name === 'eth0' ? 71 : 72), root)
    expect(links).toEqual([
      { name: 'eth0', index: 71, up: false, facts: null, details: untold(null) },
      { name: 'here', index: 72, up: false, facts: null, details: untold(1420) },
    ])
  })

  it('are none where nothing can be read', () => {
    expect(linuxLinks(unknown, root)).toEqual([])
  })
})
