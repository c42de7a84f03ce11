/** What the user fills in before a session starts. */
import type { SessionInfo, SessionStart, Settings } from '../../../shared/ipc'
import { chosenInterfaces } from '../../../shared/view'
import { anySockets, type InterfaceInfo } from '../../../shared/session'
import type { Slice } from '../../state'

export interface StartForm {
  readonly title: string
  /** Names; null = those used by default. */
  readonly interfaces: readonly string[] | null
  readonly stun: string
  readonly turn: string
  readonly turnUser: string
  /** Kept in this window only, never in a file. */
  readonly turnPassword: string
  readonly mode: Settings['mode']
  readonly use: Settings['use']
  readonly ratePerSecond: number
  readonly sizeBytes: number
  readonly streams: Settings['streams']
}

export interface StartSlice {
  readonly form: StartForm
  /** Null until listed. */
  readonly interfaces: readonly InterfaceInfo[] | null
  readonly interfacesProblem: string | null
  changeForm(patch: Partial<StartForm>): void
  fillForm(settings: Settings): void
  loadInterfaces(): Promise<void>
  startRequest(role: SessionInfo['role']): SessionStart
}

export const defaultTitle = 'Session'

export const createStartSlice: Slice<StartSlice> = (set, get, { api }) => ({
  form: {
    title: '',
    interfaces: null,
    stun: '',
    turn: '',
    turnUser: '',
    turnPassword: '',
    mode: 'redundant',
    use: 'auto',
    ratePerSecond: 1,
    sizeBytes: 128,
    streams: [],
  },
  interfaces: null,
  interfacesProblem: null,

  changeForm: (patch) => set({ form: { ...get().form, ...patch } }),

  fillForm: (settings) =>
    set({
      form: {
        title: settings.title,
        interfaces: settings.interfaces,
        stun: settings.stun,
        turn: settings.turn ?? '',
        turnUser: settings.turnUser ?? '',
        turnPassword: get().form.turnPassword,
        mode: settings.mode,
        use: settings.use,
        ratePerSecond: settings.messages.ratePerSecond,
        sizeBytes: settings.messages.sizeBytes,
        streams: settings.streams,
      },
    }),

  async loadInterfaces() {
    const result = await api.interfacesList()
    if (!result.ok) return set({ interfacesProblem: result.error.message })
    set({ interfaces: result.value, interfacesProblem: null })
  },

  startRequest(role) {
    const { form } = get()
    const chosen = chosenInterfaces(form.interfaces, get().interfaces ?? [])
    return {
      role,
      title: form.title.trim() === '' ? defaultTitle : form.title.trim(),
      interfaces: form.interfaces === null || chosen.length === 0 ? null : [...chosen],
      stun: form.stun.trim() === '' ? [] : [stunUrl(form.stun.trim())],
      turn: form.turn.trim() === '' ? [] : [turnAccount(form)],
      mode: form.mode,
      use: form.use,
      messages: { enabled: true, ratePerSecond: form.ratePerSecond, sizeBytes: form.sizeBytes },
      streams: form.streams,
      reconnectFor: get().settings?.reconnectFor ?? 300,
      sockets: get().settings?.sockets ?? anySockets,
    }
  },
})

/** People write host:port; the engine wants a URL. */
function stunUrl(text: string): string {
  return /^stuns?:/i.test(text) ? text : `stun:${text}`
}

function turnAccount({ turn, turnUser, turnPassword }: StartForm) {
  const text = turn.trim()
  const url = /^turns?:/i.test(text) ? text : `turn:${text}`
  return { url, username: turnUser.trim(), password: turnPassword }
}
