/** The file of `--config`: settings as JSON. */
import { z } from 'zod'
import { parsePorts } from '../shared/session'
import { parseTurnText, type TurnAccount, turnUrlLimits } from '../shared/turn'
import { type Read, readCap, readPath } from './path-words'
import { sessionSettingsSchema } from './settings'

/** A list in the words of the option of the same name. */
const wordsOf = <T>(name: string, read: (text: string) => Read<T>) =>
  z
    .array(
      z
        .string()
        .max(512)
        .transform((text, context): T => {
          const result = read(text)
          if (result.kind === 'ok') return result.value
          context.addIssue({ code: 'custom', message: `${name} ${result.message}` })
          return z.NEVER
        }),
    )
    .min(1, `${name} needs at least one name`)
    .max(64)
    .optional()

const configSchema = z.strictObject({
  settings: sessionSettingsSchema.optional(),
  title: z.string().trim().min(1).max(120).optional(),
  interfaces: z.array(z.string().min(1).max(256)).min(1).max(64).optional(),
  stun: z
    .array(z.string().regex(/^stun:\S+$/i, 'must be a URL such as stun:host:3478'))
    .max(4)
    .optional(),
  binding: z.enum(['device', 'address']).optional(),
  ports: z
    .string()
    .max(32)
    .refine((text) => typeof parsePorts(text) !== 'string', 'must be a range such as 50000-50100')
    .optional(),
  turn: z
    .array(
      z.string().transform((text, context): TurnAccount => {
        const parsed = parseTurnText(text)
        if (parsed.kind === 'ok') return parsed.account
        context.addIssue({ code: 'custom', message: parsed.message })
        return z.NEVER
      }),
    )
    .max(turnUrlLimits.servers)
    .optional(),
  pin: wordsOf('pin', readPath),
  exclude: wordsOf('exclude', readPath),
  cap: wordsOf('cap', readCap),
  order: wordsOf('order', readPath),
  durationSeconds: z.number().min(1).max(604_800).optional(),
  connectTimeoutSeconds: z.number().min(1).max(86_400).optional(),
})

export type Config = z.infer<typeof configSchema>

export type ConfigResult =
  | { readonly kind: 'ok'; readonly config: Config }
  | { readonly kind: 'problem'; readonly message: string }

export const noConfig: Config = {}

/** Reads the text of a config file; a sentence names the first thing wrong with it. */
export function parseConfig(file: string, text: string): ConfigResult {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'problem', message: `${file} is not JSON.` }
  }
  let result: ReturnType<typeof configSchema.safeParse>
  try {
    result = configSchema.safeParse(value)
  } catch {
    // The schema compares a forged "length" that has no primitive value.
    return { kind: 'problem', message: `${file} is no usable config: a length in it is no number.` }
  }
  if (result.success) return { kind: 'ok', config: result.data }
  const issue = result.error.issues[0]
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`
  return {
    kind: 'problem',
    message: `${file} is no usable config${where}: ${(issue?.message ?? 'not valid').replace(/\.$/, '')}.`,
  }
}
