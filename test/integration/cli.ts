import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { EngineEvent, EngineSnapshot } from '../../src/engine'
import { parseReport, type Report } from '../../src/shared/report'
import type { Host } from './netns'

export const cliFile = fileURLToPath(new URL('../../out/cli/index.js', import.meta.url))

/** A line of `--jsonl`; of the kinds that tests do not read only the kind. */
export type CliLine =
  | { readonly kind: 'digest'; readonly snapshot: EngineSnapshot }
  | { readonly kind: 'event'; readonly event: EngineEvent }
  | { readonly kind: 'started' | 'local-description' | 'report' | 'ended' }

/** A running `pathscope … --jsonl`. */
export interface Cli {
  readonly child: ChildProcess
  readonly lines: readonly CliLine[]
  /** The first line that fits, from the given one on. Throws with what the program said when it ends or `withinMs` (30 s) pass before. */
  until<Found>(
    what: string,
    find: (line: CliLine) => Found | undefined,
    from?: number,
    withinMs?: number,
  ): Promise<Found>
  /** Waits for the end; the exit status, or the signal's name. */
  ended(): Promise<number | string>
  /** What it wrote for people. */
  prose(): string
}

const waitLimitMs = 30_000

/** `before`: a program and its arguments that start it, such as one that changes the user. */
export function startCli(
  host: Pick<Host, 'start'>,
  args: readonly string[],
  before: readonly string[] = [],
): Cli {
  const [program = process.execPath, ...rest] = [...before, process.execPath, cliFile, ...args, '--jsonl']
  const child = host.start(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: CliLine[] = []
  const waiting = new Set<() => void>()
  let said = ''
  let status: number | string | null = null
  const wake = (): void => {
    for (const each of waiting) each()
  }
  child.stderr!.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  createInterface({ input: child.stdout! }).on('line', (line) => {
    lines.push(JSON.parse(line) as CliLine)
    wake()
  })
  child.once('close', (code, signal) => {
    status = code ?? signal ?? 'unknown'
    wake()
  })

  async function until<Found>(
    what: string,
    find: (line: CliLine) => Found | undefined,
    from = 0,
    withinMs = waitLimitMs,
  ): Promise<Found> {
    const deadlineMs = performance.now() + withinMs
    for (let next = from; ; ) {
      for (; next < lines.length; next += 1) {
        const found = find(lines[next]!)
        if (found !== undefined) return found
      }
      if (status !== null) throw new Error(`It ended (${status}) before: ${what}\n${said}`)
      const leftMs = deadlineMs - performance.now()
      if (leftMs <= 0) throw new Error(`Not within ${withinMs / 1000} s: ${what}\n${said}`)
      await changed(leftMs)
    }
  }

  function changed(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        waiting.delete(done)
        resolve()
      }
      const timer = setTimeout(done, withinMs)
      waiting.add(done)
    })
  }

  return {
    child,
    lines,
    until,
    async ended() {
      if (status === null) await once(child, 'close')
      return status!
    },
    prose: () => said,
  }
}

/** Reads report.json and holds it to the schema. */
export function readReport(file: string): Report {
  const result = parseReport(readFileSync(file, 'utf8'))
  if (result.kind !== 'ok') throw new Error(`${file}: ${result.message}`)
  return result.report
}
