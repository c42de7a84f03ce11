import type { Surroundings } from './surroundings'

/** What a session says: sentences for people on standard error, with `--jsonl` events for programs on standard output. */
export interface Voice {
  say(sentence: string): void
  /** `fields` must not hold a `kind` of their own. */
  tell(kind: string, fields: Readonly<Record<string, unknown>>): void
  /** To both. */
  warn(warning: string, message: string, atMs?: number): void
}

export function createVoice({ stdout, stderr }: Surroundings, jsonl: boolean): Voice {
  const say = (sentence: string) => stderr.write(`${sentence}\n`)
  const tell: Voice['tell'] = (kind, fields) => {
    if (jsonl) stdout.write(`${JSON.stringify({ kind, ...fields })}\n`)
  }
  return {
    say,
    tell,
    warn(warning, message, atMs) {
      tell('warning', { ...(atMs === undefined ? {} : { atMs }), warning, message })
      say(`warning: ${message}`)
    },
  }
}
