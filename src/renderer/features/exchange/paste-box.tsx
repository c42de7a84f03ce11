/** The one box for what the other side sent: it takes an offer or an answer, and keeps what it refuses. */
import { useEffect, useId, useRef } from 'react'
import { useLive, useStore } from '../../state'
import { Button } from '../../ui'

export function PasteBox({ autoFocus = false }: { readonly autoFocus?: boolean }) {
  const id = useId()
  const box = useRef<HTMLTextAreaElement>(null)
  const live = useLive()
  const draft = useStore((store) => store.draft)
  const draftProblem = useStore((store) => store.draftProblem)
  const edit = useStore((store) => store.editDraft)
  const submit = useStore((store) => store.submitDraft)
  const busy = useStore((store) => store.busy === 'starting')
  const expected =
    live === null ? 'an offer or answer' : live.view.role === 'offerer' ? 'the answer' : 'the offer'
  const submitted = useStore((store) => store.submitted)
  const refused = submitted === draft ? (live?.view.refused?.message ?? null) : null
  const problem = draftProblem ?? refused
  useEffect(() => {
    if (autoFocus) box.current?.focus()
  }, [autoFocus])
  return (
    <div className="paste-box">
      <label htmlFor={id}>Paste {expected}</label>
      <textarea
        ref={box}
        id={id}
        value={draft}
        rows={5}
        spellCheck={false}
        placeholder="Quotes, line breaks and chat names around it do not matter."
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : `${id}-problem`}
        onChange={(event) => edit(event.target.value)}
      />
      {problem !== null && (
        <p className="problem" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
      <Button look="main" busy={busy} disabled={draft.trim() === ''} onClick={() => void submit()}>
        Use this text
      </Button>
    </div>
  )
}
