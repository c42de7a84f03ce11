/** The types of every end, derived from the list of channels. */
import type { z } from 'zod'
import type { calls, pushes } from './channels'

export type CallName = keyof typeof calls
export type PushName = keyof typeof pushes

export type CallRequest<C extends CallName> = z.infer<(typeof calls)[C]['request']>
export type CallResponse<C extends CallName> = z.infer<(typeof calls)[C]['response']>
export type PushPayload<P extends PushName> = z.infer<(typeof pushes)[P]>

/** Why a call was not done. `message` is a sentence for the user. */
export interface IpcError {
  readonly kind:
    | 'unknown-channel'
    | 'foreign-sender'
    | 'malformed'
    | 'not-now'
    | 'not-supported'
    | 'file'
    | 'internal'
  readonly message: string
}

/** Errors cross as values. */
export type IpcResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: IpcError }

type Camel<S extends string> = S extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : S

type Ask<C extends CallName> =
  CallRequest<C> extends null
    ? () => Promise<IpcResult<CallResponse<C>>>
    : (request: CallRequest<C>) => Promise<IpcResult<CallResponse<C>>>

type Listen<P extends PushName> = (listener: (payload: PushPayload<P>) => void) => () => void

/** What the preload exposes to the window, and what a fake in tests implements: one function per channel. */
export type PathscopeApi = { readonly [C in CallName as Camel<C>]: Ask<C> } & {
  readonly [P in PushName as `on${Capitalize<Camel<P>>}`]: Listen<P>
}

/** What the main process implements: one handler per call. A handler may throw only for broken invariants. */
export type CallHandlers = {
  readonly [C in CallName]: (
    request: CallRequest<C>,
  ) => Promise<IpcResult<CallResponse<C>>> | IpcResult<CallResponse<C>>
}

/** Name under which the preload exposes the API. */
export const apiGlobal = 'pathscope'

/** The function name of a channel. */
export function camelCase(channel: string): string {
  return channel.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}

export const ok = <T>(value: T): IpcResult<T> => ({ ok: true, value })

export function failed(kind: IpcError['kind'], message: string): { ok: false; error: IpcError } {
  return { ok: false, error: { kind, message } }
}

/** Names under which everything travels: calls carry their channel's name as the first argument, pushes likewise. */
export const wire = { call: 'pathscope-call', push: 'pathscope-push' } as const
