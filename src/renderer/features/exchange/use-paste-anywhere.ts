import { useEffect } from 'react'
import { phaseOf } from '../../../shared/view'
import { useApp } from '../../state'

/** A text pasted anywhere in the window goes into the paste box, where one is or could be open. */
export function usePasteAnywhere(): void {
  const app = useApp()
  useEffect(() => {
    const onPaste = (event: ClipboardEvent): void => {
      const { target } = event
      if (target instanceof HTMLTextAreaElement && !target.readOnly) return
      if (target instanceof HTMLInputElement && target.type === 'text') return
      const live = app.feed.current()
      const phase = live === null ? 'start' : phaseOf(live.view)
      if (phase !== 'start' && phase !== 'offering' && phase !== 'awaiting-offer') return
      const text = event.clipboardData?.getData('text/plain') ?? ''
      if (text.trim() === '') return
      event.preventDefault()
      const store = app.useStore.getState()
      store.openPaste(true)
      store.editDraft(text)
      void store.submitDraft()
    }
    window.addEventListener('paste', onPaste)
    return () => window.removeEventListener('paste', onPaste)
  }, [app])
}
