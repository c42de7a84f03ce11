interface Option<T extends string> {
  readonly value: T
  readonly label: string
  readonly title?: string
}

interface Props<T extends string> {
  readonly label: string
  readonly options: readonly Option<T>[]
  readonly value: T
  readonly onChange: (value: T) => void
  readonly disabled?: boolean
  readonly small?: boolean
}

/** A choice of one among few, all in sight. */
export function Segmented<T extends string>(props: Props<T>) {
  const { label, options, value, onChange, disabled = false, small = false } = props
  return (
    <div className={small ? 'segmented small' : 'segmented'} role="radiogroup" aria-label={label}>
      {options.map((option) => (
        <label key={option.value} title={option.title} className={option.value === value ? 'on' : ''}>
          <input
            type="radio"
            name={label}
            value={option.value}
            checked={option.value === value}
            disabled={disabled}
            onChange={() => onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </div>
  )
}
