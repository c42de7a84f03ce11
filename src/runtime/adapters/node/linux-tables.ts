import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'

/** Tables of the own network namespace under /proc/net, which everybody may read. */

/** A router's table may be as long as the internet's; a default route stands at its beginning. */
const tableBytes = 65_536

/** RTF_UP and RTF_REJECT of linux/route.h. */
const flagUp = 0x1
const flagReject = 0x200
/** IFA_F_TEMPORARY and IFA_F_DEPRECATED of linux/if_addr.h. */
const flagTemporary = 0x01
const flagDeprecated = 0x20

export interface DefaultRoute {
  readonly family: 4 | 6
  readonly metric: number
}

/** Default routes of the main tables, by interface, each family's best first. */
export function linuxDefaultRoutes(root = '/'): ReadonlyMap<string, readonly DefaultRoute[]> {
  const routes = new Map<string, DefaultRoute[]>()
  const add = (name: string | undefined, family: 4 | 6, flags: number, metric: number): void => {
    if (name === undefined || (flags & flagUp) === 0 || (flags & flagReject) !== 0) return
    const known = routes.get(name) ?? []
    // One a family, the one of the lowest metric.
    const same = known.find((one) => one.family === family)
    const best = { family, metric: Math.min(metric, same?.metric ?? metric) }
    routes.set(name, [...known.filter((one) => one !== same), best])
  }
  for (const line of linesOf(root, 'proc/net/route')) {
    const [name, destination, , flags, , , metric, mask] = line
    if (destination === '00000000' && mask === '00000000')
      add(name, 4, Number.parseInt(flags ?? '', 16), Number(metric))
  }
  for (const line of linesOf(root, 'proc/net/ipv6_route')) {
    const [destination, length, , , , metric, , , flags, name] = line
    if (destination === '0'.repeat(32) && length === '00')
      add(name, 6, Number.parseInt(flags ?? '', 16), Number.parseInt(metric ?? '', 16))
  }
  return routes
}

export interface Address6Flags {
  readonly temporary: boolean
  readonly deprecated: boolean
}

/** What the kernel says of each IPv6 address, by interface and the address's 32 hexadecimal digits. */
export function linuxAddressFlags(root = '/'): ReadonlyMap<string, Address6Flags> {
  const flagged = new Map<string, Address6Flags>()
  for (const [digits, , , , flags, name] of linesOf(root, 'proc/net/if_inet6')) {
    const bits = Number.parseInt(flags ?? '', 16)
    if (name === undefined || Number.isNaN(bits)) continue
    flagged.set(`${name} ${digits}`, {
      temporary: (bits & flagTemporary) !== 0,
      deprecated: (bits & flagDeprecated) !== 0,
    })
  }
  return flagged
}

function linesOf(root: string, path: string): string[][] {
  const buffer = Buffer.alloc(tableBytes)
  let length = 0
  try {
    const file = openSync(join(root, path), 'r')
    try {
      // The kernel gives a page at a time.
      for (let read = -1; read !== 0 && length < tableBytes; length += read)
        read = readSync(file, buffer, length, tableBytes - length, null)
    } finally {
      closeSync(file)
    }
  } catch {
    return []
  }
  const lines = buffer.toString('latin1', 0, length).split('\n')
  return lines.map((line) => line.trim().split(/\s+/))
}
