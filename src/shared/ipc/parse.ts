import type { z } from './zod'

/** What a schema makes of a value: the value it accepts, or what is wrong with it, as "where: what". */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string }

/**
 * Parses without ever throwing. zod's own limits on lengths throw over a forged `{"length": [{"toString": ""}]}`, which any
 * file or page can hold.
 */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown): Parsed<T> {
  try {
    const parsed = schema.safeParse(value)
    if (parsed.success) return { ok: true, value: parsed.data }
    const issue = parsed.error.issues[0]
    const at = issue?.path.map(String).join('.') ?? ''
    const message = issue?.message ?? 'unknown'
    return { ok: false, problem: at === '' ? message : `${at}: ${message}` }
  } catch {
    return { ok: false, problem: 'its lengths are not numbers' }
  }
}
