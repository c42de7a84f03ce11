/** Validators of the session's words, each held to its type by the compiler. */
import type {
  DescriptionText,
  InterfaceInfo,
  PasteProblem,
  SessionUpdate,
  SessionWarning,
  SocketChoice,
} from '../session'
import {
  bindingSchema,
  endReasonSchema,
  engineEventSchema,
  engineSnapshotSchema,
  interfaceKindSchema,
} from './engine-schemas'
import { z } from './zod'

const text = z.string().max(4096)

/** Our own description may be as long as what we would accept. */
const longText = z.string().max(262_144)

export const interfaceInfoSchema: z.ZodType<InterfaceInfo> = z.object({
  name: text,
  index: z.number().int().nullable(),
  kind: interfaceKindSchema,
  up: z.boolean(),
  loopback: z.boolean(),
  addresses: z.array(
    z.object({
      family: z.union([z.literal(4), z.literal(6)]),
      address: text,
      prefixLength: z.number().int().min(0).max(128),
      linkLocal: z.boolean(),
      scopeId: z.number().int().nullable(),
      temporary: z.boolean().optional(),
      deprecated: z.boolean().optional(),
    }),
  ),
  link: z
    .object({
      mtu: z.number().int().nullable(),
      speedBps: z.number().nullable(),
      carrier: z.boolean().nullable(),
      defaultRoutes: z
        .array(z.object({ family: z.union([z.literal(4), z.literal(6)]), metric: z.number() }))
        .max(64)
        .nullable(),
    })
    .optional(),
  binding: bindingSchema,
  bindingReason: text.nullable(),
  usedByDefault: z.boolean(),
})

const port = z.number().int().min(1024).max(65_535)
export const socketChoiceSchema = z.strictObject({
  binding: z.enum(['device', 'address']),
  ports: z
    .strictObject({ first: port, last: port })
    .refine(({ first, last }) => first <= last)
    .nullable(),
}) satisfies z.ZodType<SocketChoice>

const descriptionText = z.object({
  type: z.enum(['offer', 'answer']),
  json: longText,
  compact: longText,
}) satisfies z.ZodType<DescriptionText>

export const pasteProblemSchema = z.object({ kind: text, message: text }) satisfies z.ZodType<PasteProblem>
const warning = z.object({ kind: text, message: text }) satisfies z.ZodType<SessionWarning>

export const sessionUpdateSchema: z.ZodType<SessionUpdate> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('started'),
    wallMs: z.number(),
    appVersion: text,
    os: text,
    interfaces: z.array(interfaceInfoSchema).max(256),
  }),
  z.object({ kind: z.literal('local-description'), text: descriptionText }),
  z.object({ kind: z.literal('paste-accepted'), type: z.enum(['offer', 'answer']) }),
  z.object({ kind: z.literal('paste-refused'), problem: pasteProblemSchema }),
  z.object({ kind: z.literal('event'), event: engineEventSchema }),
  z.object({ kind: z.literal('snapshot'), snapshot: engineSnapshotSchema }),
  z.object({ kind: z.literal('warning'), atMs: z.number(), warning }),
  z.object({
    kind: z.literal('ended'),
    atMs: z.number(),
    reason: endReasonSchema,
    detail: text.nullable(),
  }),
])
