/** What the user asks of test streams while a session runs. The engine's answer comes as snapshot and events. */
import type { CallRequest } from '../../../shared/ipc'
import type { StreamSnapshot, StreamSpec } from '../../../shared/view'
import type { Slice } from '../../state'

export interface TestsSlice {
  readonly testsOpen: boolean
  openTests(open: boolean): void
  startStream(direction: 'sent' | 'received', spec: StreamSpec): Promise<void>
  changeStream(stream: StreamSnapshot, spec: StreamSpec): Promise<void>
  stopStream(stream: StreamSnapshot): Promise<void>
  /** How long packets of a received stream wait for those before them, whole ms. */
  setDeadline(stream: StreamSnapshot, deadlineMs: number): Promise<void>
  /** Of what we send; kept in the form, as the engine does not tell it. */
  setMessages(patch: { readonly ratePerSecond?: number; readonly sizeBytes?: number }): Promise<void>
}

export const createTestsSlice: Slice<TestsSlice> = (set, get, { api }) => {
  const command = async (order: CallRequest<'session-command'>): Promise<void> => {
    const result = await api.sessionCommand(order)
    if (!result.ok) get().notifyError(result.error)
  }
  return {
    testsOpen: false,
    openTests: (open) => set({ testsOpen: open }),
    startStream: (direction, spec) => command({ kind: 'start-stream', direction, spec }),
    changeStream: ({ direction, id }, spec) => command({ kind: 'change-stream', direction, id, spec }),
    stopStream: ({ direction, id }) => command({ kind: 'stop-stream', direction, id }),
    setDeadline: ({ id }, deadlineMs) => command({ kind: 'set-deadline', id, deadlineMs }),
    async setMessages(patch) {
      get().changeForm(patch)
      const { ratePerSecond, sizeBytes } = get().form
      await command({ kind: 'set-messages', messages: { enabled: true, ratePerSecond, sizeBytes } })
    },
  }
}
