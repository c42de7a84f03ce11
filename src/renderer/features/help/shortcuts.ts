import { useEffect } from 'react'
import { modeNames } from '../../../shared/words'
import { type Store, useApp } from '../../state'

/** What the keys do; the help overlay lists the same. */
export const shortcuts: readonly { readonly keys: string; readonly does: string }[] = [
  { keys: 'Space', does: 'pause the view; measuring and recording go on' },
  { keys: '+ and −', does: 'zoom in and out in time' },
  { keys: 'Esc', does: 'clear zoom, pause and selection; close what is open' },
  { keys: 'T', does: 'graphs or table' },
  { keys: 'S', does: 'test streams: show and hide' },
  { keys: '1 to 6', does: 'the mode of what we send, in the order of the switch' },
  { keys: 'M', does: 'show what this means, where there is no room for it' },
  { keys: 'Ctrl S', does: 'export the report' },
  { keys: 'Ctrl V', does: 'on the first screens: take the pasted offer or answer, wherever the focus is' },
  { keys: '?', does: 'this help' },
]

export function useShortcuts(): void {
  const app = useApp()
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const store = app.useStore.getState()
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's') {
        event.preventDefault()
        if (!isTyping(event.target)) void store.exportReport(['json', 'csv', 'html'])
        return
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      const action = actionOf(event.key, store)
      if (action === null || (event.key === ' ' && isControl(event.target))) return
      event.preventDefault()
      action()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [app])
}

function actionOf(key: string, store: Store): (() => void) | null {
  if (key === '?') return () => store.openOverlay('help')
  if (key === 'Escape') return store.clearView
  // What lies under a dialog is not to move.
  if (store.session === null || store.overlay !== null) return null
  switch (key) {
    case ' ':
      return store.togglePause
    case '+':
    case '=':
      return () => store.zoom('in')
    case '-':
      return () => store.zoom('out')
    case 't':
    case 'T':
      return () => store.showPanel(store.panel === 'graphs' ? 'table' : 'graphs')
    case 's':
    case 'S':
      return () => store.openTests(!store.testsOpen)
    case 'm':
    case 'M':
      return () => store.openSide(!store.sideOpen)
    default:
      return modeAction(key, store)
  }
}

/** What has ended sends nothing that could be spread otherwise. */
function modeAction(key: string, store: Store): (() => void) | null {
  const mode = /^[1-6]$/.test(key) ? modeNames[Number(key) - 1] : undefined
  return mode === undefined ? null : () => void store.setMode('sent', mode)
}

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true
  return target instanceof HTMLInputElement && target.type === 'text'
}

/** Space presses a focused control; there it must not pause. */
function isControl(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !(target.type === 'radio' && target.checked)
  return target instanceof HTMLButtonElement
}
