import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Failure } from './work'

const files = { model: 'test/sim/model/pinned.json', session: 'test/sim/pinned.json' } as const

interface Pinned {
  readonly seed: number
  readonly why: string
}

/** Keeps a failing seed among those that the sim suite runs each time; its file, or null when it was there. */
export function pin({ seed, kind, what }: Failure): string | null {
  const file = join(process.cwd(), files[kind])
  const before = JSON.parse(readFileSync(file, 'utf8')) as readonly Pinned[]
  if (before.some((one) => one.seed === seed)) return null
  const line = what.split('\n').at(kind === 'model' ? -1 : 0) ?? ''
  const lines = [...before, { seed, why: line.slice(0, 160) }].map((one) => `  ${spaced(one)}`)
  writeFileSync(file, `[\n${lines.join(',\n')}\n]\n`)
  return files[kind]
}

function spaced({ seed, why }: Pinned): string {
  return `{ "seed": ${seed}, "why": ${JSON.stringify(why)} }`
}

/** What shows the failure again. */
export function replayCommand({ seed, kind }: Failure): string {
  return kind === 'session' ? `npm run sim -- --seed ${seed}` : `npm run soak -- --from ${seed} --seeds 1`
}
