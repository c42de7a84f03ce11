import { createContext, useContext } from 'react'

export type Theme = 'dark' | 'light'

/** The theme that holds now; the app provides it. */
export const ThemeContext = createContext<Theme>('dark')

export function useTheme(): Theme {
  return useContext(ThemeContext)
}
