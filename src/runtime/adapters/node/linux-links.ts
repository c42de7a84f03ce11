import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LinkDetails } from '../../../shared/session'
import type { LinkFacts } from './interface-kind'
import { linuxDefaultRoutes } from './linux-tables'

/** A link of this network namespace, up or not. */
export interface LinuxLink {
  readonly name: string
  readonly index: number | null
  readonly up: boolean
  /** Null where /sys shows another namespace's links, so that nothing in it may be believed. */
  readonly facts: LinkFacts | null
  readonly details: LinkDetails
}

/** More links than any machine shows a person; the rest is left out. */
const maxLinks = 256

/**
 * Every link of the calling process's network namespace. Names come from /proc/net/dev, which always shows the own
 * namespace; /sys shows the one it was mounted in, so it counts only where its index is the kernel's (`indexOf`). Read
 * in one go: these files are the kernel's memory, and each takes a few microseconds where a thread's turn takes fifty.
 */
export function linuxLinks(indexOf: (name: string) => number | null, root = '/'): readonly LinuxLink[] {
  const table = text(join(root, 'proc/net/dev'))
  const routes = linuxDefaultRoutes(root)
  const names = [...table.matchAll(/^\s*([^\s:]+):/gm)].map((match) => match[1] ?? '')
  return names.slice(0, maxLinks).map((name) => {
    const link = readLink(name, indexOf(name), root)
    return { ...link, details: { ...link.details, defaultRoutes: routes.get(name) ?? [] } }
  })
}

/** The later reading, in which only those are up that were so in both. */
export function upThroughout(
  before: readonly LinuxLink[],
  after: readonly LinuxLink[],
): readonly LinuxLink[] {
  const wereUp = new Set(before.filter((link) => link.up).map((link) => link.name))
  return after.map((link) => (wereUp.has(link.name) ? link : { ...link, up: false }))
}

function readLink(name: string, kernelIndex: number | null, root: string): LinuxLink {
  const folder = join(root, 'sys/class/net', name)
  const sysIndex = number(text(join(folder, 'ifindex')))
  const index = kernelIndex ?? sysIndex
  // Of another namespace's /sys the MTU alone is known otherwise: /proc/sys/net is always the own one.
  const ownMtu = number(text(join(root, 'proc/sys/net/ipv6/conf', name, 'mtu')))
  if (sysIndex === null || sysIndex !== index)
    return { name, index, up: false, facts: null, details: { ...nothingTold, mtu: ownMtu } }
  const flags = number(text(join(folder, 'flags')))
  const state = text(join(folder, 'operstate')).trim()
  const facts: LinkFacts = {
    name,
    hardwareType: number(text(join(folder, 'type'))),
    deviceType: /^DEVTYPE=(.+)$/m.exec(text(join(folder, 'uevent')))?.[1] ?? null,
    wireless: existsSync(join(folder, 'wireless')) || existsSync(join(folder, 'phy80211')),
    physical: existsSync(join(folder, 'device')),
    tun: existsSync(join(folder, 'tun_flags')),
  }
  const mtu = number(text(join(folder, 'mtu'))) ?? ownMtu
  const speedMbps = facts.physical ? number(text(join(folder, 'speed'))) : null
  const carrier = number(text(join(folder, 'carrier')))
  const details: LinkDetails = {
    ...nothingTold,
    mtu,
    speedBps: speedMbps !== null && speedMbps > 0 ? speedMbps * 1_000_000 : null,
    carrier: carrier === null ? null : carrier === 1,
  }
  return { name, index, up: isUp(flags, state), facts, details }
}

const nothingTold: LinkDetails = { mtu: null, speedBps: null, carrier: null, defaultRoutes: null }

/** Set up by the administrator (IFF_UP), and not known to be without carrier. */
function isUp(flags: number | null, operationalState: string): boolean {
  const administratively = flags !== null && (flags & 1) !== 0
  return administratively && operationalState !== 'down' && operationalState !== 'lowerlayerdown'
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Decimal or 0x…; null for anything else. */
function number(digits: string): number | null {
  const value = Number(digits.trim() === '' ? Number.NaN : digits)
  return Number.isInteger(value) ? value : null
}
