/** The main process's end of the calls: who may ask, what may be asked, and what may be answered. */
import {
  type CallHandlers,
  type CallName,
  calls,
  failed,
  type IpcError,
  type IpcResult,
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
    const parsed = calls[channel].request.safeParse(request)
    if (!parsed.success) {
      return refuse(
        name,
        failed('malformed', `What was asked is malformed: ${firstIssue(parsed.error)}`).error,
      )
    }
    return answer(channel, parsed.data, handlers, refuse)
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
    const checked = calls[channel].response.safeParse(result.value)
    if (checked.success) return result
    return refuse(channel, failed('internal', `The answer is malformed: ${firstIssue(checked.error)}`).error)
  } catch (error) {
    return refuse(channel, failed('internal', error instanceof Error ? error.message : String(error)).error)
  }
}

function isCallName(channel: unknown): channel is CallName {
  return typeof channel === 'string' && Object.hasOwn(calls, channel)
}

function firstIssue(error: {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]
}): string {
  const issue = error.issues[0]
  if (issue === undefined) return 'unknown'
  const at = issue.path.map(String).join('.')
  return at === '' ? issue.message : `${at}: ${issue.message}`
}
