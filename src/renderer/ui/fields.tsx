import { type ReactNode, useCallback, useEffect, useId, useState } from 'react'
import { type NumberBounds, readNumber } from './typed-number'

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

interface NumberProps extends NumberBounds {
  readonly label: string
  /** Only the input shows: a heading says what it is, and in which unit. */
  readonly bare?: boolean
  readonly value: number
  readonly onChange: (value: number) => void
  /** Whether what stands in the field can be taken, as it is typed; the same function each time. */
  readonly onAble?: (able: boolean) => void
}

/**
 * A number within bounds; what is typed is taken when the field is left. What cannot be taken stays there with a sentence,
 * and the value as it was; Escape brings that back.
 */
export function NumberField(props: NumberProps) {
  const { label, unit, bare = false, value, min, max, whole = false, onChange, onAble } = props
  const id = useId()
  const [typed, setTyped] = useState(String(value))
  const [problem, setProblem] = useState<string | null>(null)
  const show = (text: string): void => {
    setTyped(text)
    const read = readNumber(text, { min, max, unit, whole })
    // Half a number is no mistake yet, a mended one is none any more.
    if (problem !== null) setProblem(typeof read === 'string' ? read : null)
    onAble?.(typeof read === 'number')
  }
  const reset = useCallback((): void => {
    setTyped(String(value))
    setProblem(null)
    onAble?.(true)
  }, [value, onAble])
  // The value of another, such as the peer's change of a stream, replaces what stood here.
  useEffect(reset, [reset])
  const take = (): void => {
    const read = readNumber(typed, { min, max, unit, whole })
    if (typeof read === 'string') return setProblem(read)
    setTyped(String(read))
    onChange(read)
  }
  return (
    <div className={problem === null ? 'field number' : 'field number wrong'}>
      {!bare && <label htmlFor={id}>{label}</label>}
      <span className="with-unit">
        <input
          id={id}
          type="text"
          inputMode={whole ? 'numeric' : 'decimal'}
          value={typed}
          aria-label={`${label}, ${unit}, ${min} to ${max}`}
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : `${id}-problem`}
          onChange={(event) => show(event.target.value)}
          onBlur={take}
          onKeyDown={(event) => {
            if (event.key === 'Enter') take()
            if (event.key === 'Escape') reset()
          }}
        />
        {!bare && <span className="unit">{unit}</span>}
      </span>
      {problem !== null && (
        <p className="problem" id={`${id}-problem`} role="alert">
          {problem}
          {onAble === undefined && ` It stays ${value}.`}
        </p>
      )}
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
