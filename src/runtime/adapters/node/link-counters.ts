import { readFileSync } from 'node:fs'
import type { LinkCounters } from '../../ports'

/** Counters of /proc/net/dev, which always shows the own network namespace and which everybody may read. */
export function nodeLinkCounters(file = '/proc/net/dev'): LinkCounters {
  return {
    read() {
      if (process.platform !== 'linux') return null
      try {
        return sentPackets(readFileSync(file, 'utf8'))
      } catch {
        return null
      }
    },
  }
}

/** Of 16 numbers behind a name the tenth is what was sent, in packets (linux net/core/net-procfs.c). */
function sentPackets(table: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const line of table.split('\n')) {
    const colon = line.lastIndexOf(':')
    if (colon === -1) continue
    const packets = Number(
      line
        .slice(colon + 1)
        .trim()
        .split(/\s+/)[9],
    )
    if (Number.isSafeInteger(packets)) counts.set(line.slice(0, colon).trim(), packets)
  }
  return counts
}
