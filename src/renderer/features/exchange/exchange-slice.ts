/** The one paste box, and copying our own text out. */
import { pasteCharsLimit } from '../../../shared/ipc'
import type { Slice } from '../../state'

export interface ExchangeSlice {
  /** Whether the paste box is open on the start screen. */
  readonly pasting: boolean
  /** What stands in the box; kept when it is refused, for correction. */
  readonly draft: string
  /** Why it was refused here, before any session saw it. */
  readonly draftProblem: string | null
  /** The text the session was given last: what it refused is told only while that text stands in the box. */
  readonly submitted: string | null
  readonly textForm: 'compact' | 'json'
  /** What was copied last, until it changes. */
  readonly copied: boolean
  openPaste(open: boolean): void
  editDraft(text: string): void
  submitDraft(): Promise<void>
  chooseTextForm(form: 'compact' | 'json'): void
  copyText(text: string): Promise<void>
}

export const createExchangeSlice: Slice<ExchangeSlice> = (set, get, { api }) => ({
  pasting: false,
  draft: '',
  draftProblem: null,
  submitted: null,
  textForm: 'compact',
  copied: false,

  openPaste: (open) => set({ pasting: open, draftProblem: null }),
  editDraft: (text) => set({ draft: text, draftProblem: null }),
  chooseTextForm: (form) => set({ textForm: form, copied: false }),

  async submitDraft() {
    const text = get().draft
    const problem = obviousProblem(text)
    if (problem !== null) return set({ draftProblem: problem })
    const inspected = await api.textInspect({ text })
    if (!inspected.ok) return set({ draftProblem: inspected.error.message })
    const { value } = inspected
    if (value.kind === 'problem') return set({ draftProblem: value.problem.message })
    if (get().session === null) {
      if (value.type === 'answer') return set({ draftProblem: answerWithoutOffer })
      // A session that begins with a text nobody can use would wait for nothing.
      if (value.problem !== null) return set({ draftProblem: value.problem.message })
      if (!(await get().startSession('answerer'))) return
    }
    const result = await api.sessionPaste({ text })
    if (!result.ok) return set({ draftProblem: result.error.message })
    set({ submitted: text })
  },

  async copyText(text) {
    const result = await api.textCopy({ text })
    if (result.ok) set({ copied: true })
    else get().notifyError(result.error)
  },
})

const answerWithoutOffer =
  'This is an answer, and an answer belongs into the window that made the offer. Paste an offer here, or create one and send it to the other side.'

function obviousProblem(text: string): string | null {
  if (text.trim() === '') return 'Nothing is pasted yet. Paste the text the other side sent you.'
  if (text.length > pasteCharsLimit) {
    const thousands = Math.round(text.length / 1000)
    return `This text is far too long (${thousands} thousand characters): an offer or answer has a few thousand at most. Copy only the offer or answer.`
  }
  return null
}
