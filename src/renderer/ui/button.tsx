import type { ReactNode } from 'react'

interface Props {
  readonly children: ReactNode
  readonly onClick: () => void
  /** `main` is for the one main action of a screen. */
  readonly look?: 'main' | 'plain' | 'link'
  readonly disabled?: boolean
  readonly pressed?: boolean
  readonly title?: string
  readonly busy?: boolean
  readonly label?: string
}

export function Button(props: Props) {
  const { children, onClick, look = 'plain', disabled = false, pressed, title, busy = false, label } = props
  return (
    <button
      type="button"
      className={`button ${look}`}
      onClick={(event) => {
        // A pressed key would press it again, when it was meant for the view; by keyboard the focus stays.
        if (event.detail > 0) event.currentTarget.blur()
        onClick()
      }}
      disabled={disabled || busy}
      aria-pressed={pressed}
      aria-busy={busy || undefined}
      aria-label={label}
      title={title}
    >
      {children}
    </button>
  )
}
