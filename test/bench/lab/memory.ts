/** How much memory programs hold while they run, as the kernel counts it, and what they use of it once garbage is gone. */
import { existsSync, readFileSync } from 'node:fs'

export interface MemorySamples {
  /** MiB, one each interval. */
  readonly residentMiB: readonly number[]
  stop(): void
}

/** Reads a process's resident memory each `everyMs`, until it is stopped or the process is gone. */
export function sampleMemory(pid: number, everyMs: number): MemorySamples {
  const residentMiB: number[] = []
  const timer = setInterval(() => {
    const value = residentOf(pid)
    if (value === null) clearInterval(timer)
    else residentMiB.push(value)
  }, everyMs)
  return { residentMiB, stop: () => clearInterval(timer) }
}

function residentOf(pid: number): number | null {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? null : Number(kilobytes) / 1024
  } catch {
    return null
  }
}

/**
 * What a program's threads together used right after each collection of all garbage, MiB: the heap and what it holds outside,
 * as collections-main.ts noted it. A thread that has not collected anything yet counts for nothing.
 */
export function readCollections(file: string): readonly number[] {
  if (!existsSync(file)) return []
  const lastOf = new Map<number, number>()
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { thread, heapUsed, external } = JSON.parse(line) as Record<string, number>
      lastOf.set(thread ?? 0, ((heapUsed ?? 0) + (external ?? 0)) / 2 ** 20)
      return [...lastOf.values()].reduce((sum, each) => sum + each, 0)
    })
}
