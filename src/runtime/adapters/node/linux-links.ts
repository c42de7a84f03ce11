import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LinkFacts } from './interface-kind'

/** A link of this network namespace, up or not. */
export interface LinuxLink {
  readonly name: string
  readonly index: number | null
  readonly up: boolean
  /** Null where /sys shows another namespace's links, so that nothing in it may be believed. */
  readonly facts: LinkFacts | null
}

/** More links than any machine shows a person; the rest is left out. */
const maxLinks = 256

/**
 * Every link of the calling process's network namespace. Names come from /proc/net/dev, which always shows the own
 * namespace; /sys shows the one it was mounted in, so it counts only where its index is the kernel's (`indexOf`).
 */
export async function linuxLinks(
  indexOf: (name: string) => number | null,
  root = '/',
): Promise<readonly LinuxLink[]> {
  const table = await text(join(root, 'proc/net/dev'))
  const names = [...table.matchAll(/^\s*([^\s:]+):/gm)].map((match) => match[1] ?? '')
  return Promise.all(names.slice(0, maxLinks).map((name) => readLink(name, indexOf(name), root)))
}

async function readLink(name: string, kernelIndex: number | null, root: string): Promise<LinuxLink> {
  const folder = join(root, 'sys/class/net', name)
  const sysIndex = number(await text(join(folder, 'ifindex')))
  const index = kernelIndex ?? sysIndex
  if (sysIndex === null || sysIndex !== index) return { name, index, up: false, facts: null }
  const [flags, state, type, uevent, wireless, phy, device, tun] = await Promise.all([
    text(join(folder, 'flags')),
    text(join(folder, 'operstate')),
    text(join(folder, 'type')),
    text(join(folder, 'uevent')),
    exists(join(folder, 'wireless')),
    exists(join(folder, 'phy80211')),
    exists(join(folder, 'device')),
    exists(join(folder, 'tun_flags')),
  ])
  const facts: LinkFacts = {
    name,
    hardwareType: number(type),
    deviceType: /^DEVTYPE=(.+)$/m.exec(uevent)?.[1] ?? null,
    wireless: wireless || phy,
    physical: device,
    tun,
  }
  return { name, index, up: isUp(number(flags), state.trim()), facts }
}

/** Set up by the administrator (IFF_UP), and not known to be without carrier. */
function isUp(flags: number | null, operationalState: string): boolean {
  const administratively = flags !== null && (flags & 1) !== 0
  return administratively && operationalState !== 'down' && operationalState !== 'lowerlayerdown'
}

async function text(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return ''
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}

/** Decimal or 0x…; null for anything else. */
function number(digits: string): number | null {
  const value = Number(digits.trim() === '' ? Number.NaN : digits)
  return Number.isInteger(value) ? value : null
}
