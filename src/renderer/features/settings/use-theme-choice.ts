import { useLayoutEffect, useSyncExternalStore } from 'react'
import { useStore } from '../../state'
import type { Theme } from '../../ui'

const wantsLight = typeof window === 'undefined' ? null : window.matchMedia('(prefers-color-scheme: light)')

function subscribe(listener: () => void): () => void {
  wantsLight?.addEventListener('change', listener)
  return () => wantsLight?.removeEventListener('change', listener)
}

/** The user's choice, else the system's; put on the document, where the style sheet looks for it. */
export function useThemeChoice(): Theme {
  const choice = useStore((store) => store.settings?.theme ?? 'system')
  const system = useSyncExternalStore(subscribe, () => (wantsLight?.matches === true ? 'light' : 'dark'))
  const theme = choice === 'system' ? system : choice
  // Before the graphs, which read its colours when they are made.
  useLayoutEffect(() => {
    document.documentElement.dataset['theme'] = theme
  }, [theme])
  return theme
}
