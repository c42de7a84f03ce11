import type { ReactNode } from 'react'

export type HealthTone = 'good' | 'warn' | 'bad' | 'none'

/** A coloured dot, and always the word that says the same. */
export function Health({ tone, children }: { readonly tone: HealthTone; readonly children: ReactNode }) {
  return (
    <span className="health">
      <span className={`dot ${tone}`} aria-hidden="true" />
      {children}
    </span>
  )
}
