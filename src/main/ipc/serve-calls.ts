/** The main process's end of the calls: who may ask, what may be asked, and what may be answered. */
import {
  type CallHandlers,
  type CallName,
  calls,
  failed,
  type IpcError,
  type IpcResult,
  parseWith,
  wire,
} from '../../shared/ipc'

/** What of an incoming call tells who sent it; `IpcMainInvokeEvent` fits. */
export interface CallEvent {
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null
  readonly sender: { readonly id: number }
}

/** What of `ipcMain` is needed. */
export interface CallSource {
  handle(
    channel: string,
    listener: (event: CallEvent, channel: unknown, request: unknown) => Promise<unknown>,
  ): void
}

export interface ServeOptions {
  readonly source: CallSource
  readonly handlers: CallHandlers
  /** Whether the frame that sent it is the app's own page in the app's own window. */
  readonly isTrusted: (event: CallEvent) => boolean
  readonly log: (message: string) => void
}

export function serveCalls({ source, handlers, isTrusted, log }: ServeOptions): void {
  const refuse = (channel: string, error: IpcError): IpcResult<never> => {
    log(`call ${channel.slice(0, 64)} refused: ${error.kind}: ${error.message}`)
    return { ok: false, error }
  }
  source.handle(wire.call, async (event, channel, request) => {
    const name = typeof channel === 'string' ? channel : typeof channel
    if (!isTrusted(event)) {
      return refuse(name, failed('foreign-sender', 'This page may not ask that.').error)
    }
    if (!isCallName(channel)) {
      return refuse(name, failed('unknown-channel', 'There is no such call.').error)
    }
    const parsed = parseWith<unknown>(calls[channel].request, request)
    if (!parsed.ok) {
      return refuse(name, failed('malformed', `What was asked is malformed: ${parsed.problem}`).error)
    }
    return answer(channel, parsed.value, handlers, refuse)
  })
}

async function answer(
  channel: CallName,
  request: unknown,
  handlers: CallHandlers,
  refuse: (channel: string, error: IpcError) => IpcResult<never>,
): Promise<IpcResult<unknown>> {
  try {
    // The request has just been parsed by the schema that its handler's type derives from.
    const handler = handlers[channel] as (
      request: unknown,
    ) => Promise<IpcResult<unknown>> | IpcResult<unknown>
    const result = await handler(request)
    if (!result.ok) return result
    const checked = parseWith<unknown>(calls[channel].response, result.value)
    if (checked.ok) return result
    return refuse(channel, failed('internal', `The answer is malformed: ${checked.problem}`).error)
  } catch (error) {
    return refuse(channel, failed('internal', error instanceof Error ? error.message : String(error)).error)
  }
}

function isCallName(channel: unknown): channel is CallName {
  return typeof channel === 'string' && Object.hasOwn(calls, channel)
}
