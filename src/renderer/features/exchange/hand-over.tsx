/** Our own offer or answer as text to copy. */
import { useEffect, useRef } from 'react'
import type { DescriptionText } from '../../../shared/session'
import { formatCount } from '../../../shared/words'
import { useStore } from '../../state'
import { Button, Segmented } from '../../ui'

export function HandOver({ text, main }: { readonly text: DescriptionText; readonly main: boolean }) {
  const form = useStore((store) => store.textForm)
  const choose = useStore((store) => store.chooseTextForm)
  const copy = useStore((store) => store.copyText)
  const copied = useStore((store) => store.copied)
  const box = useRef<HTMLTextAreaElement>(null)
  const value = form === 'compact' ? text.compact : text.json
  useEffect(() => {
    if (box.current !== null) box.current.scrollTop = 0
  }, [value])
  return (
    <div className="hand-over">
      <textarea
        ref={box}
        readOnly
        rows={6}
        value={value}
        spellCheck={false}
        aria-label={`Your ${text.type}`}
        onFocus={(event) => event.target.select()}
      />
      <div className="row">
        <Button look={main ? 'main' : 'plain'} onClick={() => void copy(value)}>
          Copy {text.type}
        </Button>
        <Segmented
          small
          label="Form of the text"
          value={form}
          options={[
            {
              value: 'compact',
              label: 'Compact',
              title: 'One block of letters and digits that chats do not break',
            },
            { value: 'json', label: 'JSON', title: 'The form other WebRTC programs take' },
          ]}
          onChange={choose}
        />
        <span className="dim" role="status" aria-live="polite">
          {copied ? 'Copied' : `${formatCount(value.length)} characters`}
        </span>
      </div>
    </div>
  )
}
