import { useLayoutEffect, useSyncExternalStore } from 'react'
import { useStore } from '../app/context'

export type Theme = 'dark' | 'light'

const wantsLight = typeof window === 'undefined' ? null : window.matchMedia('(prefers-color-scheme: light)')

function subscribe(listener: () => void): () => void {
  wantsLight?.addEventListener('change', listener)
  return () => wantsLight?.removeEventListener('change', listener)
}

/** The theme that holds now: the user's choice, else the system's. */
export function useTheme(): Theme {
  const choice = useStore((store) => store.settings?.theme ?? 'system')
  const system = useSyncExternalStore(subscribe, () => wantsLight?.matches === true)
  if (choice !== 'system') return choice
  return system ? 'light' : 'dark'
}

/** Puts the theme on the document, where the style sheet looks for it. */
export function useDocumentTheme(): void {
  const theme = useTheme()
  // Before the graphs, which read its colours when they are made.
  useLayoutEffect(() => {
    document.documentElement.dataset['theme'] = theme
  }, [theme])
}
