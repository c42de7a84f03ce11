/** How much memory programs hold while they run, as the kernel counts it. */
import { readFileSync } from 'node:fs'

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
