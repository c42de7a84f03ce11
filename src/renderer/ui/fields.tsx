import { type ReactNode, useEffect, useId, useState } from 'react'

interface TextProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly placeholder?: string
  readonly hint?: ReactNode
  readonly maxLength?: number
  /** What is typed does not show. */
  readonly secret?: boolean
}

export function TextField(props: TextProps) {
  const { label, value, onChange, placeholder, hint, maxLength, secret = false } = props
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={secret ? 'password' : 'text'}
        autoComplete="off"
        value={value}
        placeholder={placeholder}
        maxLength={maxLength}
        spellCheck={false}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => onChange(event.target.value)}
      />
      {hint !== undefined && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}

interface NumberProps {
  readonly label: string
  readonly unit: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly onChange: (value: number) => void
}

/** A number within bounds; what is typed is taken when the field is left, and put within the bounds. */
export function NumberField({ label, unit, value, min, max, onChange }: NumberProps) {
  const id = useId()
  const [typed, setTyped] = useState(String(value))
  useEffect(() => setTyped(String(value)), [value])
  const take = (): void => {
    const parsed = Number(typed.replace(',', '.'))
    const next = Number.isFinite(parsed) && typed.trim() !== '' ? Math.min(max, Math.max(min, parsed)) : value
    setTyped(String(next))
    onChange(next)
  }
  return (
    <div className="field number">
      <label htmlFor={id}>{label}</label>
      <span className="with-unit">
        <input
          id={id}
          type="text"
          inputMode="decimal"
          value={typed}
          aria-label={`${label}, ${unit}, ${min} to ${max}`}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={take}
          onKeyDown={(event) => {
            if (event.key === 'Enter') take()
          }}
        />
        <span className="unit">{unit}</span>
      </span>
    </div>
  )
}

interface CheckProps {
  readonly label: string
  readonly checked: boolean
  readonly disabled?: boolean
  readonly hideLabel?: boolean
  readonly onChange: (checked: boolean) => void
}

export function CheckBox({ label, checked, disabled = false, hideLabel = false, onChange }: CheckProps) {
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-label={label}
        onChange={(event) => onChange(event.target.checked)}
      />
      {!hideLabel && <span>{label}</span>}
    </label>
  )
}
